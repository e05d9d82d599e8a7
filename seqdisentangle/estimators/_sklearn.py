"""Base classes of scikit-learn, with the types that it does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sklearn import base

__all__ = ["BaseEstimator", "TransformerMixin", "fit_context"]

Method = TypeVar("Method", bound=Callable[..., Any])

if TYPE_CHECKING:
    # An untyped base would let every misspelt argument of a constructor pass.

    class BaseEstimator:
        """The methods of scikit-learn's that the package calls or overrides."""

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def _validate_params(self) -> None: ...
        def __sklearn_tags__(self) -> Any: ...
        def __getstate__(self) -> dict[str, Any]: ...
        def __setstate__(self, state: dict[str, Any]) -> None: ...
        @classmethod
        def _get_param_names(cls) -> list[str]: ...

    class TransformerMixin:
        """It adds ``set_output`` and tags."""

        def set_output(self, *, transform: str | None = None) -> Any: ...

else:
    BaseEstimator, TransformerMixin = base.BaseEstimator, base.TransformerMixin


def fit_context(method: Method) -> Method:
    """Have the parameters checked when a method that fits is called: a decorator."""
    checked: Method = base._fit_context(prefer_skip_nested_validation=True)(method)
    return checked
