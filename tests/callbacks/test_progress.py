"""The progress bar: silent unless asked for, and then every part that weighs something."""

import pytest


@pytest.mark.parametrize("verbose", [0, 1, True])
def test_verbose(verbose, vectors, small, capsys):
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
