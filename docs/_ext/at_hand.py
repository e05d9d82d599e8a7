"""What examples read that no package brings: an example is run where that is at hand.

A build downloads nothing. In the folder of the data sets it finds the sheets of Sprites, and the
files that ``python -m tests.benchmarks.real`` reads: faces, which it lays out as a folder of
videos, and frames of the spoken digits, which stand in for their recordings.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.utils import Bunch

from seqdisentangle import datasets
from seqdisentangle.datasets._download import get_data_home
from seqdisentangle.datasets.spoken_digits import _ARCHIVE

__all__ = ["is_at_hand", "lend", "to_run"]

RECORDINGS, SPEECH = f"spoken_digits/{_ARCHIVE}", "fsdd_logmel40.npz"
FACES = "grid_sample_64.npz"
# Any file of each.
NEEDED = {
    "sprites": ["sprites/body/0.png"],
    "spoken_digits": [RECORDINGS, SPEECH],
    "talking_faces": [FACES],
}
VIDEOS = Path(__file__).resolve().parents[1] / "_build" / "videos"

fetch_spoken_digits = datasets.fetch_spoken_digits


def to_run() -> str:
    """The pattern of the examples to run: all but those whose data are not at hand."""
    missing = [name for name in NEEDED if not is_at_hand(name)]
    return rf"/(?!({'|'.join(missing)})\.py)[^/]*$" if missing else ".*"


def is_at_hand(name: str) -> bool:
    """Whether an example of data of no package has them."""
    return any((get_data_home() / file).is_file() for file in NEEDED[name])


def lend(gallery_conf: Any, name: str | Path | None, when: str) -> None:
    """Put before an example what it reads; the loader is itself again after it."""
    example = Path(name).stem if name is not None and when == "before" else ""
    recorded = (get_data_home() / RECORDINGS).is_file()
    stands_in = example == "spoken_digits" and not recorded
    datasets.fetch_spoken_digits = spoken if stands_in else fetch_spoken_digits
    if example == "talking_faces" and "SEQDISENTANGLE_VIDEOS" not in os.environ:
        os.environ["SEQDISENTANGLE_VIDEOS"] = str(lay_out(get_data_home() / FACES, VIDEOS))


def spoken(data_home: Any = None, subset: str = "train", **_: Any) -> Bunch:
    """The utterances as the loader returns them, from their frames."""
    with np.load(get_data_home(data_home) / SPEECH) as file:
        utterances = np.split(file["frames"].astype(np.float32), file["offsets"][1:-1])
        names, speaker = np.unique(file["speaker"], return_inverse=True)
        chosen = np.flatnonzero(file["test"] == (subset == "test"))
        return Bunch(
            X=[utterances[i] for i in chosen],
            digit=file["digit"][chosen],
            speaker=speaker[chosen],
            speaker_names=names.tolist(),
        )


def lay_out(file: Path, folder: Path) -> Path:
    """Write clips as folders of frames, one a person."""
    with np.load(file) as clips:
        for k, clip in enumerate(np.split(clips["frames"], clips["offsets"][1:-1])):
            place = folder / f"speaker {k + 1:02}"
            place.mkdir(parents=True, exist_ok=True)
            for t, frame in enumerate(clip):
                Image.fromarray(frame).save(place / f"{t:03}.png")
    return folder
