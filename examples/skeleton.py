"""
Skeletons: one figure walks as another
======================================

Stick figures walk on the spot. Each has a build, the lengths of its limbs, and a gait: how fast it
steps, how far its arms and legs swing, how much it bobs. The model is told neither. Content should
be the build, motion the course of the walk. Recordings of a motion-capture system or of a pose
estimator, (n, T, J, 2) or (n, T, J, 3), go in just so.

Trains in less than a minute.
"""

# %%
# Eleven joints in the plane. Angles make the movement, lengths the figure.

import numpy as np

from seqdisentangle import RecurrentWAE
from seqdisentangle.display import SwapDisplay, SwapPairsDisplay
from seqdisentangle.metrics import leak_matrix

BONES = [(0, 1), (1, 2), (1, 3), (3, 4), (1, 5), (5, 6), (0, 7), (7, 8), (0, 9), (9, 10)]


def down(start, angle, length):
    """The end of a limb that hangs from a place at an angle."""
    return start + length[..., np.newaxis] * np.stack([np.sin(angle), -np.cos(angle)], axis=-1)


def walkers(n, seed, n_steps=32):
    """Skeletons (n, T, 11, 2), the heights of the figures, and their paces in steps a cycle."""
    rng = np.random.RandomState(seed)
    leg, arm, trunk, shin = rng.uniform(0.6, 1.4, size=(4, n, 1))
    swing, bend, bob = rng.uniform(0.3, 0.8, (n, 1)), rng.uniform(0.2, 0.9, (n, 1)), 0.1
    cycles = rng.uniform(1.5, 4, size=(n, 1))
    phase = 2 * np.pi * (rng.uniform(size=(n, 1)) + cycles * np.linspace(0, 1, n_steps))
    hip = np.stack([0 * phase, bob * np.cos(2 * phase) + leg + shin], axis=-1)  # (n, T, 2)
    neck = down(hip, np.pi + 0 * phase, 1.2 * trunk)
    joints = [hip, neck, down(neck, np.pi + 0 * phase, 0.5 + 0 * trunk)]
    for side in (0, np.pi):
        elbow = down(neck, -swing * np.sin(phase + side), 0.6 * arm)
        joints += [elbow, down(elbow, -swing * np.sin(phase + side) + bend, 0.6 * arm)]
    for side in (0, np.pi):
        knee = down(hip, swing * np.sin(phase + side), leg)
        folded = swing * np.sin(phase + side) - bend * (1 + np.cos(phase + side)) / 2
        joints += [knee, down(knee, folded, shin)]
    return np.stack(joints, axis=2), (leg + shin + 1.2 * trunk)[:, 0], cycles[:, 0]


# %%
# The defaults.

X, _, _ = walkers(400, 0)
X_test, height, pace = walkers(120, 1)
model = RecurrentWAE(max_epochs=40, random_state=0).fit(X)

# %%
# Two figures, and each with the movement of the other: ``bones`` says which joints are connected.

small, tall = height.argmin(), height.argmax()
SwapPairsDisplay.from_estimator(model, X_test[[small]], X_test[[tall]], bones=BONES)

# %%
# All swaps of three: a row steps as the figure on its left, a column is built as the figure on top.

three = X_test[np.argsort(height)[[0, 60, 119]]]
display = SwapDisplay.from_estimator(model, three, three, bones=BONES, n_frames=4)

# %%
# The same, moving.

animation = display.animate(interval=80)

# %%
# What can be read off which code. The height stays: it is in content, and motion is blind to it.
# The pace is a matter of the order of the steps: content does not know it, and in motion neighbours
# find more of it than a linear probe of means does.

factors = {"tall": height > np.median(height), "fast": pace > np.median(pace)}
print(leak_matrix(model, X_test, factors, random_state=0))
