import json
import re

import numpy as np
import pytest

pytest.importorskip("matplotlib")


def names_of(page):
    """The names of the sequences in a page."""
    (data,) = re.findall(
        r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL
    )
    return json.loads(data)["names"]


def test_a_page_shows_sequences_from_all_over_the_data(run, here):
    code, out, err = run("explore X.npy --n 3 --seed 0")
    assert (code, err) == (0, "")
    assert out == "swap.html: swaps of sequences 0, 3, 6, to open in a browser\n"
    assert names_of((here / "swap.html").read_text()) == ["0", "3", "6"]


def test_labels_of_any_file_are_names(run, here, vectors):
    lines = "\n".join(f"{i},{'ab'[i % 2]}" for i in range(len(vectors)))
    (here / "labels.csv").write_text(f"number,letter\n{lines}\n")
    np.save("labels.npy", np.arange(len(vectors)) / 2)
    assert run("explore X.npy --n 3 --labels labels.csv")[0] == 0
    assert names_of((here / "swap.html").read_text()) == ["0, a", "3, b", "6, a"]
    assert run("explore X.npy --n 3 --labels labels.npy --out page.html")[0] == 0
    assert names_of((here / "page.html").read_text()) == ["0", "1.5", "3"]


def test_too_few_labels_are_refused(run, here):
    np.save("labels.npy", np.arange(3))
    code, _, err = run("explore X.npy --labels labels.npy")
    assert code == 2
    assert "'labels.npy' has 3 labels, expected one for each sequence of 'X.npy'" in err
    assert not (here / "swap.html").exists()
