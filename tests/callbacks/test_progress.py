"""The progress bar: silent unless asked for, and then every part that weighs something."""

import os
import sys

import pytest


@pytest.mark.parametrize("verbose", [0, 1, True])
def test_verbose(verbose, vectors, small, capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)  # of a terminal, whose width cuts the line off
    small(verbose=verbose).fit(vectors)
    out, err = capsys.readouterr()
    assert out.count("\n") == 2 * bool(verbose), "the divergences, and the verdict"
    if verbose:
        assert "RecurrentWAE" in err
        assert "loss=" in err
        assert "independence=" in err
        assert "motion=" not in err, "it weighs nothing"
        assert "4/4" in err, "two steps an epoch"
        assert "RecurrentWAE 2/2" in err
        assert "step/s" in err
    else:
        assert err == ""


def closed():
    with open(os.devnull, "w") as stream:
        return stream


def without_a_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(os.dup2(writer, writer), "w", buffering=1)


@pytest.mark.parametrize("stream", [lambda: None, closed, without_a_reader])
def test_a_training_goes_on_where_nobody_reads(stream, vectors, small, monkeypatch):
    with monkeypatch.context() as patch:
        for name in ("stdout", "stderr"):
            patch.setattr(sys, name, stream())
        assert small(verbose=1).fit(vectors).n_epochs_ == 2
