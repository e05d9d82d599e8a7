"""Extensions of the documentation, which are no package."""

import importlib
import sys
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"


@pytest.fixture(scope="module")
def extension():
    """Import an extension by its name."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXTENSIONS))
        yield importlib.import_module
    for name in set(sys.modules) - before:
        if (EXTENSIONS / f"{name}.py").is_file():
            del sys.modules[name]
