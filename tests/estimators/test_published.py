"""The estimator of the paper: nothing of this package's is in what it trains."""

import numpy as np
import pytest

from seqdisentangle import Actions, RecurrentWAE
from seqdisentangle.divergences import MMD, JensenShannon, ScaledMMD
from seqdisentangle.model.posteriors import RecurrentContentPosterior, RecurrentMotionPosterior

QUICK = {"content_size": 4, "motion_size": 2, "hidden_size": 16, "batch_size": 4, "max_epochs": 2}


def published(*args, **params):
    return RecurrentWAE.as_published(*args, **{**QUICK, "random_state": 0, **params})


@pytest.mark.parametrize(("reg", "content"), [("mmd", ScaledMMD), ("gan", JensenShannon)])
@pytest.mark.parametrize("kind", ["vectors", "videos"])
def test_nothing_is_added_to_the_paper(reg, content, kind, request):
    X = request.getfixturevalue(kind)
    model = published(reg).fit(X)
    assert [type(part) for part in model.divergences_[:2]] == [content, MMD]
    chosen = {name: model.choices_[f"{name}_weight"].value for name in ("content", "motion")}
    for record in model.history_:
        weighed = record["cost"] + sum(chosen[name] * record[name] for name in chosen)
        assert record["loss"] == pytest.approx(weighed, rel=1e-5)
        assert record["content"] != 0 != record["motion"]
        assert record["learning_rate"] == model.learning_rate
    fitted = model.model_
    assert fitted.prior.n_components == 1
    assert type(fitted.content) is RecurrentContentPosterior
    assert type(fitted.motion) is RecurrentMotionPosterior
    assert fitted.content.norm is None is fitted.motion.norm
    assert fitted.spec.network.generator == "concat"
    assert model.sample(2, n_steps=3, random_state=0).shape == (2, 3, *X.shape[2:])


def test_actions_are_those_of_the_paper(vectors):
    model = published("mmd", 3).fit(vectors)
    assert model.n_actions == Actions(3, kl="each", dynamics=False)
    assert all(record["action"] > 0 == record["dynamics"] for record in model.history_)
    assert set(model.predict(vectors)) <= {0, 1, 2}


def test_parameters_replace_those_of_the_paper():
    model = published("gan", independence_weight=1.0)
    assert (model.reg, model.independence_weight, model.content_size) == ("gan", 1.0, 4)
    assert RecurrentWAE.as_published().content_size == 256


def test_sequences_of_different_lengths_and_files(vectors, tmp_path):
    X = [vectors[i, : 3 + i % 3] for i in range(len(vectors))]
    model = published().fit(X)
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert np.array_equal(loaded.transform(X).content, model.transform(X).content)


@pytest.mark.parametrize("reg", ["kl", "auto", ("mmd", "mmd")])
def test_the_paper_has_two_models(reg):
    with pytest.raises(ValueError, match="as_published: reg must be 'mmd' or 'gan'"):
        RecurrentWAE.as_published(reg)
