"""The gallery has all examples, in an order of its own."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def gallery(extension):
    return extension("gallery")


def test_every_example_has_a_place(gallery):
    examples = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert set(gallery.ORDER) == examples
    assert len(gallery.ORDER) == len(examples)


def test_examples_come_in_order_and_others_last(gallery):
    key = gallery.InOrder("examples")
    names = ["new.py", "own_network.py", "quickstart.py", Path("curves.py")]
    assert sorted(names, key=key) == [
        "quickstart.py",
        Path("curves.py"),
        "own_network.py",
        "new.py",
    ]
