"""Pictures of what a model has learned, in the manner of scikit-learn's displays."""

from ._look import Look
from .swaps import SwapDisplay

__all__ = [
    "Look",
    "SwapDisplay",
]
