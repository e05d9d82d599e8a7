"""Metadata routing of scikit-learn: what a search knows of sequences reaches its scorer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

import sklearn
from sklearn.utils.metadata_routing import MetadataRequest

__all__ = ["RoutedScorer", "routed"]


class Routed(Protocol):
    """A scorer, called with a model and sequences, that says what else it wants to be told."""

    get_metadata_routing: Callable[[], MetadataRequest]
    set_score_request: Callable[..., RoutedScorer]

    def __call__(self, model: Any, X: Any, y: Any = None, **told: Any) -> float: ...


class RoutedScorer:
    """A scorer that a search hands what it requests, as ``make_scorer`` makes of metrics.

    Parameters
    ----------
    score : callable
        Called as ``score(model, X, y, **told)``.
    requests : dict of str to bool, str or None
        By the name of an argument: whether it is wanted, or the name by which ``fit`` of the search
        is told it. None, for not decided, is an error where it is told.
    """

    def __init__(self, score: Callable[..., float], requests: dict[str, bool | str | None]) -> None:
        self.score = score
        self.requests = requests

    def __call__(self, model: Any, X: Any, y: Any = None, **told: Any) -> float:
        return self.score(model, X, y, **told)

    def __repr__(self) -> str:
        told = (f"{name}={value!r}" for name, value in self.requests.items() if value is not None)
        return f"{self.score.__name__}.set_score_request({', '.join(told)})"

    def get_metadata_routing(self) -> MetadataRequest:
        """The requests, for scikit-learn."""
        found = MetadataRequest(owner=self.score.__name__)
        for name, value in self.requests.items():
            found.score.add_request(param=name, alias=value)
        return found

    def set_score_request(self, **requests: bool | str | None) -> RoutedScorer:
        """Return a scorer with other requests; this one keeps its own.

        Raises
        ------
        RuntimeError
            If metadata routing is off: nothing would be handed.
        TypeError
            If the scorer has no such argument.
        ValueError
            If a request is none of True, False, None and a name.
        """
        if not sklearn.get_config()["enable_metadata_routing"]:
            raise RuntimeError(
                "set_score_request needs metadata routing, which is off: call "
                "sklearn.set_config(enable_metadata_routing=True) first"
            )
        if unknown := sorted(requests.keys() - self.requests.keys()):
            raise TypeError(
                f"set_score_request takes {sorted(self.requests)}, got {', '.join(unknown)}"
            )
        changed = RoutedScorer(self.score, self.requests | requests)
        changed.get_metadata_routing()
        return changed


def routed(*names: str) -> Callable[[Callable[..., float]], Routed]:
    """Let a search hand these arguments to a scorer, where it is asked to: a decorator.

    The function stays one, and has `set_score_request` and `get_metadata_routing` besides.
    """

    def decorate(score: Callable[..., float]) -> Routed:
        undecided = RoutedScorer(score, dict.fromkeys(names))
        function = cast(Routed, score)
        function.get_metadata_routing = undecided.get_metadata_routing
        function.set_score_request = undecided.set_score_request
        return function

    return decorate
