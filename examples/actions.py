"""
Kinds of movement, some of them known
=====================================

Boats on a lake circle to the left, circle to the right, or lie at anchor. With ``n_actions=3`` the
model has a third code, which of three kinds of movement a sequence is. It is told the kind of half
of the boats, and finds those of the others.

Trains in a quarter of a minute.
"""

# %%
# Tracks: the place of a boat at each of 8 steps, (n, T, 2), as a receiver has it, with noise.

import matplotlib.pyplot as plt
import numpy as np

from seqdisentangle import Actions, RecurrentWAE

KINDS = ("left", "right", "at anchor")


def tracks(n, seed, n_steps=8):
    """Tracks (n, T, 2) of boats, and what each does, 0 to 2."""
    rng = np.random.RandomState(seed)
    kind = rng.randint(3, size=n)
    speed = np.array([0.7, -0.7, 0.0])[kind] + rng.normal(scale=0.05, size=n)
    angle = rng.uniform(0, 2 * np.pi, size=(n, 1)) + speed[:, np.newaxis] * np.arange(n_steps)
    X = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return X + rng.normal(scale=0.02, size=X.shape), kind


X, kind = tracks(200, 0)
X_test, kind_test = tracks(100, 1)

# %%
# Known kinds go to ``actions``, -1 standing for unknown ones. ``weight`` says how much they count.

known = np.where(np.arange(len(X)) % 2 == 0, kind, -1)
model = RecurrentWAE(
    n_actions=Actions(3, weight=0.1), batch_size=20, max_epochs=40, random_state=0
).fit(X, actions=known)
print(f"{(known >= 0).sum()} of {len(X)} kinds are known")
print(f"kinds of other boats: {np.mean(model.predict(X_test) == kind_test):.0%} right")

# %%
# Other boats by the kind that ``predict`` gives them, each from its dot on. ``predict_proba`` has
# the probabilities.

found = model.predict(X_test)
figure, axes = plt.subplots(1, 3, figsize=(8, 3), sharex=True, sharey=True, layout="constrained")
for k, ax in enumerate(axes):
    for x in X_test[found == k][:6]:
        ax.plot(*x.T, color="#0072B2", lw=1.2, alpha=0.6)
        ax.plot(*x[0], "o", color="#D55E00", ms=5)
    ax.set(title=f"action {k}: {KINDS[k]}", aspect="equal", xticks=[], yticks=[])
