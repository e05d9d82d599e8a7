"""A folder of checkpoints, from which a training goes on as if it had never ended."""

from __future__ import annotations

import re
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .._termination import Terminated, put_off
from ..objectives.communicator import Communicator, SingleProcess
from ..persistence import load_file, reading, save_file
from ..serialization import from_json, to_json
from .locks import kept_to_itself

__all__ = ["PROCESSES", "Checkpoint", "Checkpoints", "State", "check_same"]

State = dict[str, Any]

#: Seconds between two checkpoints within an epoch; each epoch ends with one in any case.
SECONDS = 300.0
#: Checkpoints kept, the newest ones; one to go on from should the other be damaged.
KEEP = 2

#: A number of a training that those who go on with it need not have.
PROCESSES = "processes"

BEST = "best.safetensors"
NAME = re.compile(r"epoch-(\d+)-batch-(\d+)\.safetensors")
VERSION = 1

Position = tuple[int, int]  # epochs that are done, batches of the next


class Checkpoint(NamedTuple):
    """The content of a checkpoint.

    Attributes
    ----------
    about : dict
        The seeds, parameters and data of the training.
    state : dict
        Of the training.
    """

    about: dict[str, Any]
    state: State


class Checkpoints:
    """The checkpoints of one training, in a folder of its own.

    A file is written whole or not at all, and safetensors and JSON alone: reading it runs nothing.
    One that cannot be written is a warning, and the training goes on.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    communicator : Communicator
        Those that train together, of which one writes.

    Raises
    ------
    ValueError
        If ``folder`` is a file.
    """

    def __init__(
        self, folder: str | PathLike[str], communicator: Communicator | None = None
    ) -> None:
        self.communicator = SingleProcess() if communicator is None else communicator
        self.folder = Path(folder).absolute()  # wherever the program goes
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"checkpoint={str(folder)!r} is a file, expected a folder")
        self.about: dict[str, Any] = {}
        self._unreadable: set[Position] = set()
        self._read: Path | None = None
        self._written = time.monotonic()
        self._asked_to_end: Callable[[], bool] = lambda: False

    @contextmanager
    def kept_to_itself(self) -> Iterator[None]:
        """Have no other training write here for as long.

        Raises
        ------
        ValueError
            If another one does; in all processes.
        """
        with ExitStack() as stack:
            self._agree(lambda: stack.enter_context(kept_to_itself(self.folder)))
            yield

    @contextmanager
    def put_off_end(self) -> Iterator[None]:
        """Put off the end of the process, by a signal, until the next checkpoint, due then."""
        with put_off() as self._asked_to_end:
            yield

    def newest(self) -> Checkpoint | None:
        """Read the newest one that can be read, with a warning for each that cannot; None of none.

        What a killed process left half-written is removed. Returns once all processes have read.

        Raises
        ------
        ValueError
            If the processes do not find the same one.
        """
        name, found = self._newest()
        names = self.communicator.gather_objects(name)
        if len(set(names)) > 1:
            raise ValueError(
                f"checkpoint={str(self.folder)!r} must be a folder that all processes share: the "
                f"newest file that each can read there is {', '.join(map(str, names))}"
            )
        return found

    def _newest(self) -> tuple[str | None, Checkpoint | None]:
        """Its name, and what it holds."""
        for partial in self.folder.glob(".seqdisentangle-*.tmp"):
            with suppress(OSError):
                partial.unlink()
        for position, path in sorted(self._files().items(), reverse=True):
            try:
                found = read(path)
                self._read = path
                return path.name, found
            except (OSError, ValueError) as error:
                self._unreadable.add(position)
                warnings.warn(
                    f"the checkpoint {str(path)!r} is passed over, for the one before it if there "
                    f"is one: {error}",
                    stacklevel=3,
                )
        return None, None

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """Name the file that :meth:`newest` has read, in an error about its state.

        Raises
        ------
        ValueError
            In place of any error that a state of another training leads to.
        """
        with reading(self.folder if self._read is None else self._read, "this training"):
            yield

    def refuse_others(self) -> None:
        """Raise a ValueError if there are checkpoints: a new training would put an end to them."""
        self._agree(self._refuse_others)

    def _refuse_others(self) -> None:
        if files := self._files():
            newest = files[max(files)]
            raise ValueError(
                f"checkpoint={str(self.folder)!r} holds a training already, up to {newest.name}: "
                "go on with it by fit(..., resume=True), name another folder, or empty this one"
            )

    def _agree(self, check: Callable[[], object]) -> None:
        """Have process 0 check something, and all of them raise its ValueError."""
        error = None
        if self.communicator.rank == 0:
            try:
                check()
            except ValueError as found:
                error = found
        error = self.communicator.broadcast(error)
        if error is not None:
            raise error

    def due(self) -> bool:
        """Tell whether the next one should not wait for the epoch to end, as the last one is old.

        Or because one of the processes that train together has been asked to end. All are told the
        same, after the same step.
        """
        is_old = time.monotonic() - self._written >= SECONDS
        return self.communicator.any(is_old or self._asked_to_end())

    def save(self, history: list[Any], batch: int, state: State) -> None:
        """Write the state after some epochs and some batches of the next; drop old ones.

        Raises
        ------
        Terminated
            If the process has been asked to end, once it is written.
        RuntimeError
            If another one has that trains with it.
        """
        position = len(history), batch
        path = self.folder / "epoch-{:05}-batch-{:07}.safetensors".format(*position)
        tensors: dict[str, Tensor] = {}

        def write() -> None:
            settings = {
                "checkpoint": VERSION,
                "about": to_json(self.about, name="about"),
                "state": to_json(state, name="state", tensors=tensors),
            }
            save_file(path, tensors, settings)
            self._unreadable.discard(position)
            self._drop_old(position)

        self._attempt(path, write)
        self._written = time.monotonic()
        asked = self._asked_to_end()
        if self.communicator.any(asked):  # and none goes on before it is written
            went_on = f"fit(..., resume=True) goes on from the newest checkpoint in {self.folder}"
            if not asked:
                raise RuntimeError(
                    f"a process that trains with this one is asked to end: {went_on}"
                )
            warnings.warn(
                f"the process has been asked to end, and does so after this step: {went_on}",
                stacklevel=2,
            )
            raise Terminated

    def save_best(self, write: Callable[[Path], None]) -> None:
        """Have the model of the best epoch written beside the checkpoints, for use."""
        path = self.folder / BEST
        self._attempt(path, lambda: write(path))

    def save_last(self, write: Callable[[Path], None]) -> None:
        """Have the model that a training ends with written there, unless it is there already."""
        path = self.folder / BEST

        def write_if_new() -> None:
            with tempfile.TemporaryDirectory() as folder:
                now = Path(folder) / BEST
                write(now)
                if not hold_the_same(now, path):
                    write(path)

        self._attempt(path, write_if_new)

    def _attempt(self, path: Path, write: Callable[[], None]) -> None:
        if self.communicator.rank > 0:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write()
        except (OSError, TypeError, ValueError) as error:
            warnings.warn(
                f"{str(path)!r} could not be written, and training goes on without it: {error}",
                stacklevel=2,
            )

    def _files(self) -> dict[Position, Path]:
        found = {}
        for path in self.folder.glob("epoch-*"):
            if match := NAME.fullmatch(path.name):
                found[int(match[1]), int(match[2])] = path
        return found

    def _drop_old(self, newest: Position) -> None:
        files = self._files()
        past = sorted(position for position in files if position <= newest)
        good = [position for position in past if position not in self._unreadable]
        for position in set(past) - set(good[-KEEP:]):
            files[position].unlink(missing_ok=True)


