"""
Write your own divergence
=========================

A divergence is a small class: it gets two batches of codes, the posterior's and the prior's, and
returns a number for each leading index. This one compares the means of features, and learns the
features in which they differ most. The training loop finds its parameters by itself: the model
lowers the number, the features raise it.
"""

import tempfile

import torch
from aeon.datasets import load_japanese_vowels

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_channels_first
from seqdisentangle.display import HistoryDisplay
from seqdisentangle.divergences import MMD, Divergence


class FeatureMatching(Divergence):
    """Squared distance of the mean features of two batches (McGAN: Mroueh et al., ICML 2017)."""

    learning_rate = 1e-3  # of the features

    def __init__(self, n_features=16):
        super().__init__()
        self.n_features = n_features  # stored as it is: `clone` and `set_params` rely on it

    def build(self, size):
        """Make the features for codes of `size` numbers: bounded, or they would grow for ever."""
        self.features = torch.nn.Sequential(
            torch.nn.Linear(size, 64), torch.nn.SiLU(), torch.nn.Linear(64, self.n_features)
        )
        return self

    def forward(self, q, p, mask=None):
        """(..., n, d) and (..., n, d) -> (...)."""
        f_q, f_p = (torch.tanh(self.features(z.value)).mean(-2) for z in (q, p))
        return (f_q - f_p).square().sum(-1)


# %%
# It goes where a name would, and its arguments are parameters of the estimator, for a grid search,
# say. The data are 270 utterances by nine speakers. In so short a training ``motion`` rises, and
# ``content`` falls only late: the features learn to tell codes from their prior sooner than the
# model learns to make them alike.

X = from_channels_first(load_japanese_vowels(split="train")[0])
model = RecurrentWAE(reg=FeatureMatching(), max_epochs=10, random_state=0)
model.set_params(reg__n_features=8).fit(X)
print({part: round(value, 4) for part, value in model.history_[-1].items() if part != "seconds"})
HistoryDisplay.from_estimator(model)

# %%
# A pair sets content and motion apart.

model.set_params(reg=(FeatureMatching(), MMD("laplacian"))).fit(X)

# %%
# Where nothing is learned a function of two (n, d) tensors is enough, a lambda or
# ``geomloss.SamplesLoss("sinkhorn")``.

model.set_params(reg=lambda z_q, z_p: (z_q.mean(0) - z_p.mean(0)).square().sum()).fit(X)

# %%
# A safe file holds what the divergence learned, but not its code: hand it to ``load`` again.

with tempfile.TemporaryDirectory() as folder:
    model.set_params(reg=FeatureMatching()).fit(X).save(f"{folder}/model.safetensors")
    again = RecurrentWAE.load(f"{folder}/model.safetensors", reg=FeatureMatching())
weights = [
    divergence.features[0].weight
    for divergence in (model.divergences_.content, again.divergences_.content)
]
print("the same features:", torch.equal(*weights))
