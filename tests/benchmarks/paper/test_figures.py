"""Figures are written, and those of codes only where there are any."""

import pytest

from tests.benchmarks.paper.figures import draw_figures

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def headless():
    import matplotlib

    matplotlib.use("agg")


def test_every_figure_of_a_model_with_codes(tmp_path, tiny, copy):
    from matplotlib import pyplot

    draw_figures(copy, tiny, tmp_path / "new", "case", 0)
    names = {"case-map.png", "case-samples-100.png", "case-swaps-12.png", "case-swaps-6.png"}
    assert {path.name for path in (tmp_path / "new").iterdir()} == names
    assert all(path.stat().st_size > 1000 for path in (tmp_path / "new").iterdir())
    assert pyplot.get_fignums() == []


def test_a_model_without_an_encoder_has_samples_alone(tmp_path, tiny, copy):
    sampler = type("Sampler", (), {"sample": copy.sample})()
    draw_figures(sampler, tiny, tmp_path, "case", 0)
    assert [path.name for path in tmp_path.iterdir()] == ["case-samples-100.png"]
