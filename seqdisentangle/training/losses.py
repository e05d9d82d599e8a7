"""The losses of the batches of an epoch: on the device until they are asked for, then checked."""

from __future__ import annotations

import math
import reprlib

import torch
from torch import Tensor

from ..objectives.base import Loss
from ..objectives.communicator import Communicator

__all__ = ["Losses", "NotFiniteError", "Record"]

Record = dict[str, float]


class NotFiniteError(FloatingPointError):
    """The loss or the weights of a model are no longer finite."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(
            f"the {what} in {where}: try a lower learning_rate, a smaller clip_norm, or other "
            "weights for the divergences"
        )


class Losses:
    """The parts of the loss of each batch so far.

    Nothing waits for the device until :meth:`fetched` is called.

    Parameters
    ----------
    parts : tuple of str
        The names of the parts of a loss.
    """

    def __init__(self, parts: tuple[str, ...]) -> None:
        self.parts = ("loss", *parts)
        self._counts: list[int] = []
        self._rows: list[list[float]] = []
        self._waiting: list[Tensor] = []

    def __len__(self) -> int:
        return len(self._counts)

    def append(self, n: int, loss: Loss) -> None:
        """Take note of a batch of n sequences."""
        self._counts.append(n)
        self._waiting.append(loss.stack())

    def fetched(self) -> list[list[float]]:
        """The total and the parts of each batch, in their order."""
        if self._waiting:
            self._rows += torch.stack(self._waiting).tolist()
            self._waiting = []
        return self._rows

    def means(self, communicator: Communicator) -> Record:
        """Mean of each part over the sequences of all processes, NaN of none.

        A loss is that of the whole batch, of which each process counts its own part.
        """
        counts = self._counts_of_all(communicator)
        n = sum(counts)
        values = [
            sum(count * value for count, value in zip(counts, column, strict=True)) / n
            for column in zip(*self.fetched(), strict=True)
        ]
        return dict(zip(self.parts, values or [math.nan] * len(self.parts), strict=True))

    def check(self, epoch: int) -> None:
        """Raise if a part is no longer finite: the first of the first batch, which broke the rest.

        Raises
        ------
        NotFiniteError
            Names the part, the epoch and the batch, both counted from 1.
        """
        for batch, row in enumerate(self.fetched(), 1):
            if not all(map(math.isfinite, row)):
                parts = dict(zip(self.parts, row, strict=True))
                # The parts first: their sum is what they make it.
                order = (*self.parts[1:], self.parts[0])
                part = next(part for part in order if not math.isfinite(parts[part]))
                raise NotFiniteError(
                    f"{part} became {parts[part]}", f"epoch {epoch}, batch {batch}"
                )

    def state_dict(self, communicator: Communicator) -> dict[str, Tensor]:
        """All batches so far, with the sequences of all processes."""
        rows = torch.tensor(self.fetched(), dtype=torch.float64).view(-1, len(self.parts))
        return {"counts": torch.tensor(self._counts_of_all(communicator)).long(), "rows": rows}

    def load_state_dict(self, state: dict[str, Tensor], communicator: Communicator) -> None:
        """Go on from there; one process counts what all have had, however many these were.

        Raises
        ------
        ValueError
            If there is no row for each count, or a count is not positive.
        """
        if len(state["counts"]) != len(state["rows"]) or bool((state["counts"] < 1).any()):
            raise ValueError(
                f"losses of {len(state['rows'])} batches must have a positive number of sequences "
                f"for each, got {reprlib.repr(state['counts'].tolist())}"
            )
        counts = state["counts"] if communicator.rank == 0 else torch.zeros_like(state["counts"])
        self._counts, self._rows = counts.tolist(), state["rows"].tolist()
        self._waiting = []

    def _counts_of_all(self, communicator: Communicator) -> list[int]:
        """The sequences of each batch, of which each process has its own part."""
        of_all = communicator.gather_objects(self._counts)
        return [sum(parts) for parts in zip(*of_all, strict=True)]
