"""
Digits that move: what stays the same, and what changes
========================================================

Handwritten digits bounce about a canvas. Nobody tells the model which digit a video shows or where
it is; it learns to keep the two apart: the content code says *which*, the motion code *where*.

Runs in three to six minutes on two cores, on images that come with scikit-learn. It prints four
probe accuracies and writes ``quickstart_swap.png`` and ``quickstart_swap.gif``.
"""

# %%
# The data: 2,000 videos of 16 frames for training, and 600 others to judge by, made from images
# that the model has never seen. Eight-bit grey frames of 32 x 32, as they are.

import time

import numpy as np

from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.datasets import make_moving_digits
from seqdisentangle.display import SwapDisplay
from seqdisentangle.metrics import chance, probe_accuracy

train = make_moving_digits(2000, n_steps=16, size=32, subset="train", random_state=0)
test = make_moving_digits(600, n_steps=16, size=32, subset="test", random_state=1)

# %%
# The model. Four numbers a frame are room enough for a place on the canvas, and five frames of each
# video are enough to learn from at a time. By default there would be twice as many epochs.

start = time.perf_counter()
model = RecurrentWAE(
    motion_size=4,
    max_epochs=24,
    training=Training(frames_per_step=5),
    random_state=0,
    verbose=1,
)
model.fit(train.X)
print(f"trained in {time.perf_counter() - start:.0f} s; test cost {-model.score(test.X):.4f}")

# %%
# The knowledge of the codes. A linear probe reads the digit, and the ninth of the canvas that the
# digit is in, off each code. Each code should tell its own factor and be blind to the other's.


def probe(name: str, codes: np.ndarray, codes_test: np.ndarray, y: np.ndarray, y_test: np.ndarray):
    """Print what a linear probe finds in a code, beside what guessing would."""
    accuracy = probe_accuracy(codes, y, codes_test, y_test)
    print(f"{name:28s} {accuracy:6.1%}   (chance {chance(y_test):.1%})")


def cells(positions: np.ndarray) -> np.ndarray:
    """The ninth of the range of places that a digit is in, for every frame."""
    thirds = np.minimum(positions[:, :, 0] // (17 / 3), 2).astype(int)  # corners from 0 to 16
    return (3 * thirds[..., 0] + thirds[..., 1]).ravel()


z, z_test = model.transform(train.X[:600]), model.transform(test.X)
n_steps = train.X.shape[1]
digit, digit_test = train.digits[:600, 0], test.digits[:, 0]
cell, cell_test = cells(train.positions[:600]), cells(test.positions)

probe("digit from content", z.content, z_test.content, digit, digit_test)
probe(
    "digit from motion (swapped)",
    *(codes.motion.reshape(len(codes.motion), -1) for codes in (z, z_test)),
    digit,
    digit_test,
)
probe(
    "place from motion", *(np.concatenate(codes.motion) for codes in (z, z_test)), cell, cell_test
)
probe(
    "place from content (swapped)",
    *(codes.content.repeat(n_steps, axis=0) for codes in (z, z_test)),
    cell,
    cell_test,
)

# %%
# Swaps: each row has the motion of the video on its left, each column the digit of the one on top.

display = SwapDisplay.from_estimator(model, test.X[:4], test.X[4:8])
display.figure_.savefig("quickstart_swap.png", dpi=150)

# %%
# The same, moving.

animation = display.animate()
animation.save("quickstart_swap.gif", writer="pillow")
print("wrote quickstart_swap.png and quickstart_swap.gif")

# sphinx_gallery_thumbnail_path = "_static/swaps_digits.gif"
