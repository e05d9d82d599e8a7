"""The verbs of an encoder: swaps, scores, names of codes, and inverses of both codes."""

import numpy as np
import pandas as pd
import polars
import pytest

from seqdisentangle import Swap
from seqdisentangle.data import from_table


def test_swap_of_different_lengths_keeps_the_length_of_the_motion(vector_model, vectors):
    swap = vector_model.swap(vectors, vectors[:, :2])
    assert isinstance(swap, Swap)
    assert swap.a_motion_b_content.shape == vectors.shape
    assert swap.a_content_b_motion.shape == vectors[:, :2].shape


def test_score_is_the_negative_mean_cost_of_a_value(video_model, videos):
    X = videos[:2] / 255
    assert video_model.score(X) == pytest.approx(-np.square(video_model.reconstruct(X) - X).mean())


@pytest.mark.parametrize("kind", ["vectors", "videos"])
def test_motion_of_causal_changes_is_that_of_the_frames_so_far(kind, small, request):
    X = request.getfixturevalue(kind)
    model = small(motion_input="causal_changes").fit(X)
    whole = model.transform(X).motion
    for k in range(1, X.shape[1]):
        np.testing.assert_allclose(model.transform(X[:, :k]).motion, whole[:, :k], atol=1e-5)


@pytest.mark.parametrize("codes", ["content", "motion"])
def test_half_of_the_codes_has_no_inverse(codes, vectors, small):
    model = small(codes=codes, max_epochs=1).fit(vectors)
    assert not hasattr(model, "inverse_transform")
    with pytest.raises(AttributeError) as error:
        model.inverse_transform(model.transform(vectors))
    assert "set codes='both'" in str(error.value.__cause__)


@pytest.mark.parametrize(
    ("container", "frame"), [("pandas", pd.DataFrame), ("polars", polars.DataFrame)]
)
@pytest.mark.parametrize("codes", ["content", "motion", "both"])
def test_set_output(container, frame, codes, vectors, small):
    model = small(codes=codes).set_output(transform=container).fit(vectors)
    out = model.transform(vectors)
    content = out.content if codes == "both" else out
    assert isinstance(content, frame)
    assert list(content.columns) == list(model.get_feature_names_out())
    if codes == "both":
        assert isinstance(out.motion, np.ndarray)
        assert model.inverse_transform(out).shape == vectors.shape
        assert out[np.array([0, 2])].content.shape == (2, 4)


def test_columns_of_a_list_of_data_frames_keep_their_order(vectors, small, tmp_path):
    frames = [pd.DataFrame(x, columns=list("abc")) for x in vectors]
    turned = [frame[list("bac")] for frame in frames]
    model = small().fit(frames)
    assert list(model.feature_names_in_) == list("abc")
    assert model.n_features_in_ == 3
    model.save(tmp_path / "model")
    for one in (model, type(model).load(tmp_path / "model")):
        expected = one.transform(np.asarray(vectors))
        assert np.array_equal(one.transform(frames).content, expected.content)
        for verb in (one.transform, one.reconstruct, one.score, one.partial_fit):
            with pytest.raises(ValueError, match="X has column 'b' in place of column 'a'"):
                verb(turned)
        with pytest.raises(ValueError, match="b has column 'b' in place of column 'a'"):
            one.swap(frames, turned)
    with pytest.raises(ValueError, match=r"X\[1\] has column 'b' in place of column 'a' of X\[0\]"):
        model.fit([frames[0], turned[1]])
    assert not hasattr(model.fit(vectors), "feature_names_in_")
    numbered = [pd.DataFrame(x) for x in vectors]
    assert not hasattr(model.fit(numbered), "feature_names_in_")


def test_columns_of_a_nested_data_frame_keep_their_order(vectors, small):
    X = np.asarray(vectors)
    nested = pd.DataFrame({c: [pd.Series(x[:, j]) for x in X] for j, c in enumerate("abc")})
    model = small().fit(nested)
    assert list(model.feature_names_in_) == list("abc")
    assert np.array_equal(model.transform(nested).content, model.transform(X).content)
    with pytest.raises(ValueError, match="X has column 'b' in place of column 'a'"):
        model.transform(nested[list("bac")])


def test_columns_of_a_table_in_long_format_keep_their_order(vectors, small):
    X = np.asarray(vectors)
    table = pd.DataFrame(X.reshape(-1, 3), columns=list("abc"))
    table["who"] = np.repeat(np.arange(len(X)), X.shape[1])
    sequences, _ = from_table(table, id="who")
    model = small().fit(sequences)
    assert list(model.feature_names_in_) == list("abc")
    assert np.array_equal(model.transform(sequences).content, model.transform(X).content)
    turned, _ = from_table(table[["b", "a", "c", "who"]], id="who")
    with pytest.raises(ValueError, match="X has column 'b' in place of column 'a'"):
        model.transform(turned)
    with pytest.raises(ValueError, match="X has 2 columns in place of the 3"):
        model.transform(from_table(table, id="who", values=["a", "b"]).sequences)


def test_feature_names(numbers, small):
    frame = pd.DataFrame(numbers, columns=list("abcde"))
    model = small(codes="motion").fit(frame)
    assert list(model.feature_names_in_) == list("abcde")
    assert model.n_features_in_ == 5
    assert list(model.get_feature_names_out())[:3] == ["motion0_0", "motion0_1", "motion1_0"]
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame[list("edcba")])
    model.fit(np.zeros((3, 4, 2)))
    assert not hasattr(model, "feature_names_in_")
    assert model.n_features_in_ == 2
