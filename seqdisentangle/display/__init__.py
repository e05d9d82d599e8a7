"""Pictures of what a model has learned, in the manner of scikit-learn's displays."""

from .swaps import SwapDisplay

__all__ = ["SwapDisplay"]
