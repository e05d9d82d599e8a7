"""Views in a row, and views by their names: the first comes first, and errors name what was got."""

from __future__ import annotations

import pytest
import torch

from seqdisentangle.views import Compose, Mirror, RandomFrames, resolve_view


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_compose_applies_the_first_first():
    view = Compose([lambda x: x + 1, lambda x: 2 * x])
    assert torch.equal(view(torch.zeros(1, 1, 1)), torch.full((1, 1, 1), 2.0))


def test_compose_forgets_lengths_once_the_steps_are_chosen():
    got = []

    def spy(x, rng, lengths):
        got.append(lengths)
        return x

    lengths = torch.tensor([2, 4])
    Compose([spy, "random_frames", spy])(torch.rand(2, 4, 3), seeded(), lengths)
    assert got[0] is lengths
    assert got[1] is None


def test_resolve_passes_none_and_views_through_and_composes_lists():
    view = Mirror()
    assert resolve_view(None) is None
    assert resolve_view(view) is view
    assert resolve_view(("random_frames", view)) == Compose((RandomFrames(), view))


def test_what_is_composed_stays_as_it_was_given():
    views = ["random_frames", Mirror()]
    assert Compose(views).views is views


@pytest.mark.parametrize(
    ("view", "error", "message"),
    [
        ("mirorr", ValueError, r"content_view must be the name of a view .*'color_mix'.*'mirorr'"),
        (
            "compose",
            ValueError,
            r"content_view='compose': this view needs more than its name.* Compose\(views\)",
        ),
        (["shuffle", "x"], ValueError, r"content_view\[1\] must be the name of a view .* 'x'"),
        ([], ValueError, "content_view is empty"),
        (["shuffle", None], TypeError, r"content_view\[1\] must be a view, got None"),
        (Mirror, TypeError, r"content_view: got the class Mirror"),
        (3, TypeError, "content_view must be None, the name"),
        (lambda x, g, lengths, more: x, TypeError, "also needs 'more'"),
        (lambda x, *, more: x, TypeError, "also needs 'more'"),
    ],
)
def test_resolve_refuses(view, error, message):
    with pytest.raises(error, match=message):
        resolve_view(view, name="content_view")
