"""A job that is killed goes on where it was, and ends as one that was not."""

import pytest

from seqdisentangle import RecurrentWAE
from tests.benchmarks.paper import jobs
from tests.benchmarks.paper.cases import SYSTEMS, Case, System
from tests.benchmarks.paper.jobs import run_case
from tests.benchmarks.paper.records import read_record

pytestmark = pytest.mark.integration

CASE = Case("digits", "conv", "mmd", 0)


@pytest.fixture(autouse=True)
def no_figures(monkeypatch):
    monkeypatch.setattr(jobs, "draw_figures", lambda *_: None)


class Kill:
    """Ends a training after its first epoch."""

    def on_epoch_end(self, *_):
        raise KeyboardInterrupt


def test_a_case_that_is_killed_in_training_ends_as_one_that_is_not(
    tmp_path, tiny, budget, monkeypatch
):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    run_case(CASE, budget, tiny, whole)
    with monkeypatch.context() as patch:
        stopped = System("", lambda **p: RecurrentWAE(**p, callbacks=Kill()), {"reg": "mmd"})
        patch.setitem(SYSTEMS, "mmd", stopped)
        with pytest.raises(KeyboardInterrupt):
            run_case(CASE, budget, tiny, killed)
    assert read_record(killed, CASE, budget) is None
    assert len(list(killed.glob("checkpoints/*/epoch-*"))) > 0
    run_case(CASE, budget, tiny, killed)
    expected, found = (read_record(folder, CASE, budget) for folder in (whole, killed))
    assert found["measures"] == expected["measures"]
    assert (found["n_epochs"], found["minutes"]) == (2, None)
    assert expected["minutes"] > 0


def test_the_model_stays_and_its_checkpoints_do_not(tmp_path, tiny, budget):
    run_case(CASE, budget, tiny, tmp_path)
    model = RecurrentWAE.load(tmp_path / "models" / f"{CASE.name}.safetensors")
    assert model.n_epochs_ == 2
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_a_model_without_codes_has_a_record(tmp_path, tiny, budget):
    case = Case("digits", "resnet", "mocogan", 1)
    run_case(case, budget, tiny, tmp_path)
    assert read_record(tmp_path, case, budget)["measures"] == {}
