"""From whatever the user hands in to batches on the device, and back."""

from .converters import from_channels_first, from_nan_padded, from_table
from .recordings import Windows, windows

__all__ = ["Windows", "from_channels_first", "from_nan_padded", "from_table", "windows"]
