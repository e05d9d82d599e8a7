"""Data sets of sequences: ``make_*`` generates, ``fetch_*`` downloads and ``load_*`` reads them."""

from .moving_digits import make_moving_digits
from .moving_shapes import make_moving_shapes
from .spoken_digits import fetch_spoken_digits
from .sprites import fetch_sprites

__all__ = [
    "fetch_spoken_digits",
    "fetch_sprites",
    "make_moving_digits",
    "make_moving_shapes",
]
