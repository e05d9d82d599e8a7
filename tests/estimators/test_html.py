"""The picture of an estimator in a notebook."""

from html import escape, unescape

import pytest
import sklearn

from seqdisentangle import RecurrentWAE
from seqdisentangle.estimators._choices import Choice
from seqdisentangle.estimators._html import table_of_choices


@pytest.fixture(scope="module")
def fitted(small, vectors):
    return small().fit(vectors)


def test_a_fitted_estimator_shows_every_choice_and_its_reason(fitted):
    shown = fitted._repr_html_()
    for name, choice in fitted.choices_.items():
        assert f"<code>{name}</code>" in shown
        assert choice.reason in unescape(shown)
    assert f"{len(fitted.choices_)} parameters</summary>" in shown
    assert fitted._repr_mimebundle_()["text/html"].endswith("</details>")


def test_values_are_no_markup():
    value = "<b>x</b>"
    shown = table_of_choices({"network": Choice(value, "a < b")})
    assert value not in shown
    assert escape(repr(value)) in shown
    assert "a &lt; b" in shown


def test_one_that_is_not_fitted_is_shown_as_scikit_learn_shows_it():
    shown = RecurrentWAE(max_epochs=3)._repr_html_()
    assert "RecurrentWAE" in shown
    assert "Chosen by the data" not in shown


def test_the_display_of_scikit_learn_is_kept(fitted):
    with sklearn.config_context(display="text"):
        assert not hasattr(fitted, "_repr_html_")
        assert "text/html" not in fitted._repr_mimebundle_()


def test_the_verdict_is_shown_once_a_fit_has_found_it(fitted, small, vectors, capsys):
    assert "separation 0" not in fitted._repr_html_()
    model = small(verbose=1).fit(vectors)
    line = capsys.readouterr().out.splitlines()[-1].removeprefix("RecurrentWAE: ")
    assert f"<p>{escape(line)}</p>" in model._repr_html_()
    assert "<p>separation" not in model.set_params(verbose=0).fit(vectors)._repr_html_()
