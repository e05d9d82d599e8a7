"""The verdict in words: one line, a table, and advice where something is wrong."""

import pytest

from seqdisentangle.metrics._separation_words import ROWS, advice, report, verdict

GOOD = dict.fromkeys((name for _, name in ROWS), 1.0) | {
    "score": 1.0,
    "shown_content_of_motion_donor": 0.0,
    "shown_motion_of_content_donor": 0.0,
    "content_from_motion": 0.0,
    "samples_like_data": 0.0,
    "samples_distance": 0.0,
    "motion_from_content": 0.0,
    "n_sequences": 40,
    "n_parts": 1,
    "parts_used": 1.0,
}


@pytest.mark.parametrize(
    ("score", "words"), [(0.9, "separate"), (0.5, "separate in part"), (0.1, "do not separate")]
)
def test_a_line_says_how_much(score, words):
    assert verdict(score) == f"separation {score:.2f}: the codes {words}"


def test_nothing_wrong_needs_no_advice():
    assert advice(GOOD) == []
    assert report(GOOD).startswith("separation 1.00: the codes separate (40 sequences)")


@pytest.mark.parametrize(
    ("part", "value", "parameter"),
    [
        ("told_apart", 0.1, "one sequence"),
        ("still_reconstructed", 0.2, "content_size"),
        ("moving_reconstructed", 0.2, "motion_size"),
        ("shown_content_of_motion_donor", 0.8, "motion_input='changes'"),
        ("shown_content", 0.1, "training__content_delay"),
        ("shown_motion_of_content_donor", 0.8, "content_view"),
        ("shown_motion", 0.1, "motion_noise"),
        ("content_used", 0.01, "motion_size"),
        ("content_from_motion", 0.9, "motion_input"),
        ("motion_from_content", 0.9, "independence_weight"),
        ("samples_distance", 0.5, "training__finetune_epochs"),
        ("n_parts", 2, "n_parts"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_change(part, value, parameter):
    (sentence,) = advice(GOOD | {part: value})
    assert parameter in sentence
    assert sentence in report(GOOD | {part: value})


@pytest.mark.parametrize(
    "parts",
    [
        {"told_apart": 0.3},
        {"still_reconstructed": 0.5},
        {"moving_reconstructed": 0.5},
        {"shown_content_of_motion_donor": 0.3},
        {"shown_content": 0.5},
        {"shown_motion_of_content_donor": 0.3},
        {"shown_motion": 0.5},
        {"content_used": 0.05},
        {"content_from_motion": 0.3, "motion_from_content": 0.3},
        {"samples_distance": 0.1},
        {"samples_distance": 0.5, "samples_like_data": 0.1},
        {"n_parts": 3, "parts_used": 2.5},
    ],
    ids=lambda parts: ", ".join(parts),
)
def test_at_its_bound_a_part_is_good_enough(parts):
    assert advice(GOOD | parts) == []


def test_content_that_nobody_shows_is_told_from_content_of_the_wrong_donor():
    lost = GOOD | {"shown_content": 0.1}
    (nobody,) = advice(lost | {"shown_content_of_motion_donor": 0.3})
    (wrong,) = advice(lost | {"shown_content_of_motion_donor": 0.31})
    assert "nor like that of their motion" in nobody
    assert "motion says what stays the same" in wrong


@pytest.mark.parametrize(("score", "words"), [(0.6, "separate"), (0.35, "separate in part")])
def test_a_verdict_holds_from_its_bound_on(score, words):
    assert verdict(score).endswith(f"the codes {words}")
    assert not verdict(score - 0.01).endswith(f"the codes {words}")
