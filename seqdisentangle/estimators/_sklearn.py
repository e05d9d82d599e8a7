"""Base classes of scikit-learn, with the types that it does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sklearn import base

__all__ = ["BaseEstimator", "TransformerMixin", "fit_context", "repr_of_parameters"]

Method = TypeVar("Method", bound=Callable[..., Any])

if TYPE_CHECKING:
    # An untyped base would let every misspelt argument of a constructor pass.

    class BaseEstimator:
        """The methods of scikit-learn's that the package calls or overrides."""

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def _repr_html_inner(self) -> str: ...
        def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]: ...
        def __repr__(self, N_CHAR_MAX: int = 700) -> str: ...  # sklearn's name
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


def repr_of_parameters(estimator: Any, n_char_max: int) -> str:
    """An estimator as scikit-learn shows it, for a class that says more in its own ``__repr__``.

    Lines are broken for classes alone that have the ``__repr__`` of scikit-learn.
    """
    cls = type(estimator)
    plain = type(cls.__name__, (cls,), {"__repr__": base.BaseEstimator.__repr__})
    like: Any = object.__new__(plain)
    like.__dict__.update(vars(estimator))
    shown: str = base.BaseEstimator.__repr__(like, n_char_max)
    return shown
