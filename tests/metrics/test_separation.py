"""The verdict without labels, on models whose swaps are known."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from seqdisentangle import RecurrentWAE
from seqdisentangle.metrics import separation, separation_scorer


def score(model, X, **options):
    return separation(model, X, random_state=0, **options).score


def swapping(model, swap):
    """The model with another swap."""
    model.swap = lambda a, b: SimpleNamespace(a_motion_b_content=swap(a, b))
    return model


def test_exact_swaps_are_perfect(separate, levels):
    result = separation(separate, levels(60), random_state=0)
    assert result.score > 0.95
    assert min(result.content_read_back, result.motion_read_back) > 0.99
    assert result.still_reconstructed == result.moving_reconstructed == 1
    assert result.samples_like_data > 0.7
    assert result.samples_distance < 0.02
    assert result.told_apart > 0.8
    assert result.advice == []


@pytest.mark.parametrize("donor", ["motion", "content"])
def test_swaps_that_copy_a_donor_whole_are_worth_nothing(separate, levels, donor):
    swapping(separate, lambda a, b: a if donor == "motion" else b)
    result = separation(separate, levels(60), random_state=0)
    assert result.score < 0.02
    assert f"the donor of their {donor}" in str(result)


def test_swaps_that_show_neither_donor_are_worth_little(separate, levels):
    rng = np.random.RandomState(0)
    assert score(swapping(separate, lambda a, b: rng.normal(size=a.shape)), levels(60)) < 0.15


def test_the_score_falls_as_the_motion_donor_shows_through(separate, levels):
    def leaking(share):
        def swap(a, b):
            level = share * a.mean(1, keepdims=True) + (1 - share) * b.mean(1, keepdims=True)
            return a - a.mean(1, keepdims=True) + level

        return score(swapping(separate, swap), levels(60))

    scores = [leaking(share) for share in (0, 0.5, 1)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] - scores[-1] > 0.9


def test_how_far_a_swap_moved_is_where_it_is_between_the_donors(separate, levels):
    X = levels(60)
    assert separation(separate, X, random_state=0).shown.moved > 0.8
    copied = separation(swapping(separate, lambda a, b: a), X, random_state=0)
    assert copied.shown.moved == pytest.approx(0, abs=1e-6)


def test_units_do_not_matter(separate, levels):
    X = levels(40)
    other = X * [1e-3, 1.0, 1e4] + [5.0, 0.0, -1e3]
    assert score(separate, other) == pytest.approx(score(separate, X), abs=0.02)


def test_lengths_may_differ_and_values_be_missing(separate, levels):
    X = [x[:length] for x, length in zip(levels(40), range(5, 45), strict=True)]
    assert score(separate, X) > 0.6
    padded = levels(40)
    padded[:, 20:] = 99.0
    assert score(separate, padded, lengths=np.full(40, 20)) > 0.8
    gaps = levels(40)
    gaps[np.random.RandomState(0).rand(*gaps.shape) < 0.1] = np.nan
    swapping(
        separate,
        lambda a, b: (
            np.nan_to_num(a - np.nanmean(a, 1, keepdims=True)) + np.nanmean(b, 1, keepdims=True)
        ),
    )
    separate.reconstruct = np.nan_to_num
    separate.transform = lambda X: SimpleNamespace(
        content=np.nanmean(X, 1), motion=np.nan_to_num(X - np.nanmean(X, 1, keepdims=True))
    )
    assert score(separate, gaps) > 0.8


def test_four_sequences_will_do_and_three_will_not(separate, levels):
    assert 0 <= score(separate, levels(4)) <= 1
    with pytest.raises(ValueError, match=r"at least 4 sequences of at least 4 steps.*got 3 such"):
        score(separate, levels(3))
    with pytest.raises(ValueError, match="got 0 such ones of 9: hold out more, or longer ones"):
        score(separate, levels(9, n_steps=3))


@pytest.mark.parametrize("frame", [(2,), (8, 8)])
def test_sequences_that_are_all_alike_show_neither_donor(separate, frame):
    assert separation_scorer(separate, np.zeros((8, 6, *frame))) == pytest.approx(1 / 16)


def test_noise_in_which_nothing_stays_the_same_is_named(separate):
    X = np.random.RandomState(0).normal(size=(40, 20, 3))
    assert "can hardly be told apart" in str(separation(separate, X, random_state=0))


@pytest.mark.parametrize("option", [{"n_sequences": 3}, {"batch_size": 0}])
def test_options_out_of_range_are_named(separate, levels, option):
    with pytest.raises(ValueError, match=next(iter(option))):
        score(separate, levels(9), **option)


def test_the_seed_determines_everything(separate, levels):
    X = levels(20)
    assert separation(separate, X, random_state=3) == separation(separate, X, random_state=3)


def test_the_scorer_is_the_score(separate, levels):
    X = levels(30)
    assert separation_scorer(separate, X, None) == pytest.approx(score(separate, X), abs=0.02)
    assert separation_scorer(separate, X) == separation_scorer(separate, X)


@pytest.fixture
def words():
    """Utterances: a level of the speaker, one of the word, and a course; and who speaks."""
    rng = np.random.RandomState(0)
    speaker = np.repeat(np.arange(6), 12)
    X = 0.3 * rng.normal(size=(72, 20, 3)).cumsum(1)
    X -= X.mean(1, keepdims=True)
    X[..., :1] += 3 * np.arange(6)[speaker, None, None]
    X[..., 1:] += 4 * rng.normal(size=(72, 1, 2))
    return X, speaker


@pytest.mark.parametrize(("channels", "right"), [(1, "groups"), (3, "sequences")])
def test_groups_say_what_should_stay_the_same(separate, words, channels, right):
    """The level of the speaker alone goes with content, or that of the word as well."""
    X, speaker = words

    def swap(a, b):
        change = b.mean(1, keepdims=True) - a.mean(1, keepdims=True)
        change[..., channels:] = 0
        return a + change

    swapping(separate, swap)
    scores = {"groups": score(separate, X, groups=speaker), "sequences": score(separate, X)}
    assert scores.pop(right) > 0.8
    assert min(scores.values()) < 0.4
    by_name = separation_scorer(separate, X, groups=[f"speaker {k}" for k in speaker])
    assert by_name == pytest.approx(score(separate, X, groups=speaker), abs=0.05)


def test_groups_are_found_again_only_where_they_share_something(separate, words):
    X, speaker = words
    assert separation(separate, X, groups=speaker).told_apart > 0.9
    shuffled = np.random.RandomState(0).permutation(speaker)
    assert separation(separate, X, groups=shuffled).told_apart < 0.3


def test_sequences_of_no_known_group_may_be_among_them(separate, words):
    X, speaker = words
    known = np.where(np.arange(72) % 3 > 0, speaker, np.nan)
    swapping(separate, lambda a, b: b)
    assert score(separate, X, groups=known) < 0.1


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([0] * 8, "at least two groups of two sequences of at least 4 steps, got 1"),
        ([0, 0, 1, 2, 3, 4, 5, 6], "at least two groups of two.*, got 1"),
        (range(8), "got 8 groups of one sequence each"),
        ([0, 1], r"the group of each of 8 sequences, got shape \(2,\)"),
    ],
)
def test_groups_without_which_no_swap_can_be_judged_are_refused(separate, levels, groups, message):
    with pytest.raises(ValueError, match=f"groups must .*{message}"):
        separation(separate, levels(8), groups=groups)


def test_numbers_become_json(separate, levels):
    result = separation(separate, levels(10), random_state=0)
    flat = json.loads(json.dumps(result.as_dict()))
    assert flat["score"] == result.score == result.shown.score
    assert flat["shown_content"] == result.shown.content


@pytest.mark.parametrize("frame", [(), (8, 8, 3)])
def test_an_estimator_of_each_kind_of_data_is_judged_and_searched(frame):
    X = np.random.RandomState(0).rand(12, 6, *frame)
    model = RecurrentWAE(max_epochs=1, hidden_size=8, random_state=0)
    assert 0 <= separation(model.fit(X), X, random_state=0).score <= 1
    search = GridSearchCV(model, {"motion_size": [1]}, scoring=separation_scorer, cv=2)
    assert 0 <= search.fit(X).best_score_ <= 1


def test_one_code_alone_cannot_be_judged(levels):
    X = levels(8).astype(np.float32)
    model = RecurrentWAE(max_epochs=1, hidden_size=8, codes="content").fit(X)
    with pytest.raises(ValueError, match=r"model\.transform must return both codes, got ndarray"):
        separation(model, X)
    assert 0 <= separation_scorer(model, X) <= 1
