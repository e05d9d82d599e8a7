"""Colours: apart for every reader."""

from seqdisentangle.display._colours import CATEGORIES, MARKERS, category


def test_sixty_four_categories_differ():
    pairs = {category(k) for k in range(len(CATEGORIES) * len(MARKERS))}
    assert len(pairs) == 64
    assert len({category(k)[0] for k in range(8)}) == 8
