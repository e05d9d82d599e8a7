"""Names in the room that there is."""

from seqdisentangle.display._names import fitted, letters, names_width


def test_short_names_stay_and_long_ones_are_broken():
    assert fitted("walk", 10, 1) == "walk"
    assert fitted("walk to the left", 10, 2) == "walk to\nthe left"


def test_names_without_room_end_in_an_ellipsis():
    found = fitted("a very long name of a character", 10, 2)
    assert found.endswith("…")
    assert all(len(line) <= 10 for line in found.split("\n"))


def test_room_grows_with_the_longest_line():
    assert names_width(["ab\nabcd"]) > names_width(["abc", "a"])
    assert letters(2.0) > letters(1.0)
