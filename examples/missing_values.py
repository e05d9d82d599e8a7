"""
Gaps: values that are missing, in utterances of different lengths
=================================================================

Nine men say two vowels, in utterances of 7 to 29 frames (JapaneseVowels, which comes with
``aeon``). More than a fifth of the values are taken away: single ones, and whole stretches of a
channel. Nothing is filled in beforehand. With ``missing="mask"`` a missing value counts for nothing
in what the encoders see and in the cost, and ``reconstruct`` says what it was likely to be.

Trains in less than a minute.
"""

# %%
# A list of arrays (T_i, 12), with NaN where a value is missing.

import matplotlib.pyplot as plt
import numpy as np
from aeon.datasets import load_japanese_vowels

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_channels_first


def gaps_in(x, rng):
    """Masks (T, D) of an utterance: single values, and stretches of half of its length."""
    single = rng.uniform(size=x.shape) < 0.1
    stretches = np.zeros_like(single)
    for channel in rng.choice(x.shape[1], size=4, replace=False):
        start = rng.randint(len(x))
        stretches[start : start + len(x) // 2, channel] = True
    return single & ~stretches, stretches


rng = np.random.RandomState(0)
whole, whole_test = (
    from_channels_first(load_japanese_vowels(split=split)[0]) for split in ("train", "test")
)
single, stretches = zip(*(gaps_in(x, rng) for x in whole_test), strict=True)
X = [np.where(np.logical_or(*gaps_in(x, rng)), np.nan, x) for x in whole]
X_test = [np.where(a | b, np.nan, x) for x, a, b in zip(whole_test, single, stretches, strict=True)]
print(f"{np.isnan(np.concatenate(X_test)).mean():.0%} of the values are missing")

# %%
# ``missing="mask"`` is all that it takes.

model = RecurrentWAE(missing="mask", max_epochs=50, random_state=0).fit(X)
filled = model.reconstruct(X_test)

# %%
# The error in the gaps, as a share of the variance, beside two ways without a model: the mean of
# the channel over all utterances, and a straight line between its neighbours. For single values
# the line is hard to beat. Over a stretch it has little to go by, and the model has the other
# channels, and the man who speaks: it is ahead, if not by much.

mean, deviation = np.concatenate(whole).mean(0), np.concatenate(whole).std(0)


def interpolated(x):
    """An utterance whose gaps are filled along straight lines, or by the mean of the channel."""
    t, filled = np.arange(len(x)), x.copy()
    for channel, known in enumerate(~np.isnan(x).T):
        values = np.interp(t, t[known], x[known, channel]) if known.any() else mean[channel]
        filled[:, channel] = values
    return filled


def error(guesses, gaps):
    """The mean squared error in gaps, in variances of the channels."""
    triples = zip(guesses, whole_test, gaps, strict=True)
    return np.mean(np.concatenate([((g - x) / deviation)[gap] for g, x, gap in triples]) ** 2)


ways = {
    "mean of the channel": [np.broadcast_to(mean, x.shape) for x in X_test],
    "straight line": [interpolated(x) for x in X_test],
    "RecurrentWAE": filled,
}
print(f"{'':20} single stretches")
for name, guesses in ways.items():
    print(f"{name:20} {error(guesses, single):6.2f} {error(guesses, stretches):9.2f}")

# %%
# An utterance: what is known, what the model puts in the gaps, and what was there.

i = int(np.argmax([len(x) for x in X_test]))
names = np.flatnonzero(stretches[i].any(0))
figure, axes = plt.subplots(1, 4, figsize=(10, 2.4), layout="constrained")
for ax, channel in zip(axes, names, strict=True):
    gap = np.isnan(X_test[i][:, channel])
    t = np.arange(len(gap))
    ax.plot(t, whole_test[i][:, channel], color="0.75", lw=1)
    ax.plot(t, ways["straight line"][i][:, channel], color="tab:blue", lw=1, ls=":")
    ax.plot(t[~gap], X_test[i][~gap, channel], "o", color="black", ms=3)
    ax.plot(t[gap], filled[i][gap, channel], "s", color="tab:orange", ms=4)
    ax.set(title=f"coefficient {channel + 1}", xlabel="frame")
figure.suptitle("known (dots), filled in (squares), truth (grey), straight lines (dotted)")
