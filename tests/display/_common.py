"""Donors of every layout and a model that mixes them, which the files of this room share."""

from types import SimpleNamespace

import numpy as np

T, H, W = 5, 6, 7
FRAMES = {
    "numbers": (),
    "vector": (3,),
    "joints": (4, 3),
    "grey": (H, W),
    "grey_last": (H, W, 1),
    "colour_last": (H, W, 3),
    "colour_first": (3, H, W),
}
VIDEOS = ["grey", "grey_last", "colour_last", "colour_first"]


class Halves:
    """Motion is the sequence itself, content its brightness in the first frame."""

    def swap(self, a, b):
        level = b[:, :1].reshape(len(b), -1).mean(axis=1).reshape(-1, *[1] * (b.ndim - 1))
        mixed = (a * 0.5 + level * 0.5).astype(a.dtype)
        return SimpleNamespace(a_motion_b_content=mixed, a_content_b_motion=mixed)


def donors(kind, dtype=float, n_a=2, n_b=3):
    rng = np.random.RandomState(0)
    X = rng.uniform(size=(n_a + n_b, T, *FRAMES[kind]))
    X = (255 * X).astype(np.uint8) if dtype is np.uint8 else X
    return X[:n_a], X[n_a:]


def channels_last(x, kind):
    """Frames as they should be shown: (..., H, W, 3) in 0 to 1."""
    x = x / 255 if x.dtype == np.uint8 else x
    if kind == "colour_first":
        return np.moveaxis(x, -3, -1)
    x = x[..., None] if kind == "grey" else x
    return np.broadcast_to(x, (*x.shape[:-1], 3))


def shown(ax):
    (image,) = ax.get_images()
    return np.asarray(image.get_array())
