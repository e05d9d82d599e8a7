"""A model of sums, sequences of every kind, and pages read again, which these files share."""

import base64
import io
import json
import re
from types import SimpleNamespace

import numpy as np
from PIL import Image

T = 5
FRAMES = {
    "numbers": (),
    "vector": (3,),
    "spectrum": (12,),
    "joints": (4, 2),
    "grey": (6, 7),
    "colour_last": (6, 7, 3),
    "colour_first": (3, 6, 7),
}


class Sums:
    """Content is the first frame of a sequence, motion what is added to it."""

    def __init__(self, frame):
        self.frame = frame

    def transform(self, X):
        content = np.stack([np.asarray(x[0]).reshape(-1) for x in X])
        return SimpleNamespace(
            content=content, motion=[np.asarray(x - x[:1]).reshape(len(x), -1) for x in X]
        )

    def swap(self, a, b):
        made = [y[:1] + x - x[:1] for x, y in zip(a, b, strict=True)]
        return SimpleNamespace(a_motion_b_content=made)

    def sample(self, n_samples=None, *, content=None, motion=None, random_state=None):
        if content is None:
            rng = random_state or np.random.RandomState(None)
            return rng.uniform(size=(n_samples, T, *self.frame))
        pairs = zip(content, motion, strict=True)
        return [(c + m).reshape(len(m), *self.frame) for c, m in pairs]


def sequences(kind, lengths=(T, T, T)):
    rng = np.random.RandomState(0)
    X = [rng.uniform(0.1, 0.5, size=(n, *FRAMES[kind])) for n in lengths]
    return np.stack(X) if len(set(lengths)) == 1 else X


def data_of(path):
    """What a page holds, as its script reads it."""
    page = path.read_text(encoding="utf-8")
    found = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def frames_of(sheet, data):
    """The sequences (T_i, H, W, 3) of a sheet of frames, in 8 bits."""
    png = base64.b64decode(sheet["png"].removeprefix("data:image/png;base64,"))
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    H, W = data["height"], data["width"]
    rows = pixels.reshape(-1, H, pixels.shape[1] // W, W, 3).swapaxes(1, 2)
    return [row[:n] for row, n in zip(rows, sheet["t"], strict=True)]


def tables_of(sheet, data):
    """The sequences (T_i, D) of a sheet of vectors, NaN where a value is missing."""
    low, high = np.array(data["low"]), np.array(data["high"])
    levels = np.frombuffer(base64.b64decode(sheet["i16"]), "<i2").reshape(-1, len(low))
    values = np.where(levels < 0, np.nan, low + (high - low) * levels / 32767)
    return np.split(values, np.cumsum(sheet["t"])[:-1])
