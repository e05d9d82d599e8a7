import numpy as np

from seqdisentangle import DSVAE, RecurrentWAE

QUICK = "--set hidden_size=16 --set max_epochs=2 --set content_size=4 --set motion_size=2"


def test_the_model_is_that_of_the_estimator_with_these_parameters(run, here, small, vectors):
    code, out, err = run(
        f"fit X.npy --seed 0 --out own.safetensors --set training__ema=0.9 {QUICK}"
    )
    assert (code, out.splitlines()[-1]) == (0, "own.safetensors: RecurrentWAE after 2 epochs")
    found = RecurrentWAE.load(here / "own.safetensors").transform(vectors)
    expected = small(batch_size="auto", training__ema=0.9).fit(vectors).transform(vectors)
    np.testing.assert_array_equal(found.motion, expected.motion)
    assert "2/2" in err, "progress"


def test_the_estimator_is_chosen_by_its_name_and_progress_left_out(run, here):
    code, _, err = run(f"fit X.npy --estimator DSVAE --quiet {QUICK}")
    assert (code, err) == (0, "")
    assert DSVAE.load(here / "model.safetensors").n_epochs_ == 2


def test_a_training_goes_on_from_its_checkpoint_and_from_no_other(run, here, vectors):
    start = f"fit X.npy --quiet --set checkpoint=kept {QUICK}"
    assert run(f"{start} --seed 0")[0] == 0
    first = RecurrentWAE.load("model.safetensors")
    assert run(f"{start} --seed 0 --resume")[0] == 0
    resumed = RecurrentWAE.load("model.safetensors")
    np.testing.assert_array_equal(resumed.transform(vectors), first.transform(vectors))
    code, _, err = run(f"{start} --seed 1 --resume")
    assert (code, "random_state" in err) == (2, True)
