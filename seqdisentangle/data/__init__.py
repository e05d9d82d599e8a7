"""From whatever the user hands in to batches on the device, and back."""

from .batches import Batch, Batches, to_model, to_user
from .converters import from_channels_first, from_nan_padded, from_table
from .ragged import Rows
from .scaling import SCALES, Scaling, fit_scaling
from .sequences import CHANNELS, MISSING, Layout, Sequences

__all__ = [
    "CHANNELS",
    "MISSING",
    "SCALES",
    "Batch",
    "Batches",
    "Layout",
    "Rows",
    "Scaling",
    "Sequences",
    "fit_scaling",
    "from_channels_first",
    "from_nan_padded",
    "from_table",
    "to_model",
    "to_user",
]
