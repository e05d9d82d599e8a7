"""The network of the judge: frames one by one, then their order."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..data.batches import Batch

__all__ = ["JudgeNet"]

GRID = 4  # rows and columns of the convolutional features that are kept apart
N_ORDER_LAYERS = 2


class JudgeNet(nn.Module):
    """A classifier of sequences, of one or several tasks.

    A padded sequence has the logits that it has alone: padding is zero before every convolution
    over time, as what lies beyond the end of a sequence is, and no part of any statistic.

    Parameters
    ----------
    frame_shape : tuple of int
        (D,) or (C, H, W).
    n_classes : sequence of int
        Of each task.
    n_channels : int
        Of the first convolution over frames.
    n_features : int
        Of a frame, and of the convolutions over time.
    """

    def __init__(
        self,
        frame_shape: tuple[int, ...],
        n_classes: Sequence[int],
        n_channels: int,
        n_features: int,
    ) -> None:
        super().__init__()
        self.frame = nn.Sequential(
            *frame_layers(frame_shape, n_channels, n_features),
            nn.BatchNorm1d(n_features),
            nn.ReLU(),
        )
        for module in self.frame:  # channels last takes half the time of channels first on CPU
            if isinstance(module, nn.Conv2d):
                weight = module.weight.data.contiguous(memory_format=torch.channels_last)
                module.weight.data = weight
        self.order = nn.ModuleList(
            nn.Conv1d(n_features, n_features, 3, padding=1, bias=False)
            for _ in range(N_ORDER_LAYERS)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(n_features) for _ in range(N_ORDER_LAYERS))
        self.heads = nn.ModuleList(nn.Linear(2 * n_features, k) for k in n_classes)

    def forward(self, batch: Batch) -> list[Tensor]:
        """The logits of each task, (n, n_classes)."""
        n, T = batch.x.shape[:2]
        packing = batch.packing

        def pack(x: Tensor) -> Tensor:
            return x.flatten(0, 1) if packing is None else packing.pack(x)

        def pad(frames: Tensor) -> Tensor:
            return frames.unflatten(0, (n, T)) if packing is None else packing.pad(frames)

        h = self.frame(pack(batch.x))  # (N, n_features), N = n T without padding
        for conv, norm in zip(self.order, self.norms, strict=True):
            h = conv(pad(h).transpose(1, 2)).transpose(1, 2)  # (n, T, n_features)
            h = norm(pack(h)).relu()
        h = pad(h)
        mean = h.mean(1) if packing is None else packing.mean(h)
        h = torch.cat([mean, h.amax(1)], dim=1)  # none is below the zeros of padding
        return [head(h) for head in self.heads]


def frame_layers(frame_shape: tuple[int, ...], n_channels: int, n_features: int) -> list[nn.Module]:
    """Layers from a batch of frames, (N, D) or (N, C, H, W), to (N, n_features)."""
    if len(frame_shape) == 1:
        return [
            nn.Linear(frame_shape[0], n_features),
            nn.BatchNorm1d(n_features),
            nn.ReLU(),
            nn.Linear(n_features, n_features),
        ]
    channels, height, width = frame_shape
    layers: list[nn.Module] = []
    for stage in range(max(1, math.ceil(math.log2(max(height, width) / GRID)))):
        out = n_channels * min(2**stage, 4)
        layers += [
            nn.Conv2d(channels, out, kernel_size=3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(),
        ]
        channels, height, width = out, math.ceil(height / 2), math.ceil(width / 2)
    if (height, width) != (GRID, GRID):
        layers.append(nn.AdaptiveAvgPool2d(GRID))
    return [
        *layers,
        nn.Flatten(),
        nn.Linear(channels * GRID**2, n_features),
    ]
