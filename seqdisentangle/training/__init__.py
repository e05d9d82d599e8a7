"""Training: the loop that lowers an objective, and learning-rate schedules."""

from .schedules import LR_SCHEDULES, Constant, Cosine, LRSchedule, OneCycle, Plateau

__all__ = ["LR_SCHEDULES", "Constant", "Cosine", "LRSchedule", "OneCycle", "Plateau"]
