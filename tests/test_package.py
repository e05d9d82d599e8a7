"""The package itself: its public names, and its version with and without an installation."""

import importlib
import importlib.metadata

import pytest

import seqdisentangle


def test_every_public_name_is_there():
    assert [name for name in seqdisentangle.__all__ if not hasattr(seqdisentangle, name)] == []


def test_a_checkout_that_is_not_installed_has_a_version(monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    with monkeypatch.context() as patched:
        patched.setattr(importlib.metadata, "version", absent)
        assert importlib.reload(seqdisentangle).__version__ == "0+unknown"
    assert importlib.reload(seqdisentangle).__version__ == importlib.metadata.version(
        "seqdisentangle"
    )


@pytest.mark.parametrize("name", seqdisentangle.__all__)
def test_public_names_are_those_of_the_two_upper_rooms(name):
    from seqdisentangle import estimators, explorer

    room = explorer if name in explorer.__all__ else estimators
    if name != "__version__":
        assert getattr(seqdisentangle, name) is getattr(room, name)
