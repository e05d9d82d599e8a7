"""Progress: bars that count to the end, and nothing where none is asked for."""

from seqdisentangle.display._progress import frame_bar, with_bar


def test_items_are_the_same_with_a_bar_and_without(capsys):
    assert list(with_bar("abc", "letters", "letter", verbose=0)) == list("abc")
    assert capsys.readouterr().err == ""
    assert list(with_bar("abc", "letters", "letter", verbose=1)) == list("abc")
    assert "3/3" in capsys.readouterr().err


def test_frames_are_counted_until_the_last(capsys):
    tell = frame_bar("animation")
    for i in range(4):
        tell(i, 4)
    assert "4/4" in capsys.readouterr().err
