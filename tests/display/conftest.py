"""Figures drawn without a screen, and closed before and after each test."""

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def no_figure_is_left():
    plt.close("all")  # those of doctests that the same process has run
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def vector_model(small, vectors):
    return small().fit(vectors)


@pytest.fixture(scope="session")
def video_model(small, videos):
    return small().fit(videos)
