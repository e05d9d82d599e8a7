"""The posteriors of the DS-VAE: what each code can see, and what padding is to them."""

import pytest
import torch

from seqdisentangle.data.packing import Packing
from seqdisentangle.model import DSVAEModel
from seqdisentangle.model.core import build_model
from seqdisentangle.model.dsvae import DSVAESpec
from seqdisentangle.model.latent import LatentCodes
from seqdisentangle.networks import MLP, Conv

FORMS = ("factorised", "full")


def make(posterior="full", frame_shape=(3,), network=None):
    network = network or MLP(8, 1)
    bounded = len(frame_shape) == 3
    spec = DSVAESpec(
        frame_shape, bounded, 4, 2, 6, network, "concat", None, None, posterior=posterior
    )
    return build_model(spec, 0).double().eval()


def frames(n=5, steps=6, frame_shape=(3,), seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(n, steps, *frame_shape, dtype=torch.float64, generator=generator)


def depends(model, x):
    """The frames that the mean of each step's motion depends on, (T, T), and content's, (T,)."""
    x = x.clone().requires_grad_()
    posterior = model.encode(x, sample=False)

    def of(value):
        (gradient,) = torch.autograd.grad(value.sum(), x, retain_graph=True)
        return gradient.abs().sum((0, 2)) > 0

    steps = torch.stack([of(posterior.motion.mean[:, t]) for t in range(x.shape[1])])
    return steps, of(posterior.content.mean)


def test_factorised_a_motion_code_is_read_off_its_own_frame_alone():
    steps, content = depends(make("factorised"), frames())
    assert torch.equal(steps, torch.eye(6).bool())
    assert content.all()


def test_full_a_motion_code_is_read_off_all_frames():
    steps, content = depends(make("full"), frames())
    assert steps.all()
    assert content.all()


@pytest.mark.parametrize("posterior", FORMS)
def test_only_the_full_form_reads_the_content_code(posterior):
    model, x = make(posterior), frames()
    before = model.encode(x, sample=False).motion.mean
    model.content.head.bias.data += 1.0
    after = model.encode(x, sample=False).motion.mean
    assert torch.equal(before, after) == (posterior == "factorised")


def test_the_content_code_that_was_drawn_is_the_one_that_is_read():
    model, x = make("full"), frames()
    posterior = model.encode(x, torch.Generator().manual_seed(0))
    features = model.features(x, None)
    mean, _ = model.motion(features, None, posterior.content.value)
    torch.testing.assert_close(posterior.motion.mean, mean)


@pytest.mark.parametrize("posterior", FORMS)
@pytest.mark.parametrize("kind", ["vectors", "images"])
def test_a_padded_batch_is_its_sequences_alone(posterior, kind):
    shape, network = ((3,), None) if kind == "vectors" else ((1, 8, 8), Conv(2))
    model, x = make(posterior, shape, network), frames(frame_shape=shape)
    lengths = torch.tensor([6, 1, 3, 6, 2])
    packing = Packing.of(lengths, 6, x.device)
    together = model.encode(x, sample=False, packing=packing)
    for i, k in enumerate(lengths):
        alone = model.encode(x[i : i + 1, :k], sample=False)
        for one, other in zip(together.motion, alone.motion, strict=True):
            torch.testing.assert_close(one[i, :k], other[0])
            assert not one[i, k:].any()
        for one, other in zip(together.content, alone.content, strict=True):
            torch.testing.assert_close(one[i], other[0])


@pytest.mark.parametrize("posterior", FORMS)
def test_gradients_reach_all_parameters(posterior):
    model, x = make(posterior).train(), frames()
    content, motion, _ = model.encode(x, torch.Generator().manual_seed(0))
    total = model.decode(LatentCodes(content.value, motion.value)).square().sum()
    (total + model.prior(motion.value).value.square().sum()).backward()
    assert isinstance(model, DSVAEModel)
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())
