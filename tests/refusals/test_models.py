"""Models whose answers are no answers: every metric names the method that gave them."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle import metrics

N, T, D = 12, 6, 3
X = np.random.RandomState(0).normal(size=(N, T, D)) + np.arange(N)[:, None, None] % 2
Y = np.arange(N) % 2


class Model:
    """A model that separates levels from courses, one of whose answers is changed.

    Parameters
    ----------
    wrong : str, optional
        The verb, or the code, whose answer it is.
    change : callable, optional
        Of the answer.
    """

    def __init__(self, wrong=None, change=None):
        self.wrong, self.change = wrong, change

    def given(self, name, answer):
        return self.change(answer) if name == self.wrong else answer

    def transform(self, X):
        X = np.asarray(X)
        content = self.given("content", X.mean(1))
        return SimpleNamespace(content=content, motion=self.given("motion", X - X.mean(1)[:, None]))

    def inverse_transform(self, codes):
        return self.given("inverse_transform", codes[1] + codes[0][:, None])

    def reconstruct(self, X):
        return self.given("reconstruct", X)

    def swap(self, a, b):
        made = [
            self.given("swap", x - x.mean(1)[:, None] + y.mean(1)[:, None])
            for x, y in ((a, b), (b, a))
        ]
        return SimpleNamespace(a_motion_b_content=made[0], a_content_b_motion=made[1])

    def sample(self, n_samples, n_steps=T, *, content=None, motion=None, **told):
        return self.given("sample", np.ones((n_samples, n_steps, D)) * np.arange(D))


class Judge:
    """A judge of the level, as of one label or two."""

    def __init__(self, n_tasks=1):
        self.n_tasks = n_tasks

    def predict(self, X):
        shown = np.array([np.mean(x) > 0.5 for x in X], int)
        return shown if self.n_tasks == 1 else np.column_stack([shown] * self.n_tasks)

    def predict_proba(self, X):
        return [np.full((len(X), 2), 0.5)] * self.n_tasks


def fewer(x):
    return x[:-1]


def narrower(x):
    return x[..., :-1]


def not_finite(x):
    return np.asarray(x) * np.nan


def nothing(x):
    return None


MEASURES = {
    "consistency": (
        lambda m: metrics.consistency(m, Model(), X, random_state=0),
        {"content", "motion"},
    ),
    "content_stability": (lambda m: metrics.content_stability(m, X), {"content", "motion"}),
    "leak_matrix": (lambda m: metrics.leak_matrix(m, X, Y, random_state=0), {"content", "motion"}),
    "downstream": (lambda m: metrics.downstream(m, X, Y, random_state=0), {"content", "motion"}),
    "verification": (lambda m: metrics.verification(m, X, Y), {"content", "motion"}),
    "separation": (
        lambda m: metrics.separation(m, X, random_state=0),
        {"content", "motion", "reconstruct", "swap", "sample"},
    ),
    "separation_scorer": (lambda m: metrics.separation_scorer(m, X), {"swap"}),
    "report": (
        lambda m: metrics.report(m, X, {"y": Y}, random_state=0),
        {"content", "motion", "reconstruct", "swap", "sample"},
    ),
    "report with a judge": (
        lambda m: metrics.report(m, X, {"y": Y}, judge=Judge(), random_state=0),
        {"content", "motion", "reconstruct", "swap", "sample"},
    ),
    "reconstruction_error": (lambda m: metrics.reconstruction_error(m, X), {"reconstruct"}),
    "reconstruction_quality": (lambda m: metrics.reconstruction_quality(m, X), {"reconstruct"}),
    "swap_distance": (lambda m: metrics.swap_distance(m, (X, X[::-1]), embed=abs), {"swap"}),
    "factor_swap": (
        lambda m: metrics.factor_swap(m, X, X[::-1], [0]),
        {"content", "motion", "inverse_transform"},
    ),
    "sample_quality": (lambda m: metrics.sample_quality(m, Judge(), 6, T), {"sample"}),
    "action_consistency": (
        lambda m: metrics.action_consistency(m, Judge(), 2, T, n_samples=5),
        {"sample"},
    ),
}
OF_LABELS = {
    "reconstruction_accuracy": "reconstruct",
    "swap_accuracy": "swap",
    "content_drawn_accuracy": "sample",
    "motion_drawn_accuracy": "sample",
}
for _name, _verb in OF_LABELS.items():
    _function = getattr(metrics, _name)
    MEASURES[_name] = (lambda m, f=_function: f(m, X, Y, Y, Judge(2)), {_verb})
# Of frames, measures may take what they can: NaN of a reconstruction is in its error.
CHANGES = {
    "content": [fewer, not_finite, nothing, np.ravel],
    "motion": [fewer, not_finite, nothing],
    "reconstruct": [fewer, nothing],
    "swap": [fewer, nothing],
    "sample": [fewer, nothing],
    "inverse_transform": [fewer, nothing],
}
# Of these, measures that look at frames themselves take no narrower ones.
FRAMES = ("reconstruct", "swap", "sample")
LOOKING = ("separation", "separation_scorer", "report", "report with a judge")
ROWS = [
    pytest.param(name, wrong, change, id=f"{name}-{wrong}-{change.__name__}")
    for name, (_, verbs) in MEASURES.items()
    for wrong in sorted(verbs)
    for change in [
        *CHANGES[wrong],
        *([narrower] if name in LOOKING and wrong in FRAMES else []),
    ]
]


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_takes_a_model_whose_answers_are_right(name):
    MEASURES[name][0](Model())


@pytest.mark.parametrize(("name", "wrong", "change"), ROWS)
def test_a_wrong_answer_is_named(name, wrong, change):
    verb = "transform" if wrong in ("content", "motion") else wrong
    with pytest.raises(ValueError, match=rf"model(\.{verb})? must (give|return)"):
        MEASURES[name][0](Model(wrong, change))
