"""The release: one, for the package and for the files that it writes."""

from importlib.metadata import version

from safetensors import safe_open

import seqdisentangle
from seqdisentangle.persistence import save_file


def test_the_release_is_the_installed_one_and_stands_in_every_file(tmp_path):
    assert seqdisentangle.__version__ == version("seqdisentangle")
    save_file(tmp_path / "file", {}, {})
    with safe_open(tmp_path / "file", framework="pt") as file:
        assert file.metadata()["seqdisentangle.release"] == seqdisentangle.__version__
