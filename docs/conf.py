"""Sphinx: the user guide, the reference, and the examples, run when the docs are built."""

import seqdisentangle

project = "seqdisentangle"
author = "The seqdisentangle developers"
version = release = seqdisentangle.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
autosummary_generate = True
numpydoc_show_class_members = False
html_theme = "furo"
exclude_patterns = ["_build"]
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": ".*",
    "download_all_examples": False,
}
