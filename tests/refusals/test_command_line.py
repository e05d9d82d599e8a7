"""Wrong arguments of every command: an exit code of 2, and a line that names what is wrong."""

import argparse

import numpy as np
import pytest

from seqdisentangle.cli import main
from seqdisentangle.cli.command_line import parser
from seqdisentangle.persistence import save_file

COUNTS = ["0", "-1", "1.5", "many", "", "1e3", "0x2"]
OUTS = ["", "x", "x.txt", "no/x{}", "folder{}", "."]
#: Files of the working directory that hold something else.
OTHERS = ["none.npy", "empty.npy", "text.npy", "zeros.npy", "folder", "", "file.h5", "none.h5:/X"]
# Bad values of an argument, by its name, whatever the command.
BAD = {
    "X": OTHERS,
    "A": OTHERS,
    "B": OTHERS,
    "--out": OUTS,
    "--model": ["none.safetensors", "X.npy", "other.safetensors", "folder", ""],
    "--labels": ["none.csv", "short.csv", "uneven.csv", "empty.csv", "text.npy", "folder", ""],
    "--estimator": ["PCA", "recurrentwae", ""],
    "--set": ["hidden_size", "=3", "wings=2", "hidden_size=0", "hidden_size=few", "reg__x=1"],
    "--seed": ["-1", "1.5", "random", "", str(2**32), "9" * 30],
    "--n": COUNTS,
    "--steps": COUNTS,
    "--step": COUNTS,
    "--size": COUNTS,
    "--parts": ["1", "-1", "1.5", "all", ""],
    "--crop": ["middle", "", "Center"],
}
#: Flags, which take no value.
FLAGS = {"--quiet", "--resume", "--help"}


def commands():
    """The parser of each command, by its name."""
    (action,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return action.choices


def arguments(command):
    """The names of what a command takes, and what each may end in."""
    for action in commands()[command]._actions:
        yield action.option_strings[-1] if action.option_strings else action.dest


def suffix_of(command):
    """An ending of files that a command writes."""
    return {"fit": ".safetensors", "explore": ".html", "transform": ".npz"}.get(command, ".npz")


def rows():
    """Every bad value of every argument of the commands."""
    for command in commands():
        for argument in arguments(command):
            for value in () if argument in FLAGS else BAD[argument]:
                yield pytest.param(command, argument, value, id=f"{command}-{argument}-{value}")


@pytest.fixture(scope="module")
def here(small, vectors, tmp_path_factory):
    """A folder with a model, its sequences, and files that hold something else."""
    folder = tmp_path_factory.mktemp("here")
    np.save(folder / "X.npy", vectors)
    small().fit(vectors).save(folder / "model.safetensors")
    for command in commands():
        (folder / f"folder{suffix_of(command)}").mkdir(exist_ok=True)
    (folder / "folder").mkdir()
    (folder / "empty.npy").touch()
    (folder / "file.h5").touch()
    (folder / "text.npy").write_text("text")
    np.save(folder / "zeros.npy", np.zeros((0, 5, 3)))
    save_file(folder / "other.safetensors", {}, {})
    (folder / "short.csv").write_text("who\nann\nbob\n")
    (folder / "uneven.csv").write_text("who,speed\nann\n")
    (folder / "empty.csv").touch()
    return folder


def names_of(argument, value):
    """The words by which a message may name an argument: its own, a path, a parameter."""
    yield argument
    if argument in ("A", "B"):
        yield f"{argument.lower()} is empty"  # as in Python
    if argument == "--set":
        yield repr(value.split("=")[0].split("__")[-1])
    elif value:
        yield value.split(":")[0]


def state_of(folder):
    """The files of a folder and when they were written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize(("command", "argument", "value"), list(rows()))
def test_a_command_names_a_bad_argument(command, argument, value, here, monkeypatch, capsys):
    monkeypatch.chdir(here)
    value = value.replace("{}", suffix_of(command))
    good = {"X": "X.npy", "A": "X.npy", "B": "X.npy", "--out": f"new{suffix_of(command)}"}
    given = {name: text for name, text in good.items() if name in set(arguments(command))}
    given[argument] = value
    line = [text for name, text in given.items() if not name.startswith("-")]
    line += [f"{name}={text}" for name, text in given.items() if name.startswith("-")]
    before = state_of(here)
    try:
        code = main([command, *line])
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    said = err.splitlines()[-1]
    assert (code, out) == (2, ""), err
    assert said.startswith("seqdisentangle"), err
    assert any(name in said for name in names_of(argument, value)), said
    assert "Traceback" not in err
    assert state_of(here) == before
