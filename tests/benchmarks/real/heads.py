"""Linear heads on codes: the downstream tables of the papers."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqdisentangle.metrics import chance
from seqdisentangle.metrics._probing import splits
from seqdisentangle.metrics._representations import courses

from .data import RealData

STRENGTHS = np.logspace(-2, 2, 5)  # inverse to the penalty
WEIGHTS = 1.0, 0.3, 0.1, 0.03  # of motion beside content
N_FOLDS = 3


def heads(model: Any, data: RealData) -> dict[str, float]:
    """Held-out scores of linear heads on content, on motion, and on both.

    Of motion a head is given means and deviations over time and four points of the course. The
    score is the accuracy; of what is foretold, the area under the curve of the receiver, and that
    of precision and recall in measures that begin with ``precision``.
    """
    train, test = (features(model.transform(X)) for X in (data.X, data.X_test))
    measures = {}
    for prefix, (y, y_test) in data.prefixed_labels:
        measures |= {
            f"{prefix}head_chance": 0.5 if data.foretold else chance(y_test),
            **({f"{prefix}precision_chance": float(y_test.mean())} if data.foretold else {}),
        }
        for name, z in train.items():
            beside = train["content"].shape[1] if name == "both" else None
            head = fitted(z, y, data.groups, beside=beside)
            found = scores(head, test[name], y_test, foretold=data.foretold)
            measures |= {f"{prefix}{score}_{name}": value for score, value in found.items()}
    return measures


def features(codes: Any) -> dict[str, np.ndarray]:
    """Content, motion and both as rows of numbers, one a sequence."""
    content = np.asarray(codes.content, np.float64)
    motion = courses([np.asarray(z, np.float64) for z in codes.motion])
    return {"content": content, "motion": motion, "both": np.hstack([content, motion])}


def fitted(
    z: np.ndarray, y: np.ndarray, groups: np.ndarray | None = None, *, beside: int | None = None
) -> Any:
    """A logistic regression whose penalty is chosen on parts of the sequences, left out in turn.

    Parts are groups, or else random thirds. What stands ``beside`` the first so many numbers counts
    less where that foretells better, by a weight that is chosen with the penalty.
    """
    parts = {"codes": slice(0, None)}
    if beside is not None:
        parts = {"codes": slice(0, beside), "beside": slice(beside, None)}
    weights = WEIGHTS if beside is not None else (1.0,)
    return max((_fitted(z, y, groups, parts, weight) for weight in weights), key=_held_out)


def _fitted(
    z: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray | None,
    parts: dict[str, slice],
    weight: float,
) -> Any:
    units = ColumnTransformer(
        [(name, StandardScaler(), columns) for name, columns in parts.items()],
        transformer_weights={"beside": weight} if "beside" in parts else None,
    )
    head = GridSearchCV(
        LogisticRegression(tol=1e-3, max_iter=500),
        {"C": STRENGTHS},
        cv=splits(y, groups, N_FOLDS, np.random.RandomState(0)),
        scoring="roc_auc" if len(np.unique(y)) == 2 else "accuracy",
    )
    # Where numbers are more than sequences, the components say all that a linear head can use.
    return make_pipeline(units, PCA(svd_solver="full"), head).fit(z, y)


def _held_out(head: Any) -> float:
    """The best score of a pipeline on the parts that were left out."""
    return float(head[-1].best_score_)


def scores(head: Any, z: np.ndarray, y: np.ndarray, *, foretold: bool) -> dict[str, float]:
    """Scores of a fitted classifier by the beginnings of the names of their measures."""
    if not foretold:
        return {"head": float(np.mean(head.predict(z) == y))}
    p = head.predict_proba(z)[:, 1]
    return {
        "head": float(roc_auc_score(y, p)),
        "precision": float(average_precision_score(y, p)),
    }
