"""From whatever the user hands in to batches on the device, and back."""

from .loading import Batches, load, to_user
from .scaling import SCALES, Scaling, fit_scaling
from .sequences import CHANNELS, Layout, Sequences

__all__ = [
    "CHANNELS",
    "SCALES",
    "Batches",
    "Layout",
    "Scaling",
    "Sequences",
    "fit_scaling",
    "load",
    "to_user",
]
