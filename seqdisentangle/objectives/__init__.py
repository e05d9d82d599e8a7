"""Objectives: what is minimised on a batch, of every system; reconstruction costs."""

from .costs import COSTS, Absolute, BinaryCrossEntropy, Cost, FunctionCost, Huber, Squared

__all__ = [
    "COSTS",
    "Absolute",
    "BinaryCrossEntropy",
    "Cost",
    "FunctionCost",
    "Huber",
    "Squared",
]
