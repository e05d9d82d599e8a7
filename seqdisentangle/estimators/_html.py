"""The picture of an estimator in a notebook: scikit-learn's, the verdict, what the data chose."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ._sklearn import BaseEstimator

__all__ = ["ShownEstimator"]

_LONGEST = 60  # letters of a value


class ShownEstimator(BaseEstimator):
    """An estimator that shows in a notebook how it was fitted, and what was chosen by the data."""

    def _repr_html_inner(self) -> str:
        picture = str(super()._repr_html_inner())
        # Found by `fit` with verbose=1; nothing is computed for a picture.
        if verdict := getattr(self, "_verdict", None):
            picture += f"<p>{escape(verdict)}</p>"
        return picture + table_of_choices(getattr(self, "choices_", {}))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        bundle: dict[str, str] = super()._repr_mimebundle_(**kwargs)
        if "text/html" in bundle:
            bundle["text/html"] = self._repr_html_inner()
        return bundle


def table_of_choices(choices: Mapping[str, Any]) -> str:
    """A table of parameters, their values and the reasons, folded; empty of no choice."""
    if not choices:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td><code>{escape(shortened(choice.value))}"
        f'</code></td><td style="text-align:left">{escape(choice.reason)}</td></tr>'
        for name, choice in choices.items()
    )
    return (
        f"<details><summary>Chosen by the data: {len(choices)} parameters</summary><table><thead>"
        "<tr><th>parameter</th><th>value</th><th>reason</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def shortened(value: Any) -> str:
    """A value as it is written, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
