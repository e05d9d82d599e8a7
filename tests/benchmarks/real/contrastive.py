"""CEBRA, which learns codes by contrast and has no way back from them to frames.

Schneider, Lee, Mathis: Learnable latent embeddings for joint behavioural and neural analysis,
Nature 2023. The PyPI package is ``cebra``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from seqdisentangle import Codes

try:
    from cebra import CEBRA
except ImportError:
    CEBRA = None

ITERATIONS, BATCH_SIZE = 3000, 512


class ContrastiveCodes:
    """Frames that are alike by their sequence give content, frames that follow others motion.

    Content is the mean over time of an embedding in which the frames of a sequence are to be
    nearer to each other than to those of others, motion one in which the next frame is near.
    """

    def __init__(self, random_state: int = 0) -> None:
        if CEBRA is None:
            raise ModuleNotFoundError(
                "this needs the package cebra: pip install --no-deps cebra literate-dataclasses "
                "(with its other requirements, which a training needs anyway)"
            )
        self.random_state = random_state

    def fit(self, X: Any) -> ContrastiveCodes:
        frames = np.concatenate([_known(x) for x in X])
        sequence = np.repeat(np.arange(len(X)), [len(x) for x in X])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            self.content_ = _embedding(output_dimension=32).fit(frames, sequence)
            self.motion_ = _embedding(output_dimension=6, conditional="time").fit(frames)
        return self

    def transform(self, X: Any) -> Codes:
        frames = [_known(x) for x in X]
        content = np.stack([self.content_.transform(x).mean(axis=0) for x in frames])
        return Codes(content, [self.motion_.transform(x) for x in frames])


def _embedding(**params: Any) -> Any:
    return CEBRA(
        model_architecture="offset1-model",  # a frame at a time: others may be of other sequences
        batch_size=BATCH_SIZE,
        max_iterations=ITERATIONS,
        device="cpu",
        **params,
    )


def _known(x: np.ndarray) -> np.ndarray:
    """Frames (T, D) with the mean of the data, zero, in the place of what is missing."""
    return np.nan_to_num(x).astype(np.float32)
