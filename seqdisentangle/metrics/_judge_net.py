"""The network of the judge: frames one by one, then their order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["JudgeNet", "to_tensor"]

_GRID = 4  # rows and columns of the conv features that are kept apart
_COLOUR_COUNTS = (1, 3, 4)  # sizes an axis may have to be read as channels


class JudgeNet(nn.Module):
    """Sequences (n, T, D) or (n, T, C, H, W) to the logits of each task, (n, n_classes)."""

    def __init__(
        self, frame_shape: tuple[int, ...], n_classes: list[int], n_channels: int, n_features: int
    ) -> None:
        super().__init__()
        self.frame = nn.Sequential(
            *_frame_layers(frame_shape, n_channels, n_features), nn.BatchNorm1d(n_features)
        )
        for module in self.frame:  # channels last takes half the time of channels first on CPU
            if isinstance(module, nn.Conv2d):
                weight = module.weight.data.contiguous(memory_format=torch.channels_last)
                module.weight.data = weight
        self.time = nn.Sequential(
            nn.ReLU(),
            nn.Conv1d(n_features, n_features, 3, padding=1, bias=False),
            nn.BatchNorm1d(n_features),
            nn.ReLU(),
            nn.Conv1d(n_features, n_features, 3, padding=1, bias=False),
            nn.BatchNorm1d(n_features),
            nn.ReLU(),
        )
        self.heads = nn.ModuleList([nn.Linear(2 * n_features, k) for k in n_classes])

    def forward(self, x: Tensor) -> list[Tensor]:
        n, T = x.shape[:2]
        h = self.frame(x.flatten(0, 1))  # (n T, n_features)
        h = self.time(h.unflatten(0, (n, T)).transpose(1, 2))  # (n, n_features, T)
        h = torch.cat([h.mean(2), h.amax(2)], dim=1)
        return [head(h) for head in self.heads]


def _frame_layers(
    frame_shape: tuple[int, ...], n_channels: int, n_features: int
) -> list[nn.Module]:
    """Layers from a batch of frames, (n, D) or (n, C, H, W), to (n, n_features)."""
    if len(frame_shape) == 1:
        return [
            nn.Linear(frame_shape[0], n_features),
            nn.BatchNorm1d(n_features),
            nn.ReLU(),
            nn.Linear(n_features, n_features),
        ]
    channels, height, width = frame_shape
    layers: list[nn.Module] = []
    for stage in range(max(1, math.ceil(math.log2(max(height, width) / _GRID)))):
        out = n_channels * min(2**stage, 4)
        layers += [
            nn.Conv2d(channels, out, kernel_size=3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(),
        ]
        channels, height, width = out, math.ceil(height / 2), math.ceil(width / 2)
    if (height, width) != (_GRID, _GRID):
        layers.append(nn.AdaptiveAvgPool2d(_GRID))
    return [
        *layers,
        nn.Flatten(),
        nn.Linear(channels * _GRID**2, n_features),
    ]


def to_tensor(x: Any) -> Tensor:
    """Batch of sequences in any layout -> float32 (n, T, D) or (n, T, C, H, W), uint8 / 255."""
    x = np.asarray(x)
    scale = 255.0 if x.dtype == np.uint8 else 1.0
    t = torch.as_tensor(np.ascontiguousarray(x, dtype=np.float32)) / scale
    if t.ndim == 2:
        return t.unsqueeze(2)
    if t.ndim == 4:
        return t.unsqueeze(2)
    if t.ndim == 5 and t.shape[-1] in _COLOUR_COUNTS:
        return t.permute(0, 1, 4, 2, 3)
    return t
