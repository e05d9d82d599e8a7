"""A folder with a small model and the sequences that it has seen, and the command line in it."""

import numpy as np
import pytest

from seqdisentangle.cli import main


@pytest.fixture(scope="session")
def vector_file(vectors, tmp_path_factory):
    path = tmp_path_factory.mktemp("vectors") / "X.npy"
    np.save(path, vectors)
    return path


@pytest.fixture(scope="session")
def model_file(small, vectors, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    small().fit(vectors).save(path)
    return path


@pytest.fixture
def here(tmp_path, monkeypatch, vector_file, model_file):
    """A working directory with ``X.npy`` and ``model.safetensors``."""
    monkeypatch.chdir(tmp_path)
    for file in (vector_file, model_file):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.fixture
def run(here, capsys):
    """Run a command that is given as a line; return its exit code and what it prints."""

    def call(line):
        try:
            code = main(line.split())
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call
