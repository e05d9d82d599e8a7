"""The values that "auto" stands for, chosen by the data, and the reason of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from ..data.sequences import Sequences
from ..data.spread import Spread, spread_of
from ..data.units import Scaling
from ..serialization import record
from ._params import Training

__all__ = ["Choice", "Facts", "chosen"]

#: Steps of the optimiser that a training has at least. Sequences are learned by steps, not by
#: epochs: of few sequences an epoch is a step or two.
LEAST_UPDATES = 1500
#: Batches that an epoch has at least, where the sequences are enough for it.
LEAST_BATCHES = 16
#: Sequences in a batch of parts, each of which has all of its frames followed in every step.
MOST_OF_PARTS = 16
#: Movement that is less than so small a part of the frames is taken for noise.
MOST_WEIGHT = 1000.0
#: The worth of content that is constant, as a share of the variance of a value.
CONSTANCY = 0.3
#: A frame tells its sequence where levels differ by about as much as values move.
TELLING = 0.5


@record
class Choice(NamedTuple):
    """The value that "auto" stands for in a parameter of a fitted model.

    Attributes
    ----------
    value : object
        A value that the parameter takes.
    reason : str
        The property of the data by which it was chosen.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle import RecurrentWAE
    >>> X = np.random.RandomState(0).normal(size=(20, 10, 3)).cumsum(1)
    >>> model = RecurrentWAE(max_epochs=30, random_state=0).fit(X)
    >>> model.choices_["content_size"]
    Choice(value=5, reason='20 sequences: four of them for each number, 4 to 32 numbers')
    """

    value: Any
    reason: str


@dataclass
class Facts:
    """The properties of a data set, and of the parameters, by which values are chosen.

    Attributes
    ----------
    sequences : Sequences
        Those to train on.
    scaling : Scaling
        Their units.
    grouped : bool
        Groups of sequences share their content.
    of_parts : bool
        Frames are of parts that have places.
    motion_input : str
    content_view : object
    batch_size : int
        As they were given, or chosen before.
    """

    sequences: Sequences
    scaling: Scaling
    grouped: bool = False
    of_parts: bool = False
    motion_input: str = "changes"
    content_view: Any = None
    batch_size: int = 0

    @property
    def video(self) -> bool:
        """True where the frames are images."""
        return self.sequences.layout.kind == "image"

    @property
    def frame_size(self) -> int:
        """Numbers of a frame."""
        return math.prod(self.sequences.layout.frame_shape)

    @property
    def n(self) -> int:
        """The number of sequences."""
        return len(self.sequences)

    @cached_property
    def spread(self) -> Spread:
        """The variances of values, for which some sequences are read, once and where asked for."""
        return spread_of(self.sequences, self.scaling)

    @property
    def variance(self) -> float:
        """The variance of a value, 1 where there is none."""
        return sum(self.spread) or 1.0

    @property
    def level_ratio(self) -> float:
        """The variance of levels between sequences, over that of values within one."""
        between, within = self.spread
        return between / within if within > 0 else 1.0


def content_size(facts: Facts) -> Choice:
    """As many numbers as the sequences can tell apart."""
    size = min(max(facts.n // 4, 4), 32)
    return Choice(size, f"{facts.n} sequences: four of them for each number, 4 to 32 numbers")


def motion_size(facts: Facts) -> Choice:
    """No more numbers than the frame has."""
    if facts.of_parts:
        return Choice(4, "parts: two numbers for the place of each, and two for the rest")
    if facts.video:
        return Choice(6, "images: few numbers say how far a movement has got")
    size = min(facts.frame_size, 6)
    return Choice(size, f"vectors of {facts.frame_size}: as many numbers as a frame has, at most 6")


def motion_noise(facts: Facts) -> Choice:
    """More noise where a code has as much room as a frame."""
    if facts.of_parts:
        return Choice(0.01, "parts: a place is to be told to a tenth of a pixel")
    if facts.video:
        return Choice(0.2, "images: a frame has far more numbers than its motion code")
    return Choice(0.5, "vectors: a motion code has nearly as many numbers as a frame")


def motion_input(facts: Facts) -> Choice:
    """Changes, and where groups say what stays the same, whatever content does not."""
    if not facts.grouped:
        return Choice("changes", "what stays the same in a sequence is content's to say")
    if facts.video:
        return Choice("frames", "groups: what is of one sequence alone is motion's to say")
    return Choice("residuals", "groups: motion says what content, theirs, leaves of a sequence")


def content_view(facts: Facts) -> Choice:
    """One frame where it shows the sequence that it is of, and nothing of the order of events."""
    if facts.grouped and not facts.video:
        return Choice(None, "groups: a group is told by all frames of its sequences")
    if facts.of_parts:
        return Choice(None, "parts: content is read off windows of some frames")
    if facts.video:
        return Choice("random_frames", "images: one frame shows an appearance, and no movement")
    if facts.frame_size == 1:
        return Choice(None, "frames of one number: one of them shows a level, and no width")
    ratio = facts.level_ratio
    reason = f"levels vary {ratio:.2g} times as much between sequences as values do within one"
    if ratio >= TELLING:
        return Choice("random_frames", f"{reason}: one frame tells its sequence")
    return Choice(None, f"{reason}: a sequence is told by all of its frames")


def content_delay(facts: Facts) -> Choice:
    """Motion first, where content could say what motion should."""
    if facts.of_parts:
        return Choice(0, "parts: content is seen where the part is, and cannot say where")
    if facts.video or facts.motion_input == "frames":
        return Choice(0.075, "motion takes its share before content can")
    return Choice(0, "vectors: motion sees what changes, which content cannot say")


def cost(facts: Facts) -> Choice:
    """The squared error, unless things are drawn on what covers nothing at first."""
    if facts.of_parts and facts.scaling.bounded:
        return Choice(
            "binary_cross_entropy",
            "parts of images in [0, 1]: a dark pixel that should be bright has a gradient",
        )
    return Choice("squared", "the mean of what a frame may be")


def movement_weight(facts: Facts) -> Choice:
    """As much for what moves as for what stays."""
    ratio = facts.level_ratio
    weight = round(min(max(ratio, 1.0), MOST_WEIGHT) - 1, 3)
    return Choice(
        weight, f"levels vary {ratio:.2g} times as much between sequences as values do within one"
    )


def constancy_weight(facts: Facts) -> Choice:
    """As much as content can say: of single frames, and of level and spread."""
    codes = swaps = 0.0
    if facts.video:
        return Choice((codes, swaps), "images: what stays the same is not in level and spread")
    reasons = []
    if facts.content_view is not None or facts.grouped:
        codes = round(CONSTANCY * facts.variance, 3)
        of = "groups share theirs" if facts.grouped else "content sees single vectors"
        reasons.append(f"{CONSTANCY} of the variance of a value, as {of}")
    if facts.motion_input != "frames":
        swaps = 1.0
        reasons.append("level and spread of vectors are content's to say, as motion sees changes")
    return Choice((codes, swaps), "; ".join(reasons) or "motion may say what stays the same")


def independence_weight(facts: Facts) -> Choice:
    """Little, and more and more of it; much where motion sees what it must not know."""
    if facts.grouped:
        return Choice((10.0, 100.0), "groups: motion must not know what they share")
    return Choice((0.5, 3.0), "content must not know what motion does")


def frames_per_step(facts: Facts) -> Choice:
    """Few frames of a sequence, where each takes most of a step."""
    if facts.video:
        return Choice(4, "images: four frames of a sequence tell its cost")
    return Choice(None, "vectors: all of them cost little")


def batch_size(facts: Facts) -> Choice:
    """As many as leave an epoch some steps."""
    most = MOST_OF_PARTS if facts.of_parts else 64
    size = min(max(facts.n // LEAST_BATCHES, 8), most)
    return Choice(
        size, f"{facts.n} sequences: {LEAST_BATCHES} steps an epoch, of 8 to {most} of them"
    )


def max_epochs(facts: Facts) -> Choice:
    """Enough for the least number of steps."""
    updates = max(round(facts.n / facts.batch_size), 1)
    least, of = 24, "vectors"
    if facts.video:
        least, of = 32, "images"  # what is small in them is drawn last
    if facts.of_parts:
        least, of = 48, "parts"  # they are found first, and drawn well then
    epochs = max(math.ceil(LEAST_UPDATES / updates), least)
    reason = f"{updates} steps an epoch: {least} epochs, of {of}, or {LEAST_UPDATES} steps"
    return Choice(epochs, reason)


CHOOSERS: dict[str, Callable[[Facts], Choice]] = {
    "training__frames_per_step": frames_per_step,
    "training__content_delay": content_delay,
} | {
    maker.__name__: maker
    for maker in (
        motion_input,
        content_size,
        motion_size,
        motion_noise,
        content_view,
        cost,
        movement_weight,
        constancy_weight,
        independence_weight,
        batch_size,
        max_epochs,
    )
}


def chosen(
    params: dict[str, Any],
    facts: Facts,
    before: Mapping[str, Choice] = MappingProxyType({}),
) -> dict[str, Choice]:
    """Choose the value of every parameter that was left to the data.

    Parameters
    ----------
    params : dict of str to object
        The parameters of an estimator.
    facts : Facts
        Of the sequences to train on; what is chosen first is added to it.
    before : mapping of str to Choice
        Choices that stand, of a model that is trained on.
    """
    training = Training.of(params["training"]).get_params(deep=False)
    params = params | {f"training__{name}": value for name, value in training.items()}
    choices: dict[str, Choice] = {}
    for name, choose in CHOOSERS.items():
        given = params[name]
        if isinstance(given, str) and given == "auto":
            choices[name] = before[name] if name in before else choose(facts)
            given = choices[name].value
        if name == "batch_size":
            facts.batch_size = int(given)
        elif name in ("content_view", "motion_input"):
            setattr(facts, name, given)
    return choices
