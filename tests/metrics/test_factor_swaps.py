"""Single factors are exchanged by dimensions of content, and a judge says what that changes."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import dci, factor_swap, factor_swap_accuracy
from seqdisentangle.metrics.factor_swaps import dimensions_in, subsets_in

rng = np.random.RandomState(0)
HAIR, SHIRT, ACT = rng.randint(3, size=(3, 150))
FACTORS = {"hair": HAIR, "shirt": SHIRT, "act": ACT}
JUDGE = SimpleNamespace(predict=lambda X: X[:, 0].round().astype(int))


def frames(hair, shirt, act, n_steps=4):
    """Sequences (n, T, 3) that show the three."""
    return np.repeat(np.stack([hair, shirt, act], axis=1)[:, None], n_steps, axis=1).astype(float)


X = frames(HAIR, SHIRT, ACT)


class Dressed:
    """Content is (shirt, nothing, hair), mixed if asked for, and motion the act."""

    def __init__(self, mixed=False):
        angle = np.pi / 4 if mixed else 0
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        self.turn = turn

    def transform(self, X):
        shirt, hair = self.turn @ np.stack([x[0, [1, 0]] for x in X]).T
        content = np.stack([shirt, 0 * shirt, hair], axis=1)
        return SimpleNamespace(content=content, motion=[x[:, 2:] for x in X])

    def inverse_transform(self, codes):
        content, motion = codes
        shirt, hair = self.turn.T @ content[:, [0, 2]].T
        still = np.stack([hair, shirt], axis=1)
        made = [np.hstack([np.tile(c, (len(z), 1)), z]) for c, z in zip(still, motion, strict=True)]
        return np.stack(made) if len({len(x) for x in made}) == 1 else made


def scores(table):
    return {(r["exchanged"], r["judged"]): r["score"] for r in table.records}


def test_by_hand():
    a, b = frames([0], [0], [0]), frames([1], [2], [1])
    np.testing.assert_array_equal(factor_swap(Dressed(), a, b, [2]), frames([1], [0], [0]))
    np.testing.assert_array_equal(factor_swap(Dressed(), a, b, [0, 2]), frames([1], [2], [0]))
    np.testing.assert_array_equal(factor_swap(Dressed(), a, b, []), a)


def test_sequences_may_differ_in_length():
    a, b = [frames([0], [0], [0], t)[0] for t in (3, 5)], list(frames([1, 2], [2, 2], [1, 1]))
    found = factor_swap(Dressed(), a, b, [0])
    assert [x.shape for x in found] == [(3, 3), (5, 3)]
    assert [tuple(x[-1]) for x in found] == [(0, 2, 0), (0, 2, 0)]


def test_the_dimensions_that_dci_finds_change_their_factor_alone():
    codes = Dressed().transform(X)
    subsets = dci(codes.content, {"hair": HAIR, "shirt": SHIRT}, random_state=0).subsets
    table = factor_swap_accuracy(Dressed(), X, FACTORS, JUDGE, subsets, random_state=0)
    assert scores(table) == {(e, j): 1 for e in ("hair", "shirt") for j in FACTORS}
    assert set(table["reconstructions"]) == {1}
    assert table.select(judged="hair")["should_show"] == ["donor", "own"]


def test_factors_of_one_dimension_are_seen_to_be_mixed():
    table = factor_swap_accuracy(Dressed(True), X, FACTORS, JUDGE, {"hair": [2]}, random_state=0)
    found = scores(table)
    assert max(found["hair", "hair"], found["hair", "shirt"]) < 0.6
    assert found["hair", "act"] == 1
    assert set(table["reconstructions"]) == {1}  # nothing shows it but the exchange


def test_a_wrong_dimension_changes_nothing():
    found = scores(factor_swap_accuracy(Dressed(), X, FACTORS, JUDGE, {"hair": [1]}))
    assert found == {("hair", "hair"): 0, ("hair", "shirt"): 1, ("hair", "act"): 1}


def test_batches_do_not_change_the_table():
    asked = Dressed(True), X, FACTORS, JUDGE, {"hair": [0], "act": []}
    one, several = (
        str(factor_swap_accuracy(*asked, batch_size=size, random_state=1)) for size in (7, 500)
    )
    assert one == several


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="donors must hold as many sequences as X, 150, got 3"):
        factor_swap(Dressed(), X, X[:3], [0])
    with pytest.raises(ValueError, match="dimensions must name each dimension once"):
        factor_swap(Dressed(), X, X, [0, 0])
    with pytest.raises(ValueError, match="y must hold labels, which a judge can know, got numbers"):
        factor_swap_accuracy(Dressed(), X, {"size": HAIR + 0.5}, JUDGE, {"size": [0]})
    with pytest.raises(ValueError, match=r"subsets must be of factors of y, hair, .* got 'shoes'"):
        factor_swap_accuracy(Dressed(), X, FACTORS, JUDGE, {"shoes": [0]})


class Counting(Dressed):
    """Counts the sequences that it encodes."""

    n_encoded = 0

    def transform(self, X):
        self.n_encoded += len(X)
        return super().transform(X)


def test_each_sequence_is_encoded_once():
    model = Counting()
    factor_swap(model, X[:6], X[6:12], [2])
    assert model.n_encoded == 12
    model = Counting()
    subsets = {"hair": [2], "shirt": [0]}
    factor_swap_accuracy(model, X, FACTORS, JUDGE, subsets, batch_size=16, random_state=0)
    assert model.n_encoded == len(X)


def test_dimensions_are_each_told_once_and_may_be_none():
    assert dimensions_in([], "dimensions", 3).tolist() == []
    assert dimensions_in(np.array([2, 0], np.uint8), "dimensions", 3).tolist() == [2, 0]
    with pytest.raises(ValueError, match="dimensions must name each dimension once, got"):
        dimensions_in([1, 1], "dimensions", 3)
    with pytest.raises(ValueError, match=r"subsets must be of factors of y, .* got 'shoes'"):
        subsets_in({"shoes": [0]}, FACTORS, 3)
    found = subsets_in({"hair": [1], "act": []}, FACTORS, 3)
    assert {name: some.tolist() for name, some in found.items()} == {"hair": [1], "act": []}


@pytest.mark.parametrize("subsets", [{}, ["hair"], "hair", None, 3])
def test_subsets_are_a_dict_that_is_not_empty(subsets):
    match = "subsets must be a dict from factors to dimensions of content, got"
    with pytest.raises(ValueError, match=match):
        subsets_in(subsets, FACTORS, 3)
