"""Data sets of sequences: ``make_*`` generates, ``fetch_*`` downloads and ``load_*`` reads them."""

from .moving_digits import make_moving_digits
from .moving_shapes import make_moving_shapes
from .mug import load_mug
from .spoken_digits import fetch_spoken_digits
from .sprites import fetch_sprites
from .video_folder import load_video_folder

__all__ = [
    "fetch_spoken_digits",
    "fetch_sprites",
    "load_mug",
    "load_video_folder",
    "make_moving_digits",
    "make_moving_shapes",
]
