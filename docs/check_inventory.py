"""Check that the built documentation has an entry for every public name and method.

Run as ``python docs/check_inventory.py docs/_build/html/objects.inv``. It ends with 1 if one is
missing.
"""

import inspect
import sys
from pathlib import Path

from sphinx.util.inventory import InventoryFile

sys.path.insert(0, str(Path(__file__).resolve().parent / "_ext"))

import attributes
import public_names


def expected():
    """Every name that must have an entry, members of classes included."""
    for name, value in public_names.public_names():
        yield name
        if inspect.isclass(value):
            described = attributes.attributes_of(inspect.getdoc(value) or "")
            members = [attribute for names, *_ in described for attribute in names]
            members += public_names.methods(value) + public_names.constants(value)
            yield from (f"{name}.{member}" for member in members)


def main():
    """Print what is missing; return 1 if anything is."""
    path = Path(sys.argv[1])
    inventory = InventoryFile.loads(path.read_bytes(), uri="")
    found = {name for role, names in inventory.data.items() if role[:3] == "py:" for name in names}
    names = list(dict.fromkeys(expected()))
    missing = [name for name in names if name not in found]
    for name in missing:
        print(f"no entry in {path}: {name}")
    print(f"{len(names) - len(missing)} of {len(names)} public names and members have an entry")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
