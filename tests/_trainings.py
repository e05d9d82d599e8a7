"""Trainings of every kind, for what must hold of each of them on any device."""

from dataclasses import dataclass, field
from typing import Any

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.objectives import COSTS


@dataclass
class Case:
    """An estimator, its parameters beside those of ``small``, the data, and what fit is told."""

    params: dict[str, Any] = field(default_factory=dict)
    X: str = "videos"
    estimator: type = RecurrentWAE
    told: dict[str, Any] = field(default_factory=dict)


KNOWN = {"actions": [0, 1, 2, -1, 0, -1, -1]}
GROUPS = {"groups": ["a", "b", "a", "b", "c", "a", None]}
CASES = {
    "images": Case(),
    "vectors": Case(X="vectors"),
    "numbers": Case(X="numbers"),
    "vectors, missing": Case({"missing": "mask"}, X="vectors"),
    **{f"cost={cost}": Case({"cost": cost}) for cost in COSTS},
    **{f"reg={reg}": Case({"reg": reg}) for reg in ("mmd", "gan")},
    "reg=kl, learned noise": Case({"reg": "kl", "content_noise": None, "motion_noise": None}),
    "learned noise": Case({"content_noise": None, "motion_noise": None}),
    "gaussian prior": Case({"motion_prior": "gaussian"}),
    "frames": Case({"motion_input": "frames"}),
    "random frames": Case({"content_view": "random_frames"}),
    "shuffle": Case({"content_view": "shuffle"}),
    "mirror": Case({"content_view": ["random_frames", "mirror"], "motion_view": "mirror"}),
    "color_mix": Case({"motion_view": "color_mix"}),
    "jitter": Case({"motion_view": "jitter"}, X="vectors"),
    "resnet": Case({"network": "resnet"}),
    "parts": Case({"network": "parts", "motion_size": 4}),
    "some frames": Case({"training__frames_per_step": 2}),
    "float32": Case({"training__precision": "float32"}),
    "average": Case({"training__ema": 0.9}),
    "fine-tuned": Case({"training__finetune_epochs": 1}),
    "early stopping": Case({"early_stopping": True}),
    "actions": Case({"n_actions": 3}),
    "known actions": Case({"n_actions": 3}, X="vectors", told=KNOWN),
    "groups": Case(X="vectors", told=GROUPS),
    "groups of images": Case(told=GROUPS),
    "DSVAE": Case(estimator=DSVAE),
    "DSVAE, full": Case({"posterior": "full"}, X="vectors", estimator=DSVAE),
    "MoCoGAN": Case(estimator=MoCoGAN),
    "MoCoGAN, actions": Case({"n_actions": 3}, X="vectors", estimator=MoCoGAN),
}
