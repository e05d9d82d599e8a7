"""
Your own network, for spectrograms
==================================

A frame network says how a frame becomes features, and how two codes become a frame. The library has
some for images and vectors. Here is one for spectra, which are vectors whose neighbours belong
together: it convolves along frequency. The sounds are made here: each has a hum, which stays,
and a whistle that glides.

Trains in less than a minute.
"""

# %%
# Spectra of 40 steps and 24 frequency bins, in decibels: a hum of steady tones, which stays, and a
# whistle that glides.

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import nn

from seqdisentangle import RecurrentWAE
from seqdisentangle.display import ReconstructionDisplay, SwapDisplay
from seqdisentangle.metrics import separation
from seqdisentangle.networks import FrameEncoder, FrameNetwork

N_STEPS, N_BINS = 40, 24


def sounds(n, seed):
    """Log spectra (n, T, D): three steady tones, and a louder one that glides over the band."""
    rng = np.random.RandomState(seed)
    bins = np.arange(N_BINS)
    places = rng.uniform(0, N_BINS, size=(n, 3, 1))
    strength = rng.uniform(5, 20, size=(n, 3, 1))
    hum = (strength * np.exp(-(((bins - places) / 1.5) ** 2) / 2)).sum(1)  # (n, D)
    glide = gaussian_filter1d(rng.normal(size=(n, N_STEPS)), 6, axis=1, mode="wrap")
    glide -= glide.mean(1, keepdims=True)
    centre = (N_BINS - 1) / 2 + 8 * glide / np.abs(glide).max(1, keepdims=True)
    whistle = 40 * np.exp(-(((bins - centre[..., np.newaxis]) / 2) ** 2) / 2)  # (n, T, D)
    return np.maximum(hum[:, np.newaxis], whistle) + rng.normal(size=whistle.shape) - 60


# %%
# A dataclass: its fields are parameters, which a search reaches as ``network__width``. The encoder
# is any module from frames (N, D) to features, the decoder any module from motion (n, T, d_m) and
# content (n, d_c) to frames (n, T, D).


class Decoder(nn.Module):
    """Transposed convolutions along frequency, of both codes side by side."""

    def __init__(self, width, n_bins, codes):
        super().__init__()
        self.width, self.codes = width, codes
        self.start = nn.Linear(codes.input_size, 2 * width * (n_bins // 4))
        self.layers = nn.Sequential(
            nn.SiLU(),
            nn.ConvTranspose1d(2 * width, width, 4, 2, 1),
            nn.SiLU(),
            nn.ConvTranspose1d(width, 1, 4, 2, 1),
        )

    def forward(self, motion, content):
        n, n_steps, _ = motion.shape
        content = content.unsqueeze(1).expand(-1, n_steps, -1)
        start = self.start(torch.cat([motion, content], -1))  # (n, T, 2 W D / 4)
        made = self.layers(start.reshape(n * n_steps, 2 * self.width, -1))
        return self.codes.squash(made.reshape(n, n_steps, -1))


@dataclass
class Spectral(FrameNetwork):
    """Convolutions along frequency; the number of bins is a multiple of four."""

    width: int = 16
    generator: str = "concat"

    def check(self, frame_shape):
        if len(frame_shape) != 1 or frame_shape[0] % 4:
            raise ValueError(f"network={self!r} is for spectra of 4k bins, got {frame_shape}")

    def encoder(self, frame_shape):
        layers = nn.Sequential(
            nn.Unflatten(1, (1, -1)),
            nn.Conv1d(1, self.width, 4, 2, 1),
            nn.SiLU(),
            nn.Conv1d(self.width, 2 * self.width, 4, 2, 1),
            nn.SiLU(),
            nn.Flatten(),
        )
        return FrameEncoder(layers, (2 * self.width * (frame_shape[0] // 4),))

    def decoder(self, frame_shape, codes):
        return Decoder(self.width, frame_shape[0], codes)


# %%
# It goes where a name would.

X, X_test = sounds(240, 0), sounds(40, 1)
model = RecurrentWAE(network=Spectral(width=8), max_epochs=50, random_state=0).fit(X)
print(separation(model, X_test, random_state=0).verdict)

# %%
# More than eight channels are a heat map, numbered upwards. Hums follow the column, and whistles
# the row, across hums that are not their own. These whistles are louder than the hums and stay in
# the band; others would blur, where motion cannot see them.

SwapDisplay.from_estimator(model, X_test[:3], X_test[3:6], sampling_rate=100)

# %%
# What is lost: a little of the whistle where it turns, and the noise.

ReconstructionDisplay.from_estimator(model, X_test[:3], sampling_rate=100)
