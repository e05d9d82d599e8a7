"""The pages that document the names of other packages, for a build without a network.

Sphinx asks each package's own site for its inventory first. Where it cannot be reached it takes the
one that is written here, which has the names that this documentation links to and no others.
"""

from __future__ import annotations

import zlib
from pathlib import Path

# Site of a package, and the pages that document its names, by the role of the name.
SITES: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "python": (
        "https://docs.python.org/3/",
        {
            "py:class": {
                "str": "library/stdtypes.html#str",
                "dict": "library/stdtypes.html#dict",
                "list": "library/stdtypes.html#list",
                "tuple": "library/stdtypes.html#tuple",
            },
            "py:exception": {
                "FloatingPointError": "library/exceptions.html#FloatingPointError",
                "TypeError": "library/exceptions.html#TypeError",
                "ValueError": "library/exceptions.html#ValueError",
            },
        },
    ),
    "numpy": (
        "https://numpy.org/doc/stable/",
        {
            "py:class": {
                "numpy.ndarray": "reference/generated/numpy.ndarray.html#numpy.ndarray",
                "numpy.memmap": "reference/generated/numpy.memmap.html#numpy.memmap",
            },
        },
    ),
    "torch": (
        "https://docs.pytorch.org/docs/stable/",
        {
            "py:class": {
                "torch.Tensor": "tensors.html#torch.Tensor",
                "torch.Generator": "generated/torch.Generator.html#torch.Generator",
                "torch.nn.Module": "generated/torch.nn.Module.html#torch.nn.Module",
                "torch.utils.data.Dataset": "data.html#torch.utils.data.Dataset",
            },
        },
    ),
    "sklearn": (
        "https://scikit-learn.org/stable/",
        {
            "py:class": {
                "sklearn.pipeline.Pipeline": (
                    "modules/generated/sklearn.pipeline.Pipeline.html#sklearn.pipeline.Pipeline"
                ),
                "sklearn.utils.Bunch": (
                    "modules/generated/sklearn.utils.Bunch.html#sklearn.utils.Bunch"
                ),
                "sklearn.model_selection.GridSearchCV": (
                    "modules/generated/sklearn.model_selection.GridSearchCV.html"
                    "#sklearn.model_selection.GridSearchCV"
                ),
                "sklearn.model_selection.GroupKFold": (
                    "modules/generated/sklearn.model_selection.GroupKFold.html"
                    "#sklearn.model_selection.GroupKFold"
                ),
            },
            "py:function": {
                "sklearn.datasets.load_digits": (
                    "modules/generated/sklearn.datasets.load_digits.html"
                    "#sklearn.datasets.load_digits"
                ),
                "sklearn.metrics.normalized_mutual_info_score": (
                    "modules/generated/sklearn.metrics.normalized_mutual_info_score.html"
                    "#sklearn.metrics.normalized_mutual_info_score"
                ),
            },
            "std:label": {
                "df_output_transform": "modules/df_output_transform.html#df-output-transform",
                "sphx_glr_auto_examples_miscellaneous_plot_set_output.py": (
                    "auto_examples/miscellaneous/plot_set_output.html"
                    "#sphx-glr-auto-examples-miscellaneous-plot-set-output-py"
                ),
            },
        },
    ),
    "matplotlib": (
        "https://matplotlib.org/stable/",
        {
            "py:class": {
                "matplotlib.axes.Axes": (
                    "api/_as_gen/matplotlib.axes.Axes.html#matplotlib.axes.Axes"
                ),
                "matplotlib.figure.Figure": (
                    "api/_as_gen/matplotlib.figure.Figure.html#matplotlib.figure.Figure"
                ),
                "matplotlib.animation.FuncAnimation": (
                    "api/_as_gen/matplotlib.animation.FuncAnimation.html"
                    "#matplotlib.animation.FuncAnimation"
                ),
            },
        },
    ),
}


def mapping(folder: Path) -> dict[str, tuple[str, tuple[str | None, str]]]:
    """Write the inventories to a folder; return ``intersphinx_mapping``."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for package, (site, names) in SITES.items():
        path = folder / f"{package}.inv"
        path.write_bytes(inventory(package, names))
        found[package] = (site, (None, str(path)))
    return found


def inventory(package: str, names: dict[str, dict[str, str]]) -> bytes:
    """The bytes of an ``objects.inv`` of version 2."""
    head = (
        f"# Sphinx inventory version 2\n# Project: {package}\n# Version: \n"
        "# The remainder of this file is compressed using zlib.\n"
    )
    lines = [
        f"{name} {role} 1 {page} {title(role, name)}\n"
        for role, pages in names.items()
        for name, page in pages.items()
    ]
    return head.encode() + zlib.compress("".join(lines).encode())


def title(role: str, name: str) -> str:
    """The text of a link: the name itself, or words in place of a label."""
    return "User Guide" if role == "std:label" else "-"
