"""Donors of every layout and a model that mixes them, which the files of this room share."""

from types import SimpleNamespace

import numpy as np
from matplotlib.animation import AbstractMovieWriter

T, H, W = 5, 6, 7
FRAMES = {
    "numbers": (),
    "vector": (3,),
    "spectrum": (12,),
    "joints": (4, 3),
    "grey": (H, W),
    "grey_last": (H, W, 1),
    "colour_last": (H, W, 3),
    "colour_first": (3, H, W),
}
# One for each pen, and numbers; where channels are is for the images' own tests.
KINDS = ["numbers", "vector", "spectrum", "joints", "colour_first"]
VIDEOS = ["grey", "grey_last", "colour_last", "colour_first"]


def mixed(a, b):
    """The motion of one sequence, and half the brightness of the first frame of another."""
    return (a * 0.5 + b[:1].mean() * 0.5).astype(a.dtype)


class Halves:
    """Motion is the sequence itself, content its brightness in the first frame."""

    def swap(self, a, b):
        pairs = list(zip(a, b, strict=True))
        return SimpleNamespace(
            a_motion_b_content=[mixed(x, y) for x, y in pairs],
            a_content_b_motion=[mixed(y, x) for x, y in pairs],
        )

    def reconstruct(self, X):
        return [(x * 0.5).astype(x.dtype) for x in X]

    def extend(self, X, n_steps, random_state=None):
        rng = np.random.RandomState(0) if random_state is None else random_state
        return np.stack([np.repeat(x[-1:], n_steps, axis=0) * rng.uniform() for x in X])

    def transform(self, X):
        means = np.stack([[x.mean(), x.std(), x.min()] for x in X])
        flat = [x.reshape(len(x), -1)[:, :2] for x in X]
        return Codes(means, flat)

    def sample(self, n_samples=None, n_steps=None, *, content=None, motion=None, **told):
        if content is None:
            rng = np.random.RandomState(told["random_state"])
            return rng.uniform(size=(n_samples, n_steps or T, 2))
        return np.stack([m + c[0] for c, m in zip(content, motion, strict=True)])


class Codes(tuple):
    """A pair of codes, as estimators return it."""

    def __new__(cls, content, motion):
        return super().__new__(cls, (content, motion))

    content = property(lambda self: self[0])
    motion = property(lambda self: self[1])


def donors(kind, dtype=float, n_a=2, n_b=3):
    rng = np.random.RandomState(0)
    X = rng.uniform(size=(n_a + n_b, T, *FRAMES[kind]))
    X = (255 * X).astype(np.uint8) if dtype is np.uint8 else X
    return X[:n_a], X[n_a:]


def ragged(kind, lengths=(3, 5, 4)):
    rng = np.random.RandomState(0)
    return [rng.uniform(size=(n, *FRAMES[kind])) for n in lengths]


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


def lines(ax):
    """The values of the lines of an axes, (T, D), without the points that move."""
    drawn = [line.get_ydata() for line in ax.get_lines()]
    return np.column_stack([values for values in drawn if len(values) > 1])


def joints(ax):
    """The joints that an axes shows, (n_skeletons, J, 2), by their places on the axes."""
    return np.stack([line.get_xydata() for line in ax.get_lines()])


COLOUR_BAR = "<colorbar>"  # the label that matplotlib gives its own


class Frames(AbstractMovieWriter):
    """Keeps the picture of each cell, or the points of its lines."""

    def setup(self, fig, outfile, dpi=None):
        super().setup(fig, outfile, dpi)
        self.frames = []

    def grab_frame(self, **savefig_kwargs):
        cells = [ax for ax in self.fig.axes if ax.get_label() != COLOUR_BAR]
        self.frames.append([self.cell(ax) for ax in cells])

    def finish(self):
        pass

    @staticmethod
    def cell(ax):
        if not ax.get_lines():
            return shown(ax).copy()
        return np.concatenate([np.transpose(line.get_data()) for line in ax.get_lines()])


def frames_of(animation):
    """The cells of every frame, as they are written to a file."""
    writer = Frames()
    animation.save("none", writer=writer)
    return writer.frames
