"""Bad arguments of every display: named, before anything is computed or drawn."""

import inspect

import matplotlib as mpl
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from seqdisentangle import display
from tests.refusals._displays import BAD, GOOD, LOOK, MADE, NOT_CHECKED
from tests.refusals._rows import check_named, shown


@pytest.fixture(autouse=True)
def no_figure_is_left():
    plt.close("all")  # those of doctests that the same process has run
    yield
    plt.close("all")


def verbs():
    """The constructor and the verbs of every display, by their names."""
    for name in display.__all__:
        cls = getattr(display, name)
        yield name, cls
        if name != "Look":
            for verb, method in inspect.getmembers(cls, callable):
                if not verb.startswith("_"):
                    yield f"{name}.{verb}", method


def arguments(verb, function):
    """What a verb takes, with the arguments of a look where it takes these."""
    found = [name for name in inspect.signature(function).parameters if name != "self"]
    if "look" in found:
        found[found.index("look") : found.index("look") + 1] = LOOK
    return [name for name in found if (verb, name) not in NOT_CHECKED]


def rows():
    """Every bad value of every argument of the verbs."""
    for verb, function in verbs():
        for argument in arguments(verb, function):
            values = BAD[verb, argument] if (verb, argument) in BAD else BAD[argument]
            if argument in LOOK and verb != "Look":
                values = values[:1]  # of the rest a look alone
            default = inspect.signature(function).parameters.get(argument)
            for value in values:
                if default is None or value is not default.default:
                    key = f"{verb}-{argument}-{shown(value)[:40]}"
                    yield pytest.param(verb, argument, value, id=key)


@pytest.mark.parametrize(("verb", "argument", "value"), list(rows()))
def test_a_display_names_a_bad_argument(verb, argument, value):
    name, _, method = verb.partition(".")
    function = getattr(display, name)
    if method:
        owner = function if method.startswith("from_") else function(**MADE[name])
        function = getattr(owner, method)
    good = GOOD.get(verb, {}) if method else MADE[name]
    before = dict(vars(owner)) if method in ("plot", "animate") else {}
    check_named(lambda: function(**good | {argument: value}), argument)
    assert not plt.get_fignums()
    if before:
        assert vars(owner) == before
