"""
Curves that go on: the tide of tomorrow
=======================================

The level of the sea, hour by hour, at harbours that are made up here: each has a mean level and a
tidal range, which stay the same, and its tide is the sum of that of the moon and that of the sun.
A model that has seen three days at each of many harbours is shown two days at others, and asked how
they go on.

Trains in less than a minute.
"""

# %%
# The data: (n, T, 1), an hour a step. Of (n, T) alone, scikit-learn would count T as the number of
# features, and want as many of every curve. Less noise than usual leaves motion the height of a
# wave.

import matplotlib.pyplot as plt
import numpy as np

from seqdisentangle import RecurrentWAE
from seqdisentangle.display import SwapDisplay


def tides(n, seed, hours=72):
    """Levels of the sea in metres (n, T, 1): periods of 12.42 and 12 hours, and some weather."""
    rng = np.random.RandomState(seed)
    t = np.arange(hours) + rng.uniform(0, 350, size=(n, 1))  # any time of the month
    moon, sun = np.sin(2 * np.pi * t / 12.42), 0.3 * np.sin(2 * np.pi * t / 12)
    level, reach = rng.uniform(-3, 3, size=(n, 1)), rng.uniform(0.5, 2, size=(n, 1))
    return (level + reach * (moon + sun) + rng.normal(scale=0.05, size=t.shape))[..., np.newaxis]


X, X_test = tides(300, 0), tides(40, 1)
model = RecurrentWAE(motion_noise=0.2, max_epochs=40, random_state=0).fit(X)

# %%
# ``extend`` codes what it is given, has the motion prior go on from there, and decodes. Each seed
# is another future. Content is what it was: a future keeps the level and the range of its harbour.

past, days = X_test[:4, :48], np.arange(72) / 24
futures = np.stack([model.extend(past, n_steps=24, random_state=seed) for seed in range(8)])

figure, axes = plt.subplots(1, 4, figsize=(10, 2.6), sharey=True, layout="constrained")
for i, ax in enumerate(axes):
    joined = np.concatenate([np.repeat(past[i, -1:, 0], 8)[np.newaxis], futures[:, i, :, 0].T])
    ax.plot(days[47:], joined, color="tab:blue", alpha=0.4, lw=1)
    ax.plot(days[48:], X_test[i, 48:, 0], color="tab:orange", lw=1.5, ls="--")
    ax.plot(days[:48], past[i, :, 0], color="black", lw=1.2)
    ax.set(title=f"harbour {i + 1}", xlabel="day")
axes[0].set_ylabel("level (m)")
figure.suptitle("two days (black), eight futures (blue), what came (dashed)")

# %%
# The error of a single future, and that of their mean, beside two guesses: that the last level
# stays, and that the day repeats.

truth = X_test[:, 48:]
futures = np.stack([model.extend(X_test[:, :48], 24, random_state=seed) for seed in range(8)])
guesses = {
    "last level": np.repeat(X_test[:, 47:48], 24, axis=1),
    "the day before": X_test[:, 24:48],
    "a future": futures[0],
    "mean of eight futures": futures.mean(0),
}
for name, guess in guesses.items():
    print(f"{name:22} {np.sqrt(np.mean((guess - truth) ** 2)):.2f} m")

# %%
# Swaps: level and range of the harbour above, high and low water of the harbour on the left.

# sphinx_gallery_thumbnail_number = 2
SwapDisplay.from_estimator(
    model, X_test[:3], X_test[3:6], feature_names=["level (m)"], sampling_rate=1 / 3600
)
