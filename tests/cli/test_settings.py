import argparse

import pytest

from seqdisentangle.cli.settings import setting


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", 1),
        ("a=(1, 0.5)", (1, 0.5)),
        ("a=None", None),
        ("a=mmd", "mmd"),
        ("a=b=c", "b=c"),
        ("a=__import__('os')", "__import__('os')"),
        ("a=", ""),
    ],
)
def test_values_are_literals_or_else_strings(text, value):
    assert setting(text) == ("a", value)


@pytest.mark.parametrize("text", ["", "a", "=1", "1a=2", "a-b=2"])
def test_what_names_no_parameter_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="expected PARAM=VALUE"):
        setting(text)
