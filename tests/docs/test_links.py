"""The check of links finds those that lead nowhere, and lets others be."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / "docs" / "check_links.py"


def checked(folder, body):
    """The exit code and the output of the check of a site whose first page has a body."""
    (folder / "deep").mkdir()
    (folder / "deep" / "page.html").write_text('<a href="../index.html#here">up</a><b id="x y">')
    (folder / "a picture.png").touch()
    (folder / "index.html").write_text(f'<h1 id="here">Site</h1>{body}')
    command = [sys.executable, str(CHECK), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    "body",
    [
        '<a href="#here">1</a> <a href="#">2</a> <a href="#top">3</a>',
        '<a href="deep/page.html#x%20y">place</a> <a href="/deep/page.html">from the root</a>',
        '<img src="a%20picture.png"> <img srcset="a%20picture.png 2x">',
        '<a href="https://example.org/no#where">elsewhere</a> <a href="mailto:a@b.org">mail</a>',
        '<img src="data:image/png;base64,AAAA">',
        '<link rel="canonical" href="https://example.org/index.html">',
    ],
)
def test_links_that_lead_somewhere(body, tmp_path):
    code, said = checked(tmp_path, body)
    assert code == 0, said


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="gone.html">', "index.html: gone.html leads to no file"),
        ('<a href="deep/">', "index.html: deep/ leads to no file"),
        ('<a href="#there">', "index.html: #there names no place there"),
        ('<a href="deep/page.html#here">', "deep/page.html#here names no place there"),
        ('<a href="../other.html">', "../other.html leads out of the site"),
        ('<img src="gone.png">', "gone.png leads to no file"),
        ('<video poster="gone.png">', "gone.png leads to no file"),
        ('<img src="https://example.org/a.png">', "a.png is asked of another server"),
        ('<script src="//example.org/a.js"></script>', "a.js is asked of another server"),
        ('<link rel="stylesheet" href="https://example.org/a.css">', "is asked of another server"),
    ],
)
def test_links_that_lead_nowhere_are_named(body, fault, tmp_path):
    code, said = checked(tmp_path, body)
    assert code == 1
    assert fault in said


def test_a_folder_without_pages_is_no_site(tmp_path):
    command = [sys.executable, str(CHECK), str(tmp_path)]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 1
