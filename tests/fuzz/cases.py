"""Cases by number: a reader, a kind of mutation, and what came of it under limits."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import resource
import shutil
import tempfile
import threading
import traceback
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .base import NotWholeError, Reader
from .readers import READERS

__all__ = ["FAULTS", "VERDICTS", "Case", "Outcome", "make_files", "outcome_of", "run_limited"]

#: Verdicts that are as they should be, then those that are not.
FINE = ("refused", "unchanged", "another")
FAULTS = ("silent change", "crash", "hang", "wrong type", "file not named")
VERDICTS = FINE + FAULTS

SECONDS = 60.0
#: Bytes that a case may take beyond what its process has when it begins.
MEMORY = 2**30

PAIRS = [(reader, kind) for reader in READERS for kind in reader.kinds]


@dataclass(frozen=True)
class Case:
    """A mutated file, the same in every run.

    Attributes
    ----------
    number, seed : int
    """

    number: int
    seed: int = 0

    @property
    def reader(self) -> Reader:
        return PAIRS[self.number % len(PAIRS)][0]

    @property
    def kind(self) -> str:
        return PAIRS[self.number % len(PAIRS)][1]

    def mutated(self, content: bytes) -> bytes:
        """The bytes of a file after the mutation."""
        rng = random.Random(f"{self.seed}/{self.number}")
        return self.reader.kinds[self.kind](content, rng)


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes
    ----------
    verdict : str
        One of ``VERDICTS``.
    said : str
        The error, if there was one.
    """

    verdict: str
    said: str = ""


def make_files(folder: Path) -> None:
    """Write the file of each reader, in a folder of its own, and note what is read of it."""
    for i, reader in enumerate(READERS):
        (folder / str(i)).mkdir()
        reader.make(folder / str(i))
        with copied(folder, i) as work:
            (folder / f"{i}.txt").write_text(reader.read(work))


@contextlib.contextmanager
def copied(folder: Path, i: int) -> Iterator[Path]:
    """A copy of the files of a reader, for one reading."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        yield Path(shutil.copytree(folder / str(i), work, dirs_exist_ok=True))


def outcome_of(case: Case, folder: Path) -> Outcome:
    """Read the mutated file of a case in this process."""
    reader = case.reader
    i = READERS.index(reader)
    with copied(folder, i) as work, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = work / reader.file
        file.write_bytes(case.mutated(file.read_bytes()))
        expected, error = expectation(reader, work)
        try:
            found = reader.read(work)
        except (OSError, ValueError) as error_now:
            said = f"{type(error_now).__name__}: {error_now}"
            named = not reader.names_file or str(file) in said or str(error_now) == error
            return Outcome("refused" if named else "file not named", said)
        except NotWholeError as error_now:
            return Outcome("wrong type", str(error_now))
        except Exception:
            return Outcome("wrong type", traceback.format_exc())
    if found == (folder / f"{i}.txt").read_text():
        return Outcome("unchanged")
    if reader.sealed:
        return Outcome("another" if case.kind.startswith("sealed") else "silent change")
    said = f"other values, expected {expected or error}"
    return Outcome("another") if found == expected else Outcome("silent change", said)


def expectation(reader: Reader, work: Path) -> tuple[str | None, str]:
    """What the library behind a format reads, or the error that it leads to."""
    try:
        return reader.expected(work), ""
    except Exception as error:
        return None, str(error)


# ---- processes -----------------------------------------------------------------------------------


def run_limited(
    cases: Iterable[Case], folder: Path, *, n_workers: int, seconds: float = SECONDS
) -> Iterator[tuple[Case, Outcome]]:
    """What came of cases, in processes that may take so much time and memory and no more."""
    workers = threading.local()
    started: list[Worker] = []

    def outcome(case: Case) -> tuple[Case, Outcome]:
        if not hasattr(workers, "own"):
            workers.own = Worker(folder, seconds)
            started.append(workers.own)
        return case, workers.own.outcome(case)

    try:
        with ThreadPoolExecutor(n_workers) as threads:
            yield from threads.map(outcome, cases)
    finally:
        for worker in started:
            worker.end()


class Worker:
    """A process that reads mutated files, and is replaced where it ends.

    Parameters
    ----------
    folder : Path
    seconds : float
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.process: Any = None

    def outcome(self, case: Case) -> Outcome:
        """What came of a case."""
        if self.process is None:
            self._start()
        self.pipe.send(case)
        try:
            if self.pipe.poll(self.seconds):
                outcome: Outcome = self.pipe.recv()
                return outcome
            outcome = Outcome("hang", f"not done after {self.seconds:g} s")
        except EOFError:
            self.process.join()
            outcome = Outcome("crash", f"a process ended with code {self.process.exitcode}")
        self.end()
        return outcome

    def end(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, self.folder), daemon=True)
        self.process.start()
        theirs.close()
        self.pipe.recv()  # it is ready


def work(pipe: Any, folder: Path) -> None:
    """Read the files of the cases that come through a pipe."""
    limit_memory()
    pipe.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            pipe.send(outcome_of(pipe.recv(), folder))


def limit_memory() -> None:
    """Have this process refused more memory than it has now and a little more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
