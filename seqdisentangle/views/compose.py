"""Views by their names, and views one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Generator, Tensor

from .._parts import Registry
from .base import FunctionView, View
from .frames import RandomFrames, Shuffle
from .images import ColorMix, Mirror
from .vectors import Jitter

__all__ = ["VIEWS", "Compose", "resolve_view"]


@dataclass
class Compose(View):
    """Views one after the other, the first one first.

    Parameters
    ----------
    views : list or tuple
        At least one of whatever :func:`resolve_view` takes, None aside.

    Notes
    -----
    The cheapest order has :class:`RandomFrames` first: the rest then sees those frames only.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Compose, Jitter
    >>> view = Compose(["random_frames", Jitter(0.5)])
    >>> view(torch.zeros(2, 5, 3)).shape
    torch.Size([2, 1, 3])
    """

    views: Sequence[Any]

    def __post_init__(self) -> None:
        self._resolved = resolve_each(self.views, "Compose: views")

    @property
    def replayable(self) -> bool:
        """True where all views are."""
        return all(view.replayable for view in self._resolved)

    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        for view in self._resolved:
            seen = view(x, rng, lengths)
            if seen.shape[1] != x.shape[1]:
                lengths = None
            x = seen
        return x


VIEWS: Registry[View] = Registry(
    "view",
    {
        "random_frames": RandomFrames,
        "shuffle": Shuffle,
        "mirror": Mirror,
        "color_mix": ColorMix,
        "jitter": Jitter,
        "compose": Compose,
    },
)


def resolve_view(view: object, name: str = "view") -> View | None:
    """Make a view of whatever says one.

    Parameters
    ----------
    view : None, str, View, callable, list or tuple
        None for no view; a name in ``VIEWS`` for that view with its defaults; a :class:`View`; a
        function, see :class:`FunctionView`; a list or tuple of these, applied in order.
    name : str, default="view"
        The name in messages: the parameter that the user set.

    Returns
    -------
    View or None
        A callable ``view(x, rng=None, lengths=None)``; None for None.

    Raises
    ------
    ValueError
        If a name is unknown or a list is empty.
    TypeError
        If it is nothing of the above.

    Examples
    --------
    >>> from seqdisentangle.views import resolve_view
    >>> resolve_view(["random_frames", "mirror"])
    Compose(views=(RandomFrames(n_frames=1), Mirror(probability=0.5)))
    >>> resolve_view("mirorr", name="content_view")
    Traceback (most recent call last):
    ...
    ValueError: content_view must be the name of a view ('random_frames', ...), got 'mirorr'
    """
    if view is None or isinstance(view, View):
        return view
    if isinstance(view, str):
        return VIEWS.make(view, name)
    if isinstance(view, list | tuple):
        return Compose(resolve_each(view, name))
    if isinstance(view, type) and issubclass(view, View):
        raise TypeError(f"{name}: got the class {view.__name__}; make one: {view.__name__}(...).")
    if callable(view):
        try:
            return FunctionView(view)
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from error
    raise TypeError(
        f"{name} must be None, the name of a view ({VIEWS.listed}), a callable, or a list of "
        f"these; got {view!r}."
    )


def resolve_each(views: object, name: str) -> tuple[View, ...]:
    """Make a view of each."""
    if not isinstance(views, list | tuple):
        raise TypeError(f"{name} must be a list or tuple of views, got {views!r}.")
    if not views:
        raise ValueError(f"{name} is empty; None says that there is no view.")
    resolved = []
    for i, view in enumerate(views):
        part = resolve_view(view, f"{name}[{i}]")
        if part is None:
            raise TypeError(f"{name}[{i}] must be a view, got None.")
        resolved.append(part)
    return tuple(resolved)
