"""From whatever the user hands in to batches on the device, and back."""

from .converters import from_channels_first, from_nan_padded
from .long_format import TableSequences, from_table, to_table
from .plausibility import LayoutWarning
from .recordings import Windows, windows

__all__ = [
    "LayoutWarning",
    "TableSequences",
    "Windows",
    "from_channels_first",
    "from_nan_padded",
    "from_table",
    "to_table",
    "windows",
]
