"""The pictures of swaps on the page of kinds of data, by fits with the defaults.

Run as ``python -m tests.benchmarks.pictures``. Swaps are of sequences that the fit has not seen.
Sprites, faces, speech and the digits of MNIST are in the folder that SEQDISENTANGLE_DATA names;
``aeon`` brings the sensors with it. The two pictures of digits are of one fit of half an hour.

Examples
--------
::

    python -m tests.benchmarks.pictures --out docs/_static --picture sensors --threads 1
    python -m tests.benchmarks.pictures --out docs/_static --models models
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seqdisentangle import RecurrentWAE
from seqdisentangle.datasets import fetch_sprites

from ._common import data_home
from .digits import SCALES, moving
from .real.data import basic_motions, spoken_digits
from .real.data import faces as read_faces


@dataclass(frozen=True)
class Scene:
    """Sequences to swap, and the look of the picture.

    Attributes
    ----------
    X : callable
        Gives the sequences to fit to.
    motion, content : array, or list of arrays
        Those that give motion, one a row, and those that give content, one a column.
    look : dict
        Arguments of the display.
    dpi : int
    groups : array, optional
        What the fit is told of which sequences share their content.
    params : dict
        Parameters of the model.
    model : str, optional
        The name of a scene that has the same fit.
    """

    X: Callable[[], Any]
    motion: Any
    content: Any
    look: dict[str, Any]
    dpi: int = 110
    groups: Any = None
    params: dict[str, Any] = field(default_factory=dict)
    model: str | None = None


def main(argv: Sequence[str] | None = None) -> None:
    """Make each picture that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder for the pictures")
    parser.add_argument("--picture", nargs="+", choices=SCENES, default=list(SCENES))
    parser.add_argument("--models", type=Path, help="keep fitted models here, and take those there")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    for name in options.picture:
        scene = SCENES[name]()
        draw(
            fitted(scene, scene.model or name, options.models),
            scene,
            options.out / f"swaps_{name}.png",
        )


def fitted(scene: Scene, name: str, folder: Path | None) -> RecurrentWAE:
    """The model of a scene, of its file if there is one."""
    path = None if folder is None else folder / f"{name}.safetensors"
    if path is not None and path.is_file():
        return RecurrentWAE.load(path)
    model = RecurrentWAE(random_state=0, verbose=1, **scene.params).fit(
        scene.X(), groups=scene.groups
    )
    if path is not None:
        model.save(path)
    return model


def draw(model: Any, scene: Scene, path: Path) -> None:
    """Write the swap figure of a scene."""
    from matplotlib import pyplot

    from seqdisentangle.display import SwapDisplay

    display = SwapDisplay.from_estimator(model, scene.motion, scene.content, **scene.look)
    display.figure_.savefig(path, dpi=scene.dpi)
    pyplot.close(display.figure_)


def sensors() -> Scene:
    """BasicMotions: a row and a column for each of the four activities."""
    data = basic_motions()
    ((_, activity),) = data.labels.values()
    names = ["badminton", "running", "standing", "walking"]
    motion, content = (
        data.X_test[[np.flatnonzero(activity == k)[i] for k in np.unique(activity)]] for i in (0, 1)
    )
    look = {"row_names": names, "column_names": names, "style": "lines"}
    return Scene(lambda: data.X, motion, content, look, dpi=75)


def sprites() -> Scene:
    """Characters that are not among those of the training, at 32 x 32 pixels."""
    data = fetch_sprites(data_home(), "test", size=32)
    motion = [9 * 3, 9 * 40 + 5, 9 * 77 + 7, 9 * 120 + 1]
    content = [9 * 15 + 3, 9 * 60 + 8, 9 * 150 + 2, 9 * 200 + 4]
    names = [data.action_names[k] for k in data.action[motion]]
    look = {"row_names": names, "n_frames": 4}
    return Scene(
        lambda: fetch_sprites(data_home(), size=32).X, data.X[motion], data.X[content], look
    )


def faces() -> Scene:
    """Talking people, at times after those of the training."""
    data = read_faces()
    ((_, person),) = data.labels.values()
    motion, content = (
        data.X_test[[np.flatnonzero(person == k)[0] for k in people]]
        for people in ((0, 3, 6), (1, 4, 7, 9))
    )
    return Scene(lambda: data.X, motion, content, {"n_frames": 4})


def speech() -> Scene:
    """Three words by three speakers, as log-mel spectrograms; the fit is told who speaks."""
    data = spoken_digits()
    (speakers, speaker), (_, digit) = data.labels["speaker"], data.labels["digit"]

    def said(who: int, what: int) -> Any:
        return data.X_test[np.flatnonzero((speaker == who) & (digit == what))[0]]

    words, voices = [6, 1, 9], [0, 2, 5]
    look = {
        "row_names": ["six", "one", "nine"],
        "column_names": ["George", "Lucas", "Yweweler"],
        "style": "heatmap",
    }
    motion = [said(who, what) for who, what in zip(voices, words, strict=True)]
    content = [said(who, 3) for who in voices]
    return Scene(lambda: data.X, motion, content, look, groups=speakers)


def parts() -> Scene:
    """Two digits that move about, of images that the training has not."""
    X = digits("test", 300, 20, random_state=1)
    return of_digits(X[[3, 7, 11, 19]], X[[2, 5, 8, 13]], n_frames=6)


def parts_long() -> Scene:
    """Digits for 100 steps, by the fit to 20."""
    X = digits("test", 40, 100, random_state=2)
    return of_digits(X[[3, 7, 11]], X[[2, 5]], n_frames=10, model="parts")


def of_digits(motion: Any, content: Any, n_frames: int, model: str | None = None) -> Scene:
    """Two digits of MNIST, each a part."""
    return Scene(
        lambda: digits("train", 2000, 20, random_state=0),
        motion,
        content,
        {"n_frames": n_frames},
        params={"network": "parts"},
        model=model,
    )


def digits(subset: str, n: int, n_steps: int, random_state: int) -> np.ndarray:
    """Sequences of two digits of MNIST, as :mod:`tests.benchmarks.digits` has them."""
    home = data_home()
    if home is None:
        raise FileNotFoundError("pictures of parts need mnist5k.npz in SEQDISENTANGLE_DATA")
    options = argparse.Namespace(images="mnist", mnist=home / "mnist5k.npz", **SCALES["mnist"])
    X: np.ndarray = moving(options, subset, n, n_steps, random_state).X
    return X


SCENES: dict[str, Callable[[], Scene]] = {
    "sprites": sprites,
    "sensors": sensors,
    "faces": faces,
    "speech": speech,
    "parts": parts,
    "parts_long": parts_long,
}


if __name__ == "__main__":
    main()