def read(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, is damaged, or is something else.
    """
    tensors, settings = load_file(path)
    version = settings.get("checkpoint")
    if version is None:
        raise ValueError("it holds something else, no state of a training.")
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        raise ValueError(
            f"its version is {version!r}, expected {VERSION}"
            + (": a newer release wrote it." if newer else ".")
        )
    with reading(path, "a checkpoint"):
        return Checkpoint(from_json(settings["about"]), from_json(settings["state"], tensors))


def check_same(then: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Raise a ValueError that names what a training differs in from that of its checkpoint.

    Parameters
    ----------
    then, now : mapping of str to values
        The number of ``"processes"`` may differ, with a warning.
    folder : Path
    """
    names = [n for n in {**then, **now} if then.get(n) != now.get(n)]
    if PROCESSES in names:
        names.remove(PROCESSES)
        warnings.warn(
            f"the training in checkpoint={str(folder)!r} had {then.get(PROCESSES)} processes and "
            f"goes on with {now.get(PROCESSES)}: it draws other noise, and ends with other weights "
            "than it would have",
            stacklevel=2,
        )
    if names:
        listed = ", ".join(
            f"{n} was {shown(then.get(n))} and is {shown(now.get(n))}" for n in names
        )
        raise ValueError(
            f"the training in checkpoint={str(folder)!r} is another one: {listed}. Set it back, "
            "or begin a new training in a folder of its own"
        )


def shown(value: Any) -> str:
    """A value that is kept as JSON, in the words of Python."""
    try:
        return repr(from_json(value))
    except ValueError:  # an object of the user's own, known by its type
        return str(value["own"])


def hold_the_same(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same; one that is damaged or not there holds nothing."""
    try:
        (tensors, settings), (others, their_settings) = load_file(one), load_file(other)
    except (OSError, ValueError):
        return False
    alike = settings == their_settings and tensors.keys() == others.keys()
    return alike and all(torch.equal(tensors[name], others[name]) for name in tensors)
