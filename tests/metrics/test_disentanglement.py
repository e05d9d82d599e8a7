"""The report: all measures at once, and as numbers and text."""

import json

import pytest

from seqdisentangle.metrics import disentanglement_report


@pytest.fixture
def report(oracle, reader, factors):
    return disentanglement_report(oracle, *factors, reader, batch_size=64, random_state=0)


def test_oracle_scores_full_marks(report):
    assert report.data.motion == report.data.content == (1.0,)
    assert report.reconstruction.motion == report.reconstruction.content == (1.0,)
    assert report.content_drawn.motion == report.motion_drawn.content == (1.0,)
    assert report.swap.motion == report.swap.content == (1.0,)
    assert report.error.mean_squared == report.error.per_frame == 0
    assert report.samples.inception_score == pytest.approx(3, rel=0.02)
    assert report.real.inception_score == pytest.approx(3, rel=0.02)
    assert report.chance.motion == (pytest.approx(1 / 3),)
    assert report.chance.content == (0.25,)


def test_report_becomes_json_and_a_table(report):
    flat = json.loads(json.dumps(report.as_dict()))
    assert flat["swap_motion"] == flat["swap_content_0"] == 1.0
    assert flat["marginal_entropy"] == report.samples.marginal_entropy
    table = str(report).splitlines()
    assert any(line.startswith("swap") and "1.000" in line for line in table)
    assert len({len(line) for line in table[1:7]}) == 1  # columns line up
    for title, name in (
        ("Inception score", "inception_score"),
        ("H(y|x), nats", "conditional_entropy"),
    ):
        row = next(line for line in table if line.startswith(title))
        of_samples, of_data = (getattr(quality, name) for quality in (report.samples, report.real))
        assert row.split()[-2:] == [f"{of_samples:.3f}", f"{of_data:.3f}"]


def test_seed_determines_everything(oracle, reader, factors, report):
    again = disentanglement_report(oracle, *factors, reader, batch_size=64, random_state=0)
    assert again == report
