"""Progress of long work: a bar where one is asked for, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tqdm.auto import tqdm

__all__ = ["frame_bar", "with_bar"]

T = TypeVar("T")


def with_bar(items: Sequence[T], what: str, unit: str, *, verbose: int) -> Iterator[T]:
    """Go through items, with a bar unless `verbose` is 0."""
    # A bar that is disabled would start a thread all the same.
    return iter(tqdm(items, desc=what, unit=unit) if verbose else items)


def frame_bar(what: str) -> Callable[[int, int], None]:
    """A function for matplotlib to call with each frame i of n that it has drawn, from 0 on."""
    bars: list[tqdm] = []

    def tell(i: int, n: int) -> None:
        if not bars:
            bars.append(tqdm(total=n, desc=what, unit="frame"))
        bars[0].update(i + 1 - bars[0].n)
        if i + 1 == n:
            bars[0].close()

    return tell
