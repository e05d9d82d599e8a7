"""Exported programs give what the estimator gives, for any number of sequences and of steps."""

import json
import sys

import numpy as np
import pytest
import torch
from sklearn.exceptions import NotFittedError

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from tests.estimators._common import SMALL

# Numbers of steps that are not those that programs are traced with, one of them alone.
LENGTHS = ([7, 3], [1], [5, 11, 2, 8])


def fitted(case, vectors, videos):
    """A fitted estimator of each kind of program, and its data."""
    match case:
        case "recurrent":
            return RecurrentWAE.as_published("mmd").set_params(**SMALL).fit(vectors), vectors
        case "actions":
            return RecurrentWAE(n_actions=2, **SMALL).fit(videos), videos
        case "missing":
            X = vectors.astype(np.float64)
            X[0, 1, 0] = np.nan
            return RecurrentWAE(missing="mask", **SMALL).fit(X), X
        case "causal":
            model = RecurrentWAE(motion_input="causal_changes", **SMALL)
            return model.fit(vectors), vectors
        case "groups":
            return RecurrentWAE(**SMALL).fit(vectors, groups=list("abababa")), vectors
        case "full":
            return DSVAE(posterior="full", **SMALL).fit(vectors), vectors
    raise AssertionError(case)


def opened(folder, name, format):
    """A program as a function of arrays by name, and its metadata."""
    if format == "onnx":
        runtime = pytest.importorskip("onnxruntime")
        session = runtime.InferenceSession(
            folder / f"{name}.onnx", providers=["CPUExecutionProvider"]
        )
        names = [i.name for i in session.get_inputs()]
        about = session.get_modelmeta().custom_metadata_map
        return lambda **x: session.run(None, {k: x[k] for k in names}), about
    about = dict.fromkeys(["seqdisentangle.dtype", "seqdisentangle.frame_shape"], "")
    program = torch.export.load(folder / f"{name}.pt2", extra_files=about).module()

    def call(**x):
        with torch.no_grad():
            out = program(*(torch.from_numpy(value) for value in x.values()))
        return [part.numpy() for part in (out if isinstance(out, tuple) else (out,))]

    return call, about


def padded(sequences):
    """Sequences of different lengths as one array."""
    array = np.zeros((len(sequences), max(map(len, sequences)), *sequences[0].shape[1:]))
    for row, x in zip(array, sequences, strict=True):
        row[: len(x)] = x
    return array


def compare(model, X, folder, format):
    """Assert that both programs give what the verbs give."""
    model.export(folder, format=format)
    encode, about = opened(folder, "encoder", format)
    decode, _ = opened(folder, "decoder", format)
    assert np.dtype(json.loads(about["seqdisentangle.dtype"])) == X.dtype
    assert tuple(json.loads(about["seqdisentangle.frame_shape"])) == model.frame_shape_
    for lengths in LENGTHS:
        x = np.resize(X, (len(lengths), max(lengths), *X.shape[2:])).astype(X.dtype)
        content, motion, *action = encode(x=x, lengths=np.array(lengths))
        expected = model.transform(x, lengths=lengths)
        np.testing.assert_allclose(content, expected.content, atol=1e-4)
        np.testing.assert_allclose(motion, padded(expected.motion), atol=1e-4)
        known = {} if model.model_.spec.n_actions is None else {"lengths": np.array(lengths)}
        if known:
            said = model.predict_proba(x, lengths=lengths)
            np.testing.assert_allclose(action[0], said, atol=1e-4)
        (made,) = decode(content=content, motion=motion, **known)
        frames = model.inverse_transform(expected)
        assert made.dtype == frames[0].dtype
        atol = 1 if X.dtype == np.uint8 else 1e-4 * np.nanmax(np.abs(X))  # a grey level is rounded
        for mine, its in zip(made, frames, strict=True):
            np.testing.assert_allclose(mine[: len(its)].astype(float), its, atol=atol)


CASES = ("recurrent", "actions", "missing", "causal", "groups", "full")


@pytest.mark.integration
@pytest.mark.parametrize("case", CASES)
def test_onnx_gives_what_the_verbs_give(case, vectors, videos, tmp_path):
    pytest.importorskip("onnxscript")
    compare(*fitted(case, vectors, videos), tmp_path, "onnx")


@pytest.mark.integration
@pytest.mark.parametrize("case", ["actions", "missing"])  # the programs are those of ONNX
def test_torch_export_gives_what_the_verbs_give(case, vectors, videos, tmp_path):
    compare(*fitted(case, vectors, videos), tmp_path, "torch.export")


def test_an_estimator_without_an_encoder_has_a_decoder(vectors, tmp_path):
    model = MoCoGAN(**SMALL).fit(vectors)
    folder = model.export(tmp_path / "programs", format="torch.export")
    assert [path.name for path in folder.iterdir()] == ["decoder.pt2"]
    decode, _ = opened(folder, "decoder", "torch.export")
    codes = model.sample_codes(3, n_steps=9, random_state=0)
    (made,) = decode(**codes._asdict())
    expected = model.sample(content=codes.content, motion=codes.motion)
    np.testing.assert_allclose(made, expected, rtol=1e-4)


def test_a_model_is_as_it_was_after_it_is_exported(vectors, tmp_path):
    model = MoCoGAN(**SMALL).fit(vectors)
    before = model.sample(2, random_state=0)
    model.export(tmp_path, format="torch.export")
    assert np.array_equal(model.sample(2, random_state=0), before)


def test_what_cannot_be_exported_is_an_error(vectors, tmp_path, monkeypatch):
    model = MoCoGAN(**SMALL)
    with pytest.raises(NotFittedError):
        model.export(tmp_path)
    model.fit(vectors)
    with pytest.raises(ValueError, match=r"format must be one of \['onnx', 'torch.export'\], got"):
        model.export(tmp_path, format="tflite")
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="file' is a file, expected a folder"):
        model.export(tmp_path / "file")
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ImportError, match=r"pip install 'seqdisentangle\[onnx\]'"):
        model.export(tmp_path / "onnx")
    assert not list((tmp_path / "onnx").iterdir())
