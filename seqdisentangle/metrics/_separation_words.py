"""A verdict in words: a table of its parts, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

__all__ = ["advice", "report", "verdict"]

VERDICTS = ((0.6, "the codes separate"), (0.35, "the codes separate in part"))
NOTHING = "the codes do not separate"


class Rule(NamedTuple):
    """A sentence of advice, and when it is given: the parts of a verdict to true or false."""

    holds: Callable[[Mapping[str, float]], bool]
    sentence: str


RULES = (
    Rule(
        lambda p: p["told_apart"] < 0.3,
        "Sequences of X can hardly be told apart by what stays the same in them: there is little "
        "for content to say, and the score means little. Check that each of X is one sequence.",
    ),
    Rule(
        lambda p: p["still_reconstructed"] < 0.5,
        "Reconstruction fails on what stays (R2 {still_reconstructed:.2f}): train longer "
        "(max_epochs), or give content more room (content_size).",
    ),
    Rule(
        lambda p: p["moving_reconstructed"] < 0.5,
        "Reconstruction fails on what moves (R2 {moving_reconstructed:.2f}): train longer "
        "(max_epochs), or give motion more room (a larger motion_size, a smaller motion_noise).",
    ),
    Rule(
        lambda p: p["shown_content_of_motion_donor"] > 0.3,
        "Swaps look like the donor of their motion ({shown_content_of_motion_donor:.2f}): motion "
        "says what stays the same. Take it from motion (motion_input='changes'), or give motion "
        "less room (a smaller motion_size, a larger motion_noise). If fit was told groups, judge "
        "by those of these sequences (groups).",
    ),
    Rule(
        lambda p: p["shown_content"] < 0.5 and p["shown_content_of_motion_donor"] <= 0.3,
        "Swaps do not look like the donor of their content ({shown_content:.2f}), nor like that "
        "of their motion: train longer (max_epochs), or begin with content earlier "
        "(training__content_delay=0).",
    ),
    Rule(
        lambda p: p["shown_motion_of_content_donor"] > 0.3,
        "Swaps move like the donor of their content ({shown_motion_of_content_donor:.2f}): "
        "content says what changes. Let it see few frames (content_view='random_frames'), or "
        "start it later (training__content_delay).",
    ),
    Rule(
        lambda p: p["shown_motion"] < 0.5,
        "Swaps do not move like the donor of their motion ({shown_motion:.2f}): give motion more "
        "room (a larger motion_size, a smaller motion_noise).",
    ),
    Rule(
        lambda p: p["content_used"] < 0.05,
        "Content is hardly used ({content_used:.2f} of the differences go with it): give motion "
        "less room (a smaller motion_size, a larger motion_noise).",
    ),
    Rule(
        lambda p: p["content_from_motion"] > 0.3,
        "Motion knows of content ({content_from_motion:.2f} of its variance). Take it from motion "
        "(motion_input='changes'), or give motion less room (a smaller motion_size, a larger "
        "motion_noise).",
    ),
    Rule(
        lambda p: p["motion_from_content"] > 0.3,
        "Content knows of motion ({motion_from_content:.2f} of its variance): raise "
        "independence_weight.",
    ),
    Rule(
        lambda p: p["parts_used"] < p["n_parts"] - 0.5,
        "Parts stay empty (a sequence uses {parts_used:.1f} of {n_parts}): this many are not "
        "needed (n_parts).",
    ),
    Rule(
        lambda p: p["samples_like_data"] < 0.1 and p["samples_distance"] > 0.1,
        "Samples are far from the data ({samples_distance:.2f}): train longer (max_epochs), or "
        "fine-tune prior and decoder (training__finetune_epochs). Swaps do not depend on it.",
    ),
)
ROWS = (
    ("swap shows, of what stays, content donor", "shown_content"),
    ("swap shows, of what stays, motion donor", "shown_content_of_motion_donor"),
    ("swap shows, of what moves, motion donor", "shown_motion"),
    ("swap shows, of what moves, content donor", "shown_motion_of_content_donor"),
    ("moved from motion donor to content donor", "shown_moved"),
    ("content of a swap, read back", "content_read_back"),
    ("motion of a swap, read back", "motion_read_back"),
    ("content, share of use", "content_used"),
    ("motion, share of use", "motion_used"),
    ("content foretold by motion", "content_from_motion"),
    ("motion foretold by content", "motion_from_content"),
    ("reconstruction of what stays, R2", "still_reconstructed"),
    ("reconstruction of what moves, R2", "moving_reconstructed"),
    ("samples look like data (classifier)", "samples_like_data"),
    ("samples, distance from data", "samples_distance"),
    ("real sequences found again (ceiling)", "told_apart"),
)
PARTS_ROW = "parts that a sequence uses"


def verdict(score: float) -> str:
    """The score and its meaning, in one line."""
    meaning = next((words for least, words in VERDICTS if score >= least), NOTHING)
    return f"separation {score:.2f}: {meaning}"


def advice(parts: Mapping[str, float]) -> list[str]:
    """Sentences on what is wrong, and what to change, the most important first."""
    return [rule.sentence.format(**parts) for rule in RULES if rule.holds(parts)]


def report(parts: Mapping[str, float]) -> str:
    """The verdict, a table of its parts, and the advice."""
    lines = [verdict(parts["score"]) + f" ({parts['n_sequences']} sequences)", ""]
    lines += [f"{title:44}{parts[name]:6.2f}" for title, name in ROWS]
    if parts["n_parts"] > 1:
        lines.append(f"{PARTS_ROW:44}{parts['parts_used']:6.2f} of {parts['n_parts']}")
    sentences = advice(parts)
    return "\n".join([*lines, *([""] if sentences else []), *(f"- {s}" for s in sentences)])
