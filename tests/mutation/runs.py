"""The tests of a module, run on a mutant of it in a process of its own."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.util
import os
import resource
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .mutants import Mutant

__all__ = ["mirror_of", "verdict_of"]

#: Seconds of a processor that tests may take, as a multiple of what they take, and at least.
PATIENCE, LEAST = 5.0, 20.0
MEMORY = 8 * 2**30
#: The suite that compares the defaults of all modules with their docstrings.
DEFAULTS = Path("tests", "docs", "test_defaults.py")


def mirror_of(path: Path) -> Path:
    """The file of the tests of a module, ``tests/data/test_layout.py`` of ``data/layout.py``."""
    return Path("tests") / path.with_name(f"test_{path.stem.lstrip('_')}.py")


def tests_of(path: Path) -> list[Path]:
    """The mirror of a module, files named after it that mirror no other, and suites it is in."""
    mirror = mirror_of(path)
    modules = Path("seqdisentangle", path.parent).glob("*.py")
    siblings = {mirror_of(path.with_name(module.name)) for module in modules}
    more = sorted(mirror.parent.glob(f"{mirror.stem}_*.py"))
    suites = [file for file in (mirror.with_name("test_contract.py"), DEFAULTS) if file.is_file()]
    return [mirror, *(file for file in more if file not in siblings), *suites]


def verdict_of(path: Path, mutant: Mutant | None, seconds: float) -> tuple[str, float]:
    """Run the tests of a module on a mutant, or on the module itself.

    Parameters
    ----------
    path : Path
        Of the module, relative to the package.
    mutant : Mutant or None
    seconds : float
        Of a processor, after which a run is ended.

    Returns
    -------
    verdict : {"survived", "killed", "timed out"}
    seconds : float
        That the run took of a processor.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pid = os.fork()  # with all that is imported so far, which takes most of the time
    if pid == 0:
        code = 3
        with contextlib.suppress(BaseException):
            code = run(path, mutant, seconds)
        os._exit(code)
    _, status = os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if os.WIFSIGNALED(status):
        return ("timed out" if took >= 0.9 * seconds else "killed"), took
    return ("survived" if os.WEXITSTATUS(status) == 0 else "killed"), took


def run(path: Path, mutant: Mutant | None, seconds: float) -> int:
    """Run the tests in this process, silently; return the exit code of pytest."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    if mutant is not None:
        sys.meta_path.insert(0, InPlaceOf(mutant))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts="]
    options += ["--import-mode=importlib", "-m", "not integration and not slow"]
    return int(pytest.main([*options, *map(str, tests_of(path))]))


class InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a mutant in place of its module.

    Parameters
    ----------
    mutant : Mutant
    """

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = ".".join(("seqdisentangle", *mutant.path.with_suffix("").parts))

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """The specification of the mutant, None for all other modules."""
        if name != self.name:
            return None
        place = Path("seqdisentangle", self.mutant.path).absolute()
        return importlib.util.spec_from_file_location(name, place, loader=self)

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary one."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutated syntax tree."""
        exec(compile(self.mutant.tree, str(module.__file__), "exec"), vars(module))
