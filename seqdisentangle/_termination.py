"""Signals that end a process, which wait until what it does is whole or cleared away."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["Terminated", "put_off", "raised_at_end_of_process"]

#: Those that ask for it; Ctrl-C is an exception anyway.
ASKING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Terminated(BaseException):
    """The process has been asked to end."""


class Taken:
    """Signals that would end the process, of which the first one is taken.

    A second one does what it would have done before. Signals that a program handles or ignores
    itself stay as they are, and so do all in other threads than the main one, to which Python gives
    none.

    Parameters
    ----------
    then : callable
        Called as a signal comes.

    Attributes
    ----------
    received : list of int
        The signal that has come.
    """

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then
        self.received: list[int] = []
        self._process = os.getpid()
        self._before: dict[int, Any] = {}

    @contextmanager
    def while_inside(self, *, over_others: bool) -> Iterator[None]:
        """Take them, from others of this kind too; a signal that has come is sent again at the end.

        Parameters
        ----------
        over_others : bool
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        try:
            for number in ASKING:
                before = signal.getsignal(number)
                if before is signal.SIG_DFL or (over_others and isinstance(before, Taken)):
                    self._before[number] = before
                    signal.signal(number, self)
            yield
        finally:
            self._give_back()
            for number in self.received:
                os.kill(os.getpid(), number)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self._give_back()
        if os.getpid() != self._process:  # a fork, of which nothing is asked here
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self.received.append(number)
        self.then()

    def _give_back(self) -> None:
        for number, before in self._before.items():
            if signal.getsignal(number) is self:
                signal.signal(number, before)


@contextmanager
def raised_at_end_of_process() -> Iterator[None]:
    """Raise :class:`Terminated` where a signal would end the process, so that it can clear away.

    Leaving the context ends it, by that signal.

    Examples
    --------
    >>> with raised_at_end_of_process():
    ...     pass  # nothing happens without a signal
    """

    def raise_it() -> None:
        raise Terminated

    with Taken(raise_it).while_inside(over_others=False):
        yield


@contextmanager
def put_off() -> Iterator[Callable[[], bool]]:
    """Put off the end of the process, by a signal, until the context is left.

    Yields
    ------
    callable
        Tells whether the process has been asked to end.

    Examples
    --------
    >>> with put_off() as asked_to_end:
    ...     asked_to_end()
    False
    """
    taken = Taken(lambda: None)
    with taken.while_inside(over_others=True):
        yield lambda: bool(taken.received)
