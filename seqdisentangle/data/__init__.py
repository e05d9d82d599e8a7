"""From whatever the user hands in to batches on the device, and back."""

from .converters import from_channels_first, from_nan_padded, from_table

__all__ = ["from_channels_first", "from_nan_padded", "from_table"]
