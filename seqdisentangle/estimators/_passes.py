"""Between arrays and codes, pass by pass: memory does not grow with the number of sequences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import h5py
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import one_hot

from .._modes import without_gradients
from ..data.batches import Batch, Batches
from ..data.layout import Layout
from ..data.outliers import FARTHEST, refuse_far
from ..data.passes import BoundedPasses, Passes
from ..data.ragged import Rows
from ..data.sequences import Sequences
from ..data.units import Scaling, to_user
from ..model import LatentCodes, SequenceModel
from ..training.threads import limited_threads, numbers_in_step
from ._results import Lengths, put, room

__all__ = ["Predictor", "total_cost"]

# Values of the frames in one pass through the networks: bounds the memory, whatever n and T are.
VALUES_PER_PASS = 2**23
FRAMES_PER_PASS = 2**14
# Steps of sequences whose motion is drawn together, where they are decoded in several passes.
STEPS_PER_ROLLOUT = 2**18


class Predictor:
    """A fitted model together with the layout and the units of its data.

    Parameters
    ----------
    model : SequenceModel
    layout : Layout
    scaling : Scaling

    Attributes
    ----------
    precision : torch.dtype
        That of the model, in which codes are computed.
    code_dtype : numpy dtype
        The same of codes in arrays.
    """

    def __init__(self, model: SequenceModel, layout: Layout, scaling: Scaling) -> None:
        weight = next(model.parameters())
        self.device, self.precision = weight.device, weight.dtype
        self.code_dtype = np.dtype(np.float64 if weight.dtype == torch.float64 else np.float32)
        self.model = model
        self.layout = layout
        self.scaling = scaling
        self.frames_per_pass = min(
            max(VALUES_PER_PASS // math.prod(layout.frame_shape), 1), FRAMES_PER_PASS
        )

    def passes(self, n: int, n_steps: int, lengths: Lengths = None) -> Passes:
        """Rows of n sequences, as many at a time as memory should hold."""
        return BoundedPasses(n, n_steps, self.frames_per_pass, lengths)

    def rollouts(self, n: int, n_steps: int, lengths: Lengths = None) -> Passes:
        """Rows of n sequences to draw the motion of: a step takes hardly longer for more of them.

        What they are decoded into has as many values at most as a pass has.
        """
        n_frames = min(VALUES_PER_PASS // math.prod(self.layout.frame_shape), STEPS_PER_ROLLOUT)
        return BoundedPasses(n, n_steps, max(n_frames, 1), lengths)

    def batches(self, *sequences: Sequences, more: int = 0) -> Iterator[tuple[Any, ...]]:
        """The rows of a pass and, side by side, these of all of the sequences.

        Read in the background if they are not in memory; ``more`` time steps are made room for.

        Raises
        ------
        ValueError
            If images are in other units than those seen in fit, or a value is so far from those
            that its square, or what a network makes of it, may be infinite.
        """
        lengths = None
        if any(part.lengths is not None for part in sequences):
            lengths = np.max([part.all_lengths for part in sequences], axis=0) + more
        n_steps = max(part.n_steps for part in sequences)
        passes = self.passes(len(sequences[0]), n_steps + more, lengths)
        makers = [
            Batches(part, self.scaling, passes, device=self.device, dtype=self.precision)
            for part in sequences
        ]
        for rows, *batches in zip(passes, *makers, strict=True):
            for batch, part in zip(batches, sequences, strict=True):
                self._check_units(batch, rows, part)
            yield rows, *batches

    def _check_units(self, batch: Batch, rows: Rows, sequences: Sequences) -> None:
        """Raise a ValueError if values are in other units: they would be encoded as nonsense."""
        if sequences.dtype in (np.uint8, np.bool_):
            return
        low, high = (float(end) for end in batch.x.aminmax())
        if not self.scaling.bounded:
            if max(-low, high) > FARTHEST:
                refuse_far(batch.x.abs() > FARTHEST, numbers_of(rows), sequences)
        elif low < -1e-3 or high > 1 + 1e-3:
            numbers = numbers_of(rows)
            raise ValueError(
                f"{sequences.name} must hold uint8 values or values in [0, 1] like those seen "
                f"in fit, got values from {low:g} to {high:g} in sequences {numbers[0]} to "
                f"{numbers[-1]}"
            )

    # ---- codes ---------------------------------------------------------------------------------

    @without_gradients()
    def encode(self, batch: Batch) -> LatentCodes:
        """The posterior means of content and motion, zero in padding, and the likeliest action."""
        with self.few_threads(batch.x.shape):
            content, motion, action = self.model.encode(
                batch.x, sample=False, packing=batch.packing, observed=batch.observed
            )
        return LatentCodes(content.mean, motion.mean, None if action is None else action.value)

    @without_gradients()
    def action_probabilities(self, batch: Batch) -> Tensor:
        """The action posterior, (n, K)."""
        with self.few_threads(batch.x.shape):
            motion = self.model.motion(
                batch.x, sample=False, packing=batch.packing, observed=batch.observed
            )
            action = self.model.act(motion.value, sample=False, lengths=batch.lengths)
        probabilities: Tensor = action.logits.softmax(-1)
        return probabilities

    @without_gradients()
    def given(
        self, content: NDArray, motion: NDArray, lengths: Lengths, action: NDArray | None = None
    ) -> LatentCodes:
        """Codes of the user's.

        Parameters
        ----------
        content : array of shape (n, d_c)
        motion : array of shape (n, T, d_m)
        lengths : array of int and shape (n,), or None
            Where motion is padded.
        action : array of int and shape (n,), optional
            By default the actions that the motions say.
        """
        z_m = self.tensor(motion)
        said = self.model.act(
            z_m,
            sample=False,
            lengths=None if lengths is None else torch.from_numpy(lengths),
            known=None if action is None else torch.from_numpy(action).to(self.device),
        )
        return LatentCodes(self.tensor(content), z_m, None if said is None else said.value)

    @without_gradients()
    def drawn(self, content: NDArray, noise: NDArray, action: NDArray | None = None) -> LatentCodes:
        """Codes with motion from its prior.

        Parameters
        ----------
        content : array of shape (n, d_c)
        noise : array of shape (n, n_steps, noise_size)
            Standard normal numbers that motion is drawn from.
        action : array of int and shape (n,), optional
            Actions that motion is drawn of, in a model with actions.
        """
        told = None
        if action is not None:
            told = one_hot(torch.from_numpy(action), self.model.spec.n_actions or 0)
            told = told.to(self.device, self.precision)
        with self.few_threads(noise.shape):
            motion = self.model.rollout(self.tensor(noise), action=told)
        return LatentCodes(self.tensor(content), motion, told)

    @without_gradients()
    def continued(
        self, codes: LatentCodes, noise: NDArray, lengths: Tensor | None = None
    ) -> LatentCodes:
        """Codes of the time steps that follow, as many as the noise has, from the motion prior."""
        with self.few_threads(noise.shape):
            motion = self.model.rollout(self.tensor(noise), codes.motion, lengths, codes.action)
        return codes._replace(motion=motion)

    # ---- sequences -----------------------------------------------------------------------------

    @without_gradients()
    def decode(self, codes: LatentCodes, dtype: np.dtype, rows: Rows) -> NDArray:
        """Sequences of the codes of some rows, in the user's layout and units.

        Raises
        ------
        ValueError
            If one is not finite; names the first.
        """
        n, n_steps = codes.motion.shape[:2]
        frames = np.empty((n, n_steps, *self.layout.array_frame_shape), dtype)
        for part in self.passes(n, n_steps):
            some = codes.of(part)
            for steps in self.passes(n_steps, 1):  # the decoder works frame by frame
                motion = some.motion[:, steps]
                with self.few_threads(motion.shape):
                    x = self.model.decode(some._replace(motion=motion))
                if not bool(x.sum().isfinite()):
                    check_decoded(x, numbers_of(rows)[part], some)
                frames[part, steps] = to_user(x, self.layout, self.scaling, dtype)
        return frames

    def generate(
        self,
        n: int,
        n_steps: int,
        dtype: np.dtype,
        coded: Iterable[tuple[Rows, LatentCodes]],
        *,
        lengths: Lengths = None,
        file: h5py.File | None = None,
    ) -> Any:
        """Sequences of the codes of each pass.

        With ``lengths`` a list of sequences that are as long. With a ``file`` they go there, as the
        data set ``X``.
        """
        shape = (n, n_steps, *self.layout.array_frame_shape)
        frames = room(shape, dtype, lengths, file, "X")
        for rows, codes in coded:
            put(frames, rows, self.decode(codes, dtype, rows), lengths)
        return frames

    def few_threads(self, shape: tuple[int, ...]) -> AbstractContextManager[None]:
        """One thread, where sequences or codes (n, T, ...) are too few to be shared by more."""
        return limited_threads("auto", numbers_in_step(self.model.spec, *shape[:2]))

    def tensor(self, codes: NDArray) -> Tensor:
        """Codes on the device."""
        return torch.from_numpy(np.array(codes)).to(self.device, self.precision)


def numbers_of(rows: Rows) -> NDArray[np.intp]:
    """The numbers of the rows of a pass."""
    return np.arange(rows.stop)[rows] if isinstance(rows, slice) else rows


def check_decoded(x: Tensor, numbers: NDArray[np.intp], codes: LatentCodes) -> None:
    """Raise a ValueError if frames (n, T, ...) of codes are not finite."""
    bad = ~x.isfinite().flatten(1).all(1)
    if not bad.any():
        return  # their sum is not
    i = int(bad.nonzero()[0])
    largest = max(float(code[i].abs().max()) for code in (codes.content, codes.motion))
    raise ValueError(
        f"the codes of sequence {numbers[i]}, of up to {largest:g}, are decoded into values that "
        "are not finite. Expected codes like those of the data seen in fit, about 1"
    )


def total_cost(costs: Tensor, batch: Batch, rows: Rows, name: str) -> float:
    """The sum of the costs of a pass.

    Parameters
    ----------
    costs : Tensor of shape (n,), or (N,) for a padded batch
    batch : Batch
    rows : slice or array of int
    name : str
        Of the sequences.

    Raises
    ------
    ValueError
        If it is not finite; names the sequence at fault.
    """
    total = float(costs.sum())
    if math.isfinite(total):
        return total
    i = int(costs.nan_to_num(math.inf).argmax())
    number = i if batch.packing is None else int(batch.packing.sequence[i])
    raise ValueError(
        f"{name}: the cost of sequence {numbers_of(rows)[number]} is {float(costs[i]):g}. Expected "
        "values like those seen in fit"
    )
