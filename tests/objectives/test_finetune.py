"""The objective of fine-tuning: the cost of the frames and the likelihood of the codes."""

import pytest
import torch
from torch import nn
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from seqdisentangle.data.batches import Batch
from seqdisentangle.data.packing import Packing
from seqdisentangle.model.core import build_model
from seqdisentangle.model.latent import LatentCodes
from seqdisentangle.objectives.finetune import FineTuning
from tests.training._finetuning import (
    SPECS,
    VECTORS,
    data,
    each_spec,
    loss_of,
    objective_of,
    seeded,
)


@each_spec
def test_recurrences_that_learn_are_in_training_mode(spec):
    # On a GPU cuDNN goes back through no other; everything else is as transform has it.
    model = build_model(spec, 0)
    loss_of(model, data(spec, 4), seeded())
    training = {name for name, module in model.named_modules() if module.training}
    learning = {name for name in training if isinstance(model.get_submodule(name), nn.RNNBase)}
    assert learning == {"prior.lstm"}
    assert {name.split(".")[0] for name in training} == {"prior"}


@each_spec
@pytest.mark.parametrize("lengths", [None, (4, 1, 3, 2)], ids=["whole", "ragged"])
def test_the_loss_is_the_cost_of_the_frames_and_the_likelihood_that_torch_has(spec, lengths):
    model = build_model(spec, 0)
    x = data(spec, 4)
    observed = torch.rand(x.shape, generator=seeded(4)) < 0.8
    lengths = None if lengths is None else torch.tensor(lengths)
    objective = FineTuning(objective_of(spec))
    loss, compared = objective(model, Batch(x, lengths, observed=observed), seeded())
    assert compared == []

    generator = seeded()
    how = {} if lengths is None else {"packing": Packing.of(lengths, x.shape[1], x.device)}
    with torch.no_grad():
        content = model.eval().content(x, generator, **how).value
        z = model.motion(x, generator, **how).value
        action = model.act(z, generator, lengths=lengths)
        a = None if action is None else action.value
        steps = model.prior.steps(z, a)
        frames = model.decode(LatentCodes(content, z, a))
    n_real = lengths.tolist() if lengths is not None else [x.shape[1]] * len(x)
    real = [(i, t) for i, n in enumerate(n_real) for t in range(n)]
    cost = sum((frames - x)[it][observed[it]].square().mean().nan_to_num() for it in real) / len(x)
    torch.testing.assert_close(loss.parts["cost"], cost)

    mixture = MixtureSameFamily(
        Categorical(logits=steps.log_weight),
        Independent(Normal(steps.mean, (0.5 * steps.log_var).exp()), 1),
    )
    log_prob = mixture.log_prob(z)
    likelihood = -sum(log_prob[it] for it in real) / len(x)
    torch.testing.assert_close(loss.parts["likelihood"], likelihood)
    torch.testing.assert_close(loss.total, cost + likelihood)


def test_known_actions_are_taken_as_they_are():
    model = build_model(SPECS["actions"], 0)
    x = data(model.spec)
    losses = [
        loss_of(model, x, seeded(), labels=torch.full((len(x),), label)) for label in (0, 1, 1)
    ]
    assert losses[0].parts["cost"] != losses[1].parts["cost"]
    assert losses[0].parts["likelihood"] != losses[1].parts["likelihood"]
    assert losses[1] == losses[2]


def test_as_many_frames_are_decoded_as_a_step_of_training_has():
    model = build_model(VECTORS, 0)
    decoded = []
    model.decoder.register_forward_hook(lambda module, codes, x: decoded.append(x.shape[1]))
    for n in (None, 3):
        FineTuning(objective_of(VECTORS, n))(model, Batch(data(VECTORS)), seeded())
    assert decoded == [4, 3]
