import warnings

import pytest

from seqdisentangle.cli import command_line, main


@pytest.mark.parametrize(
    "command", [[], ["fit"], ["transform"], ["swap"], ["sample"], ["explore"], ["report"]]
)
def test_every_command_has_help_with_an_example(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    assert "example:\n  seqdisentangle " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "required: COMMAND"),
        ("fly X.npy", "invalid choice: 'fly'"),
        ("fit", "required: X"),
        ("fit nothing.npy", "'nothing.npy': there is no such file"),
        ("fit X.npy --out model.pkl", "expected a name that ends in .safetensors"),
        ("fit X.npy --out no/model.safetensors", "there is no folder 'no'"),
        ("fit X.npy --estimator PCA", "invalid choice: 'PCA'"),
        ("fit X.npy --set hidden_size", "expected PARAM=VALUE, got 'hidden_size'"),
        ("fit X.npy --set wings=2", "RecurrentWAE has no parameter 'wings', only"),
        ("fit X.npy --set hidden_size=0", "The 'hidden_size' parameter of RecurrentWAE"),
        ("fit X.npy --seed -1", "--seed"),
        ("fit X.npy --size 0", "expected a whole number of at least 1, got '0'"),
        ("transform X.npy", "required: --out"),
        ("transform X.npy --out codes.csv", "expected a name that ends in .npz or .h5"),
        ("transform X.npy --out c.npz --model no.safetensors", "make one by 'seqdisentangle fit'"),
        ("transform X.npy --out c.npz --model X.npy", "'X.npy'"),
        ("swap X.npy --out swaps.npy", "which takes two: swap A B"),
        ("swap X.npy X.npy --out X.npy", "name another place"),
        ("swap X.npy --n 0 --out swaps.png", "expected a whole number of at least 1, got '0'"),
        ("sample --n few --out x.npy", "expected a whole number of at least 1, got 'few'"),
        ("sample --out x.wav", "expected a name that ends in .png"),
        ("explore X.npy --out page.png", "expected a name that ends in .html"),
        ("explore X.npy --labels no.csv", "no.csv"),
        ("report X.npy --labels no.npy", "no.npy"),
        ("report X.npy --labels X.npy", "--labels must have shape"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_message(run, line, said):
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert said in err
    assert err.splitlines()[-1].startswith("seqdisentangle")
    assert "Traceback" not in err


def test_warnings_are_lines_without_code(monkeypatch, run):
    monkeypatch.setattr(
        command_line.sample, "run", lambda options: warnings.warn("mind the gap", stacklevel=1)
    )
    assert run("sample --out x.npy") == (0, "", "seqdisentangle: warning: mind the gap\n")


def test_an_interrupt_ends_with_130(monkeypatch, run):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line.sample, "run", interrupted)
    assert run("sample --out x.npy") == (130, "", "")
