"""A model in a form that can be traced for any number of sequences and steps, and exported.

Loops over time, which run as often as a sequence has steps, become loops of the program; padding is
computed and masked, where it is left out elsewhere. The modules and their weights are the model's.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..data.packing import Packing
from ..networks.base import SLOPE
from .latent import Latent
from .levels import Levels
from .norms import Whitening
from .posteriors import MotionPosterior, split_moments

__all__ = ["PaddedFrames", "Padding", "traceable"]


@dataclass
class Padding:
    """The mask (n, T) of the steps that are real, which recurrences read; None where all are."""

    mask: Tensor | None = None


@dataclass(frozen=True)
class PaddedFrames(Packing):
    """All frames of a padded batch, of which those that are padding count for nothing.

    Networks see them too, since their number would depend on values. In ``eval`` a frame is
    computed by itself.
    """

    @classmethod
    def of_mask(cls, mask: Tensor) -> PaddedFrames:
        """The padding of sequences with the mask (n, T)."""
        n, n_steps = mask.shape
        rows = torch.arange(n * n_steps, device=mask.device)
        # No lengths: recurrences know where to stop by the mask.
        return cls(None, n_steps, rows, rows // n_steps, mask)  # type: ignore[arg-type]

    def pack(self, x: Tensor) -> Tensor:
        """All frames of a batch, (n, T, ...) -> (n * T, ...)."""
        return x.flatten(0, 1)

    def pad(self, frames: Tensor) -> Tensor:
        """Values of all frames, zero in padding, (n * T, ...) -> (n, T, ...)."""
        values = frames.unflatten(0, self.mask.shape)
        return values * self.mask[(..., *[None] * (values.ndim - 2))]


def traceable(model: nn.Module, padding: Padding) -> nn.Module:
    """A copy of a fitted model that can be traced.

    Parameters
    ----------
    model : SequenceModel or MoCoGANModel
    padding : Padding
        Set before each call of the copy.
    """
    copied = copy.deepcopy(model).cpu().eval()
    copied.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # missing in the stubs
    replace_parts(copied, padding)
    return copied


def replace_parts(module: nn.Module, padding: Padding) -> None:
    """Replace the modules within that cannot be traced."""
    for name, child in module.named_children():
        if isinstance(child, MotionPosterior):
            setattr(module, name, UnrolledMotion(child, padding))
            replace_parts(child.encoder, padding)
        elif isinstance(child, nn.LSTM | nn.GRU | nn.RNN):
            setattr(module, name, Unrolled(child, padding))
        elif isinstance(child, Whitening):
            setattr(module, name, as_linear(child))
        else:
            replace_parts(child, padding)


def as_linear(whitening: Whitening) -> nn.Linear:
    """The map that whitening is after training, without the factor that it is found by."""
    size = len(whitening.covariance)
    linear = nn.Linear(size, size, bias=False)
    with torch.no_grad():
        linear.weight.copy_(whitening(torch.eye(size, dtype=linear.weight.dtype)).mT)
    return linear


def scanned(step: Any, state: Any, xs: Any) -> Any:
    """Loop over the first axis: ``step(state, x) -> (state, y)``; the ys, one after the other."""
    # The one loop whose number of turns a traced program leaves open. It is public in no release.
    from torch._higher_order_ops.scan import scan

    return scan(step, state, xs, dim=0)[1]


class UnrolledMotion(nn.Module):
    """A motion posterior whose loop over time is one of the program.

    Parameters
    ----------
    posterior : MotionPosterior
    padding : Padding
    """

    def __init__(self, posterior: MotionPosterior, padding: Padding) -> None:
        super().__init__()
        self.posterior = posterior
        self.padding = padding

    def forward(
        self,
        x: Tensor,
        rng: None = None,
        *,
        sample: bool = False,
        packing: PaddedFrames,
        observed: Tensor | None = None,
        expected: Levels | None = None,
    ) -> Latent:
        """(n, T, ...) -> Latent of shape (n, T, d_m), the means; zero in padding."""
        own = self.posterior
        hidden = own._of_frames(x, packing, observed, expected)
        weight, bias = own._normalised_output()
        recurrent = isinstance(own.from_previous, nn.LSTMCell)
        state: tuple[Tensor, ...] = (hidden.new_zeros(hidden.shape[0], own.size),)
        if recurrent:
            state = (*state, torch.zeros_like(hidden[:, 0]), torch.zeros_like(hidden[:, 0]))

        def step(before: tuple[Tensor, ...], h: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
            read, memory = own._read(before[0], before[1:])
            h = nn.functional.leaky_relu(h + read, SLOPE)
            mean, _ = split_moments(nn.functional.linear(h, weight, bias), own.noise)
            mean = mean.contiguous()  # as the one before: half of a layer's output is not
            return (mean, *memory), mean.clone()

        means = scanned(step, state, hidden.transpose(0, 1)).transpose(0, 1)
        means = means * packing.mask.unsqueeze(-1)
        return Latent(means, means, means)


class Unrolled(nn.Module):
    """A recurrent layer whose loop over time is one of the program, and which stops at padding.

    Parameters
    ----------
    layer : LSTM, GRU or RNN
        Of one layer, batch first.
    padding : Padding
    """

    def __init__(self, layer: nn.RNNBase, padding: Padding) -> None:
        super().__init__()
        self.layer = layer
        self.padding = padding
        cells = {nn.LSTM: nn.LSTMCell, nn.GRU: nn.GRUCell, nn.RNN: nn.RNNCell}
        self.cells = nn.ModuleList()
        for suffix in ("", "_reverse")[: 1 + layer.bidirectional]:
            cell = cells[type(layer)](layer.input_size, layer.hidden_size)
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                setattr(cell, name, getattr(layer, f"{name}_l0{suffix}"))
            self.cells.append(cell)

    def forward(self, x: Tensor) -> tuple[Tensor, Any]:
        """(n, T, d) -> outputs (n, T, k) and last states, as the layer gives them."""
        outputs, states = [], []
        for i, cell in enumerate(self.cells):
            output, last = self._run(cell, x, reverse=i == 1)
            outputs.append(output)
            states.append(last)
        ends = torch.stack(states)
        return torch.cat(outputs, -1), (ends, ends) if isinstance(self.layer, nn.LSTM) else ends

    def _run(self, cell: nn.Module, x: Tensor, *, reverse: bool) -> tuple[Tensor, Tensor]:
        """Outputs of one direction, and the one after its last step."""
        mask = self.padding.mask
        real = x.new_ones(x.shape[:2]) if mask is None else mask.to(x.dtype)
        steps = x.transpose(0, 1), real.transpose(0, 1).unsqueeze(-1)
        if reverse:
            steps = steps[0].flip(0), steps[1].flip(0)
        lstm = isinstance(self.layer, nn.LSTM)
        begin = tuple(x.new_zeros(x.shape[0], self.layer.hidden_size) for _ in range(1 + lstm))

        def step(before: tuple[Tensor, ...], now: tuple[Tensor, Tensor]) -> Any:
            value, goes_on = now
            after = cell(value, before) if lstm else (cell(value, before[0]),)
            # Where the sequence has ended, or has not begun from its end, it stays as it was.
            kept = tuple(
                old + goes_on * (new - old) for new, old in zip(after, before, strict=True)
            )
            return kept, kept[0].clone()

        outputs = scanned(step, begin, steps)
        last = outputs[-1]
        return (outputs.flip(0) if reverse else outputs).transpose(0, 1), last
