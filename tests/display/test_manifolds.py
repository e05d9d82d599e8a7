"""Maps of codes: places, colours of labels, thumbnails."""

import numpy as np
import pandas as pd
import pytest

from seqdisentangle.display import ManifoldDisplay
from tests.display._common import KINDS, Halves, channels_last, donors, ragged, shown

PLACES = np.random.RandomState(0).normal(size=(5, 2))


@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_labels_of_any_container_have_colours_and_names(kind):
    display = ManifoldDisplay(PLACES, kind(["b", "a", "a", "b", "b"])).plot()
    drawn = {points.get_label(): points.get_offsets() for points in display.ax_.collections}
    np.testing.assert_allclose(drawn["a"], PLACES[[1, 2]])
    np.testing.assert_allclose(drawn["b"], PLACES[[0, 3, 4]])
    colours = {tuple(points.get_facecolor()[0]) for points in display.ax_.collections}
    assert len(colours) == 2


def test_names_in_the_legend_are_text_and_not_too_long():
    def names(labels):
        legend = ManifoldDisplay(PLACES, labels).plot().ax_.get_legend()
        return [text.get_text() for text in legend.get_texts()]

    assert names(np.array([b"bo", b"ada", b"bo", b"bo", b"bo"])) == ["ada", "bo"]
    dates = pd.date_range("2020-02-03", periods=5)
    assert names(dates) == [f"2020-02-0{k}" for k in range(3, 8)]
    assert names(dates + pd.Timedelta("90min"))[0] == "2020-02-03T01:30"
    (long,) = names(["a name of a sequence that goes on and on and on and on"] * 5)
    assert long.endswith("…")
    assert max(map(len, long.split("\n"))) <= 24


def test_numbers_on_a_scale_have_a_colour_bar():
    display = ManifoldDisplay(PLACES, [0.1, 0.2, 0.3, 0.4, 0.5]).plot()
    (points,) = display.ax_.collections
    assert points.get_array().tolist() == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert len(display.figure_.axes) == 2


@pytest.mark.parametrize("labels", [["b", None, "a", "b", np.nan], [2, None, 1, 2, np.nan]])
def test_labels_that_are_missing_are_grey_and_named_unknown(labels):
    display = ManifoldDisplay(PLACES, labels).plot()
    drawn = {points.get_label(): points for points in display.ax_.collections}
    np.testing.assert_allclose(drawn["unknown"].get_offsets(), PLACES[[1, 4]])
    red, green, blue, _ = drawn["unknown"].get_edgecolor()[0]
    assert red == green == blue
    assert not len(drawn["unknown"].get_facecolor())
    named = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert named == [*sorted({str(labels[0]), str(labels[2])}), "unknown"]


def test_numbers_on_a_scale_may_be_missing_too():
    display = ManifoldDisplay(PLACES, [0.1, np.nan, 0.3, None, 0.5]).plot()
    unknown, known = display.ax_.collections
    np.testing.assert_allclose(unknown.get_offsets(), PLACES[[1, 3]])
    np.testing.assert_allclose(known.get_array(), [0.1, 0.3, 0.5])
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["unknown"]
    display.figure_.canvas.draw()
    legend, bar = display.ax_.get_legend(), display.figure_.axes[1]
    assert not legend.get_window_extent().overlaps(bar.get_window_extent())


def test_of_many_names_the_unknown_one_alone_is_told():
    places = np.random.RandomState(0).normal(size=(40, 2))
    display = ManifoldDisplay(places, [None, *map(str, range(39))]).plot()
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["unknown"]


def test_thumbnails_are_the_sequences_of_their_places():
    X = np.concatenate(donors("grey"))
    display = ManifoldDisplay(PLACES, sequences=X).plot()
    thumbnails = display.ax_.child_axes
    assert len(thumbnails) == len(display.thumbnails_) > 1
    for ax, i in zip(thumbnails, display.thumbnails_, strict=True):
        np.testing.assert_allclose(shown(ax)[..., :3], channels_last(X[i, 0], "grey"), atol=1 / 250)


def test_thumbnails_lie_below_the_places():
    display = ManifoldDisplay(PLACES, sequences=np.concatenate(donors("grey"))).plot()
    places = min(points.get_zorder() for points in display.ax_.collections)
    assert all(thumbnail.get_zorder() < places for thumbnail in display.ax_.child_axes)


@pytest.mark.parametrize("codes", ["content", "motion"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "numbers"])
def test_sequences_of_any_kind_and_length_are_mapped(kind, codes):
    X = ragged(kind, (3, 5, 4, 6, 5))
    display = ManifoldDisplay.from_estimator(Halves(), X, codes=codes, method="pca")
    assert display.coordinates.shape == (5, 2)
    assert len(display.thumbnails_) >= 1


def test_methods_and_codes_may_be_in_capitals():
    X = ragged("vector", (3, 5, 4, 6, 5))
    small, capital = (
        ManifoldDisplay.from_estimator(Halves(), X, codes=codes, method=method, random_state=0)
        for codes, method in (("motion", "tsne"), ("Motion", "t-SNE"))
    )
    np.testing.assert_array_equal(capital.coordinates, small.coordinates)
    assert ManifoldDisplay.from_codes(PLACES, method="PCA").title == "principal components"


def test_a_fitted_model_is_mapped(video_model, videos):
    display = ManifoldDisplay.from_estimator(
        video_model, videos, np.arange(7) % 2, random_state=0, thumbnails=False
    )
    assert display.coordinates.shape == (7, 2)
    assert len(display.thumbnails_) == 0


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"labels": ["a"]}, r"labels must have shape \(5,\)"),
        ({"sequences": np.zeros((4, 3))}, "sequences must hold 5, got 4"),
        ({"n_thumbnails": 0}, "n_thumbnails"),
        ({"coordinates": PLACES[:, :1]}, "coordinates must have shape"),
    ],
)
def test_what_does_not_fit_is_refused(told, message):
    with pytest.raises(ValueError, match=message):
        ManifoldDisplay(**({"coordinates": PLACES} | told))


def test_a_single_sequence_is_told_how_many_a_map_takes(vector_model, vectors):
    with pytest.raises(ValueError, match=r"at least 4 sequences, got a single one, of shape \(5,"):
        ManifoldDisplay.from_estimator(vector_model, vectors[0])


def test_too_few_sequences_are_told():
    with pytest.raises(ValueError, match="X must hold at least 4 sequences, got 3"):
        ManifoldDisplay.from_estimator(Halves(), ragged("vector"), method="pca")


@pytest.mark.parametrize(("argument", "value"), [("codes", "both"), ("method", "lda")])
def test_choices_are_named(argument, value):
    with pytest.raises(ValueError, match=argument):
        ManifoldDisplay.from_estimator(Halves(), ragged("vector"), **{argument: value})
