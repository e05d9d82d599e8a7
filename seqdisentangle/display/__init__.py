"""Pictures of what a model has learned, in the manner of scikit-learn's displays."""

from ._look import Look
from .extensions import ExtensionDisplay
from .histories import HistoryDisplay
from .leaks import LeakDisplay
from .manifolds import ManifoldDisplay
from .motions import MotionDisplay
from .pairs import SwapPairsDisplay
from .reconstructions import ReconstructionDisplay
from .samples import SampleDisplay
from .separations import SeparationDisplay
from .swaps import SwapDisplay
from .traversals import TraversalDisplay

__all__ = [
    "ExtensionDisplay",
    "HistoryDisplay",
    "LeakDisplay",
    "Look",
    "ManifoldDisplay",
    "MotionDisplay",
    "ReconstructionDisplay",
    "SampleDisplay",
    "SeparationDisplay",
    "SwapDisplay",
    "SwapPairsDisplay",
    "TraversalDisplay",
]
