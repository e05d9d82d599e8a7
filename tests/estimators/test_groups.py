"""Sequences in groups: what fit makes of them, and what stays of it in files and checkpoints."""

import numpy as np
import pytest
from sklearn.base import clone

from seqdisentangle import RecurrentWAE
from seqdisentangle.divergences import ScaledMMD

GROUPS = ["ada", "bo", "ada", "bo", "cy", "ada", None]


def test_names_of_groups_say_nothing_beside_who_shares_one(small, vectors, weights, same_weights):
    named = weights(small().fit(vectors, groups=GROUPS))
    numbered = weights(small().fit(vectors, groups=[5, 2, 5, 2, 9, 5, np.nan]))
    assert same_weights(named, numbered)
    assert not same_weights(named, weights(small().fit(vectors, groups=GROUPS[::-1])))
    assert not same_weights(named, weights(small().fit(vectors)))


@pytest.mark.parametrize(
    ("X", "groups", "sees"),
    [
        ("vectors", None, "changes"),
        ("vectors", GROUPS, "residuals"),
        ("numbers", GROUPS, "residuals"),
        ("videos", GROUPS, "frames"),
    ],
)
def test_motion_sees_what_groups_leave_to_it(X, groups, sees, small, request):
    model = small().fit(request.getfixturevalue(X), groups=groups)
    assert model.choices_["motion_input"].value == sees
    assert model.model_.spec.motion_input == sees
    assert (
        "motion_input"
        not in small(motion_input="frames").fit(request.getfixturevalue(X), groups=groups).choices_
    )


@pytest.mark.parametrize("groups", [None, GROUPS])
def test_a_divergence_that_learns_tells_what_motion_gives_up(groups, small, vectors):
    reg = {"content": "mmd", "motion": "mmd", "independence": ScaledMMD()}
    model = small(reg=reg).fit(vectors, groups=groups)
    assert model.history_[-1]["independence"] != 0


def test_a_saved_model_has_the_same_codes(small, vectors, tmp_path):
    model = small().fit(vectors, groups=GROUPS)
    model.save(tmp_path / "model")
    again = RecurrentWAE.load(tmp_path / "model").transform(vectors)
    for code, loaded in zip(model.transform(vectors), again, strict=True):
        np.testing.assert_array_equal(code, loaded)


def test_padding_of_a_group_is_not_seen(small, vectors):
    ragged = [x[: 3 + i % 3] for i, x in enumerate(vectors)]
    padded = vectors.copy()
    lengths = [len(x) for x in ragged]
    for x, length in zip(padded, lengths, strict=True):
        x[length:] = 1e3
    model = small().fit(ragged, groups=GROUPS)
    whole = model.transform(padded, lengths=lengths)
    content, motion = model.transform(ragged)
    np.testing.assert_allclose(whole.content, content, atol=1e-5)
    for one, other in zip(whole.motion, motion, strict=True):
        np.testing.assert_allclose(one[: len(other)], other, atol=1e-5)


def test_other_groups_do_not_resume_a_training(small, vectors, tmp_path):
    model = small(checkpoint=tmp_path).fit(vectors, groups=GROUPS)
    with pytest.raises(ValueError, match="another one: groups was"):
        clone(model).fit(vectors, groups=GROUPS[::-1], resume=True)


def test_parts_have_groups_of_their_own(small, vectors):
    model = small().partial_fit(vectors[:4], groups=GROUPS[:4])
    assert model.choices_["motion_input"].value == "residuals"
    model.partial_fit(vectors[4:], groups=[1, 1, 2]).partial_fit(vectors)
    assert model.n_epochs_ == 3


def test_images_have_no_levels_to_leave_out(small, videos):
    with pytest.raises(ValueError, match="motion_input='residuals' is for vectors, got images"):
        small(motion_input="residuals").fit(videos, groups=GROUPS)


@pytest.mark.parametrize("verb", ["fit", "partial_fit"])
def test_groups_that_tell_nothing_are_refused(verb, small, vectors):
    with pytest.raises(ValueError, match=r"groups must .* got 7 groups of one sequence each"):
        getattr(small(), verb)(vectors, groups=np.arange(7))
