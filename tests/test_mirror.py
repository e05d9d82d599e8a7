"""Tests mirror the package: every module has a file of its own name."""

from pathlib import Path

import seqdisentangle

PACKAGE = Path(seqdisentangle.__file__).parent
TESTS = Path(__file__).parent
# Modules without a file of their own: the reason why.
WITHOUT: dict[str, str] = {}


def mirror_of(module):
    """The place of the tests of a module: ``room/_name.py`` has ``room/test_name.py``."""
    return module.with_name(f"test_{module.stem.strip('_')}.py")


def test_every_module_has_tests_of_its_own():
    modules = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}
    modules = {module for module in modules if module.name != "__init__.py"}
    missing = {str(m) for m in modules if not (TESTS / mirror_of(m)).is_file()}
    assert missing == set(WITHOUT)
