"""Jobs: a case trained, measured and drawn, from where a run that was killed left it."""

from __future__ import annotations

import shutil
import time
import warnings
from pathlib import Path
from typing import Any

import seqdisentangle

from .._common import build, machine
from .._results import hardware
from .cases import SYSTEMS, Budget, Case, digest
from .data import PaperData
from .figures import draw_figures
from .records import write_record


def run_case(case: Case, budget: Budget, data: PaperData, folder: Path) -> None:
    """Train a model, or go on where it was cut short; measure and draw it; write the record last.

    Checkpoints are of these settings alone, and go once the record is there.
    """
    kept = folder / "checkpoints" / f"{case.name}-{digest(case.settings(budget))}"
    resumed = any(kept.glob("epoch-*"))
    model = build(SYSTEMS[case.system].make, {**case.params(budget), "checkpoint": kept})
    start = time.perf_counter()
    fit_whole(model, data.X)
    seconds = time.perf_counter() - start
    measures = data.measure(model, case.seed)
    draw_figures(model, data, folder / "figures", case.name, case.seed)
    models = folder / "models"
    models.mkdir(parents=True, exist_ok=True)
    model.save(models / f"{case.name}.safetensors")
    outcome = {
        "measures": {name: float(value) for name, value in measures.items()},
        "n_epochs": int(model.n_epochs_),
        # Of a training that was cut short, only the time of its last part is known.
        "minutes": None if resumed else seconds / 60,
        "hardware": hardware(),
        "device": str(model.device_),
        "seqdisentangle": seqdisentangle.__version__,
        **machine(),
    }
    write_record(folder, case, budget, outcome)
    shutil.rmtree(kept)


def fit_whole(model: Any, X: Any) -> None:
    """Fit to the end, or raise what cut it short."""
    with warnings.catch_warnings():
        # Ctrl-C leaves a model of what was learned so far, which is no result.
        warnings.filterwarnings("error", "fit was interrupted", UserWarning)
        try:
            model.fit(X, resume=True)
        except UserWarning as warning:
            raise KeyboardInterrupt from warning
