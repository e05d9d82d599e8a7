"""Sphinx: the user guide, the reference, and the examples, run when the docs are built."""

import inspect
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]
# On a page a progress bar would be a line for each of its steps. Read when tqdm is imported.
os.environ.setdefault("TQDM_DISABLE", "1")

import at_hand
import attributes
import inventories
import public_names

import seqdisentangle

project = "seqdisentangle"
author = "The seqdisentangle developers"
version = release = seqdisentangle.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "accessible",
    "attributes",
    "changelog",
    "drawn_math",
    "registries",
    "short_names",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
html_theme = "furo"
html_title = f"{project} {version}"
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["results.css", "site.css"]
html_js_files = [("scrolled.js", {"defer": "defer"})]
html_show_copyright = False
html_math_renderer = "svg"  # of `_ext/drawn_math.py`

# The types stand in the sections of the docstrings, with shapes and units.
autodoc_typehints = "none"
maximum_signature_line_length = 88
autosummary_generate = True
autosummary_ignore_module_all = False
numpydoc_show_class_members = False


def members_of(name):
    """The members that the page of a class lists: see `_templates/autosummary/class.rst`."""
    module, _, attribute = name.rpartition(".")
    cls = getattr(sys.modules[module], attribute)
    described = {
        name for names, *_ in attributes.attributes_of(inspect.getdoc(cls) or "") for name in names
    }
    methods = public_names.methods(cls)
    return {
        "constants": [name for name in public_names.constants(cls) if name not in described],
        "methods": [name for name in methods if name not in described],
        "properties": [
            name for name in methods if isinstance(inspect.getattr_static(cls, name), property)
        ],
    }


autosummary_context = {"members_of": members_of}
# Sphinx cannot keep a function between builds, and reads all pages again: they are few.
suppress_warnings = ["config.cache"]

# The address first, and the few names that are linked to in `_ext/inventories.py` where there is
# no network.
intersphinx_mapping = inventories.mapping(HERE / "_build" / "inventories")
intersphinx_timeout = 5

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": at_hand.to_run(),
    "within_subsection_order": "gallery.InOrder",
    "download_all_examples": False,
    "matplotlib_animations": True,
    "reset_modules": ("matplotlib", "at_hand.lend"),
    "reset_modules_order": "both",
    "capture_repr": ("_repr_html_",),  # a display is a picture, its address in memory is none
    "remove_config_comments": True,
    "write_computation_times": False,  # a page by scripts of another server
}

# `sphinx -b linkcheck` asks for pages outside of this site, and needs a network. Left out is what
# answers only to browsers or to members.
linkcheck_ignore = [
    r"https://openreview\.net/.*",  # refuses what is no browser
    r"https://mug\.ee\.auth\.gr/.*",  # for licensed users
    r"http://localhost.*",
]
linkcheck_timeout = 20
linkcheck_workers = 4
linkcheck_anchors = False  # most pages make theirs by a script
