"""Docstrings tell the defaults that functions, classes and their methods have."""

import ast
import contextlib
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

LINES = re.MULTILINE
EXTENSION = Path(__file__).parents[2] / "docs" / "_ext" / "public_names.py"
spec = importlib.util.spec_from_file_location("public_names", EXTENSION)
public_names = importlib.util.module_from_spec(spec)
spec.loader.exec_module(public_names)


def callables():
    """Every public function and class, and the methods of classes, each once."""
    found = {}
    for name, value in public_names.public_names():
        if callable(value) and value not in found.values():
            found[name] = value
            if inspect.isclass(value):
                methods = {key: getattr(value, key) for key in public_names.methods(value)}
                found |= {f"{name}.{key}": each for key, each in methods.items() if callable(each)}
    return found


def told(value):
    """The defaults that a docstring tells by a literal, by the names of parameters."""
    section = re.search(
        r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)",
        inspect.getdoc(value) or "",
        LINES | re.DOTALL,
    )
    found = {}
    rows = r"^(\w+(?:, \*?\w+)*) : (.*(?:\n(?!\w+(?:, \w+)* : )\S.*)*)"
    for names, kind in re.findall(rows, section[1] if section else "", LINES):
        default = re.search(r"default=(.+)$", kind.replace("\n", " "))
        with contextlib.suppress(ValueError):  # of an expression, as a part with its arguments
            if default:
                found |= of_each(names.split(", "), ast.literal_eval(default[1]))
    return found


def of_each(names, value):
    """The defaults of the parameters of one row: of several, theirs in order or one of all."""
    apart = isinstance(value, tuple) and len(names) == len(value) > 1
    return dict(zip(names, value if apart else [value] * len(names), strict=True))


CALLABLES = callables()


@pytest.mark.parametrize("name", CALLABLES)
def test_defaults_are_those_that_the_docstring_says(name):
    found = told(CALLABLES[name])
    parameters = inspect.signature(CALLABLES[name]).parameters if found else {}
    assert found == {key: parameters[key].default for key in found}


def test_most_defaults_are_told():
    assert sum(len(told(value)) for value in CALLABLES.values()) > 400
