"""The reference lists every public name, each once, and none that does not exist."""

import functools
import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
spec = importlib.util.spec_from_file_location("public_names", DOCS / "_ext" / "public_names.py")
public_names = importlib.util.module_from_spec(spec)
spec.loader.exec_module(public_names)


@functools.cache
def listed():
    """The names of every autosummary and registry of the reference, in full."""
    names = []
    for page in sorted((DOCS / "reference").rglob("*.rst")):
        if "generated" in page.parts:
            continue
        module, inside = "", False
        for line in page.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\.\. (?:current)?module:: (\S+)", line):
                module = found[1]
            elif found := re.match(r"\.\. registry:: (\S+)", line):
                names.append(found[1])
            elif found := re.fullmatch(r"   (\w+)", line):
                if inside:
                    names.append(f"{module}.{found[1]}")
            elif line and not line.startswith(" "):
                inside = line == ".. autosummary::"
    return names


@pytest.mark.parametrize("name", [name for name, _ in public_names.public_names()])
def test_every_public_name_is_listed_once(name):
    assert list(listed()).count(name) == 1


def test_no_name_is_listed_that_does_not_exist():
    assert set(listed()) <= {name for name, _ in public_names.public_names()}
