"""Data sets of sequences: ``make_*`` builds them, ``fetch_*`` downloads, checks and reads them."""

from .moving_digits import make_moving_digits
from .sprites import fetch_sprites

__all__ = ["fetch_sprites", "make_moving_digits"]
