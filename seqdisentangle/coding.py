"""Between arrays and codes, pass by pass: memory does not grow with the number of sequences."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .data import Layout, Scaling, Sequences, load, to_user
from .model import SequenceModel

__all__ = ["Coder"]

# Values of the frames in one pass through the networks: bounds the memory, whatever n and T are.
VALUES_PER_PASS = 2**23
FRAMES_PER_PASS = 2**14


class Coder:
    """A fitted model together with the layout and the units of its data.

    Parameters
    ----------
    model : SequenceModel
    layout : Layout
    scaling : Scaling
    dtype : numpy dtype
        Of the data. Codes of float64 data are computed in float64, where the device has it.
    """

    def __init__(
        self, model: SequenceModel, layout: Layout, scaling: Scaling, dtype: np.dtype
    ) -> None:
        self.device = next(model.parameters()).device
        wide = dtype == np.float64 and self.device.type != "mps"
        self.precision = torch.float64 if wide else torch.float32
        self.code_dtype = np.dtype(np.float64 if wide else np.float32)
        self.model = copy.deepcopy(model).double() if wide else model
        self.layout = layout
        self.scaling = scaling
        self.frames_per_pass = min(
            max(VALUES_PER_PASS // math.prod(layout.frame_shape), 1), FRAMES_PER_PASS
        )

    def passes(self, n: int, n_steps: int) -> Iterator[slice]:
        """Rows of n sequences, as many at a time as memory should hold."""
        size = max(self.frames_per_pass // n_steps, 1)
        for start in range(0, n, size):
            yield slice(start, min(start + size, n))

    def load(self, sequences: Sequences, rows: slice) -> Tensor:
        """Frames of the model.

        Raises
        ------
        ValueError
            If images are in other units than those seen in fit: they would be encoded as nonsense.
        """
        x = load(sequences, rows, self.scaling, self.device, self.precision)
        if self.scaling.bounded and sequences.dtype not in (np.uint8, np.bool_):
            low, high = float(x.min()), float(x.max())
            if low < -1e-3 or high > 1 + 1e-3:
                raise ValueError(
                    f"{sequences.name} must hold uint8 values or values in [0, 1] like those seen "
                    f"in fit, got values from {low:g} to {high:g} in sequences {rows.start} to "
                    f"{rows.stop - 1}"
                )
        return x

    @torch.no_grad()
    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Posterior means of content (n, d_c) and motion (n, T, d_m)."""
        posterior = self.model.encode(x, sample=False)
        return posterior.content.mean, posterior.motion.mean

    @torch.no_grad()
    def decode(self, content: Tensor, motion: Tensor, dtype: np.dtype) -> NDArray:
        """Sequences of codes, in the user's layout and units."""
        n, n_steps = motion.shape[:2]
        frames = self.empty(n, n_steps, dtype)
        for rows in self.passes(n, n_steps):
            for steps in self.passes(n_steps, 1):  # the generator works frame by frame
                x = self.model.decode(content[rows], motion[rows, steps])
                frames[rows, steps] = to_user(x, self.layout, self.scaling, dtype)
        return frames

    @torch.no_grad()
    def rollout(self, noise: NDArray, history: Tensor | None = None) -> Tensor:
        """Motion codes from the prior, (n, n_steps, d_m) like the noise."""
        return self.model.rollout(self.tensor(noise), history)

    def generate(
        self,
        n: int,
        n_steps: int,
        dtype: np.dtype,
        codes: Callable[[slice], tuple[Tensor, Tensor]],
        *,
        longest: int = 0,
    ) -> NDArray:
        """Sequences of the content and the motion that ``codes`` gives for each pass's rows.

        ``longest`` is the number of steps that it handles itself, where that is more.
        """
        frames = self.empty(n, n_steps, dtype)
        for rows in self.passes(n, max(n_steps, longest)):
            frames[rows] = self.decode(*codes(rows), dtype)
        return frames

    def tensor(self, codes: NDArray) -> Tensor:
        """Codes on the device."""
        return torch.from_numpy(np.array(codes)).to(self.device, self.precision)

    def empty(self, n: int, n_steps: int, dtype: np.dtype) -> NDArray:
        """Room for n sequences in the user's layout."""
        return np.empty((n, n_steps, *self.layout.array_frame_shape), dtype)
