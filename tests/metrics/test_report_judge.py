"""Rows of a judge: kept codes, swaps and samples, beside its own errors."""

import numpy as np
import pytest

from seqdisentangle.metrics import classification_error, report, sample_quality, swap_accuracy
from seqdisentangle.metrics._report_judge import probabilities


@pytest.fixture
def labelled(factors):
    X, motion, content = factors
    order = np.random.RandomState(0).permutation(len(X))
    return X[order], {"act": motion[order], "who": content[order]}


def judged(table, *titles):
    return {(r["measure"], r["of"]): r for r in table.records if r["measure"].startswith(titles)}


KEPT = ("classification error", "swap shows", "Inception", "H(y")


def values(model, labelled, reader):
    found = judged(report(model, *labelled, judge=reader, n_folds=2, random_state=0), *KEPT)
    return {title: row["value"] for title, row in found.items()}


def test_an_oracle_shows_what_is_kept_and_nothing_else(oracle, labelled, reader):
    found = values(oracle, labelled, reader)
    assert found["classification error of act", "motion kept"] == 0
    assert found["classification error of who", "content kept"] == 0
    assert found["classification error of act", "content kept"] == pytest.approx(2 / 3, abs=0.05)
    assert found["classification error of who", "motion kept"] == pytest.approx(3 / 4, abs=0.05)
    assert found["swap shows act", "motion donor"] == found["swap shows who", "content donor"] == 1
    assert found["swap shows act", "content donor"] == found["swap shows who", "motion donor"] == 0
    assert found["Inception score of who", "samples"] == pytest.approx(4, abs=0.05)
    assert found["H(y given x) of act", "samples"] == 0


def test_content_that_says_all_is_seen(entangled, labelled, reader):
    found = values(entangled, labelled, reader)
    assert found["classification error of act", "content kept"] == 0
    assert found["swap shows act", "content donor"] == 1


def test_rows_agree_with_the_functions_and_stand_beside_the_judges_own_errors(
    oracle, labelled, reader
):
    X, y = labelled
    table = report(oracle, X, y, judge=reader, n_folds=2, random_state=0)
    rows = judged(table, *KEPT)
    of_act = rows["classification error of act", "motion kept"]
    paper = classification_error(oracle, X, y["act"], y["who"], reader, random_state=1)
    assert of_act["value"] == paper.motion[0].mean
    assert (of_act["data"], of_act["reconstructions"]) == (0, 0)
    assert of_act["chance"] == pytest.approx(2 / 3)
    swaps = swap_accuracy(oracle, X, y["act"], y["who"], reader, random_state=1)
    assert rows["swap shows who", "content donor"]["value"] == swaps.content[0]
    quality = sample_quality(oracle, reader, len(X), 5, task=1, random_state=1)
    row = rows["Inception score of who", "samples"]
    assert row["value"] == pytest.approx(quality.inception_score, abs=5 * row["standard_error"])
    assert row["data"] == pytest.approx(4)


def test_numbers_are_left_to_the_probes(oracle, labelled, reader):
    X, y = labelled
    with_size = y | {"size": np.random.RandomState(0).normal(size=len(X))}
    rows = judged(report(oracle, X, with_size, judge=reader, n_folds=2, random_state=0), *KEPT)
    assert not [title for title, _ in rows if "size" in title]


def test_a_judge_of_other_labels_is_refused(reader):
    with pytest.raises(ValueError, match="judge must know 3 labels, those of y, got 2"):
        probabilities(reader, np.zeros((2, 4, 2), int), 3)
