"""Results go to a file whole or not at all, however little room there is for it."""

import re
from contextlib import contextmanager

import numpy as np
import pytest

resource = pytest.importorskip("resource", reason="limits of this system cannot be set")


@contextmanager
def room_for(n_bytes):
    """No file may grow beyond so many bytes: as on a full disk, writing fails in its midst."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


VERBS = {
    "transform": lambda m, X, out: m.transform(X, out=out),
    "ragged": lambda m, X, out: m.transform([x[: 1 + i % 5] for i, x in enumerate(X)], out=out),
    "sample": lambda m, X, out: m.sample(len(X), 5, random_state=0, out=out),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_is_an_error_that_names_the_file(verb, vector_model, vectors, tmp_path):
    X, out = np.repeat(vectors, 30, axis=0), tmp_path / "codes.h5"
    VERBS[verb](vector_model, X, out)
    whole = out.read_bytes()
    for n_bytes in np.linspace(0, len(whole) - 1, 7).astype(int).tolist():
        with room_for(n_bytes), pytest.raises(OSError, match=re.escape(f": '{out}'")):
            VERBS[verb](vector_model, X, out)
        assert [path.name for path in tmp_path.iterdir()] == ["codes.h5"]
        assert out.read_bytes() == whole
    with room_for(len(whole)):
        VERBS[verb](vector_model, X, out)


def test_a_folder_that_is_not_there_is_named_as_the_user_did(vector_model, vectors, tmp_path):
    out = tmp_path / "none" / "codes.h5"
    with pytest.raises(FileNotFoundError, match=re.escape(f": '{out}'")):
        vector_model.transform(vectors, out=out)


def test_an_error_of_what_is_read_does_not_blame_what_is_written(vector_model, vectors, tmp_path):
    class Broken:
        shape, dtype = vectors.shape, vectors.dtype

        def __getitem__(self, rows):
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match=r"rows 0 to 6 cannot be read.*Input/output") as caught:
        vector_model.transform(Broken(), out=tmp_path / "codes.h5")
    assert "codes.h5" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
