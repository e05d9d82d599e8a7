"""The contract of a refused call: an error of its type, the name at fault, nothing changed."""

import inspect
import re

import numpy as np
import pytest
import torch


def state_of(estimator):
    """All that an estimator holds, weights as numbers, in a form that has an equality."""
    held = dict(vars(estimator))
    model = held.pop("model_", None)
    divergences = held.pop("divergences_", None)
    modules = [part for part in (model, *(divergences or ())) if part is not None]
    weights = [v.clone() for part in modules for v in part.state_dict().values()]
    return repr(held), weights


def drawn_so_far():
    """The states of the global generators of numpy and torch."""
    of_numpy = np.random.get_state(legacy=False)  # noqa: NPY002  # the one that None stands for
    return repr(of_numpy), torch.random.get_rng_state().tolist()


def check_named(call, name, error=(ValueError, TypeError), told=""):
    """Check that a call raises an error that names a parameter, and draws no random numbers."""
    drawn = drawn_so_far()
    with pytest.raises(error, match=rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])") as caught:
        call()
    assert re.search(told, str(caught.value)), str(caught.value)
    assert drawn_so_far() == drawn


def check_refused(estimator, call, name, error, told=""):
    """Check that a call raises an error that names a parameter, and changes no estimator."""
    settings, weights = state_of(estimator)
    check_named(call, name, error, told)
    after, weights_after = state_of(estimator)
    assert after == settings
    assert all(map(torch.equal, weights, weights_after))


def public_methods(cls):
    """The verbs of an estimator, without what scikit-learn makes of their signatures."""
    for name, method in inspect.getmembers(cls, callable):
        if not (name.startswith(("_", "set_")) or name in ("get_params", "get_metadata_routing")):
            yield name, method


def shown(value):
    """A value in the name of a test, short and the same in every process."""
    if isinstance(value, np.ndarray | torch.Tensor):
        return f"{type(value).__name__} {tuple(value.shape)} {value.dtype}"
    if isinstance(value, list | tuple) and any(hasattr(part, "shape") for part in value):
        return f"{type(value).__name__} of {', '.join(map(shown, value))}"
    plain = isinstance(value, type | str) or type(value).__repr__ is not object.__repr__
    return getattr(value, "__name__", repr(value)) if plain else type(value).__name__
