"""Real sequences with labels, standardised by those to train on."""

from __future__ import annotations

import codecs
import importlib.util
import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from aeon.datasets import load_classification, load_japanese_vowels

from seqdisentangle.data import from_channels_first

from .._common import data_home
from ..sensors import basic_motions as read_basic_motions


@dataclass(frozen=True)
class RealData:
    """Sequences to train on and others to test on.

    Attributes
    ----------
    X, X_test : array (n, T, D) or (n, T, H, W, C), or list of arrays (T_i, D)
    labels : mapping from a name to the labels of `X` and of `X_test`, as numbers
        The first is what content is to know.
    foretold : bool
        The label is an outcome that no sequence shows: probes are scored by the area under the
        curve of the receiver, and swaps are not judged.
    params : mapping
        Parameters that the documentation asks for with such data.
    groups : array (n,), optional
        Years of sequences, say, where those to test on are of another: a head is chosen by groups
        that it has not seen.
    """

    X: Any
    X_test: Any
    labels: Mapping[str, tuple[np.ndarray, np.ndarray]]
    foretold: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    groups: np.ndarray | None = None

    @property
    def of_curves(self) -> bool:
        """True where a frame is one number."""
        return np.shape(self.X[0])[1:] == (1,)

    @property
    def of_images(self) -> bool:
        """True where a frame is an image."""
        return np.ndim(self.X[0]) > 2

    @property
    def judged(self) -> bool:
        """True where swaps show labels; the shape of a curve is neither donor's alone."""
        return not (self.foretold or self.of_curves)

    @property
    def prefixed_labels(self) -> list[tuple[str, tuple[np.ndarray, np.ndarray]]]:
        """Labels with the beginnings of the names of their measures: none for the first."""
        return [(f"{name}_" if k else "", of) for k, (name, of) in enumerate(self.labels.items())]


def watch() -> RealData:
    """Seven exercises by ten people, of whom four are unseen: 50 steps of six channels."""
    data = _read_watch()
    rows = [
        (recording[start : start + 200 : 4], exercise, person)
        for recording, exercise, person in zip(data["X"], data["y"], data["subject"], strict=True)
        for start in np.linspace(0, len(recording) - 200, 8).astype(int)
    ]
    X, exercise, person = (np.array(column) for column in zip(*rows, strict=True))
    seen = person <= 6
    return _standardised(X[seen], X[~seen], {"exercise": (exercise[seen], exercise[~seen])})


def _read_watch() -> dict[str, Any]:
    """Read the recordings of the package ``seglearn``, which need not be imported for it."""
    spec = importlib.util.find_spec("seglearn")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "watch needs the PyPI package seglearn, for the file in it: "
            "pip install --no-deps seglearn"
        )
    with (Path(spec.origin).parent / "data" / "watch_dataset.npy").open("rb") as file:
        version = np.lib.format.read_magic(file)
        assert version == (1, 0), version
        np.lib.format.read_array_header_1_0(file)
        return only_arrays(file).item()


def only_arrays(file: IO[bytes]) -> Any:
    """Read a pickle of arrays and of what Python has built in; refuse to call anything else."""
    return _ArraysOnly(file).load()


_RECONSTRUCT = np.empty(0).__reduce__()[0]  # its module differs between versions of numpy
_OF_ARRAYS = {"_reconstruct": _RECONSTRUCT, "ndarray": np.ndarray, "dtype": np.dtype}


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == "numpy" and name in _OF_ARRAYS:
            return _OF_ARRAYS[name]
        if (module, name) == ("_codecs", "encode"):  # bytes, as the first protocols have them
            return codecs.encode
        raise pickle.UnpicklingError(f"expected arrays alone, got {module}.{name}")


def basic_motions() -> RealData:
    """Four activities, 40 sequences of each split: 100 steps of six channels."""
    (X, y), (X_test, y_test) = (read_basic_motions(split) for split in ("train", "test"))
    return _standardised(X, X_test, {"activity": (y, y_test)})


def japanese_vowels() -> RealData:
    """Nine speakers of one diphthong: 7 to 29 frames of 12 cepstral coefficients."""
    (X, y), (X_test, y_test) = (load_japanese_vowels(split=split) for split in ("train", "test"))
    return _standardised(
        from_channels_first(X), from_channels_first(X_test), {"speaker": (y, y_test)}
    )


def spoken_digits() -> RealData:
    """Ten digits by six speakers, five utterances of each unseen: frames of 40 log-mel bands."""
    with _read("spoken_digits", "fsdd_logmel40.npz") as file:
        X = np.split(file["frames"].astype(np.float32), file["offsets"][1:-1])
        test = file["test"]
        labels = {name: (file[name][~test], file[name][test]) for name in ("speaker", "digit")}
    train = [x for x, held_out in zip(X, test, strict=True) if not held_out]
    return _standardised(
        train, [x for x, held_out in zip(X, test, strict=True) if held_out], labels
    )


def beijing_air() -> RealData:
    """Months of air and weather at twelve stations, the last year unseen: 672 hours, ten values."""
    with _read("beijing_air", "beijing_air_672h.npz") as file:
        X, month = file["X"], file["month"]
        year = (12 * file["year"] + month - 3) // 12  # years begin in March
        last = year == 2016
    found = _standardised(X[~last], X[last], {"month": (month[~last], month[last])})
    return replace(found, groups=year[~last])


def physionet() -> RealData:
    """Two days in intensive care, and death thereafter: 48 hours of ten values, 62% missing."""
    with _read("physionet", "physionet2012a_48h.npz") as file:
        X, died = file["X"], file["died"]
    test = np.random.RandomState(0).permutation(len(X)) < len(X) // 4
    known = ~np.isnan(X).all(axis=(1, 2))
    train, test = known & ~test, known & test
    return _standardised(X[train], X[test], {"death": (died[train], died[test])}, foretold=True)


def physionet_measured() -> RealData:
    """Patients in steps of four hours, and beside the values how often each was measured in them.

    What doctors measure tells what they think (Che et al., Scientific Reports 2018). The shares of
    the hours in which a value is known are ten features more, standardised as the others are.
    """
    hours = physionet()
    known, known_test = (
        (~np.isnan(x)).reshape(len(x), -1, 4, x.shape[-1]).mean(2) for x in (hours.X, hours.X_test)
    )
    mean, deviation = known.mean((0, 1)), known.std((0, 1))
    steps = in_steps_of(4, hours)
    X, X_test = (
        np.concatenate([x, (share - mean) / deviation], axis=-1, dtype=np.float32)
        for x, share in ((steps.X, known), (steps.X_test, known_test))
    )
    return replace(steps, X=X, X_test=X_test)


def faces() -> RealData:
    """Eleven clips of talking people, their last 40% unseen: 16 frames of 64 x 64 pixels."""
    with _read("faces", "grid_sample_64.npz") as file:
        clips = np.split(file["frames"], file["offsets"][1:-1])

    def windows(begin: float, end: float) -> tuple[np.ndarray, np.ndarray]:
        cut = [
            (clip[start : start + 16], person)
            for person, clip in enumerate(clips)
            for start in range(round(begin * len(clip)), int(end * len(clip)) - 15, 2)
        ]
        X, person = zip(*cut, strict=True)
        return np.stack(X), np.array(person)

    (X, y), (X_test, y_test) = windows(0, 0.45), windows(0.6, 1)
    return RealData(X, X_test, {"person": (y, y_test)})


def curves(name: str, label: str, *, given_back: bool = False) -> RealData:
    """Curves that come with aeon, each standardised over its own time.

    That took their levels and widths; ``given_back`` draws them anew.
    """
    (X, y), (X_test, y_test) = (load_classification(name, split=part) for part in ("train", "test"))
    X, X_test = (np.stack(from_channels_first(x)) for x in (X, X_test))
    if given_back:
        rng = np.random.RandomState(0)
        X, X_test = (
            np.exp(0.5 * rng.normal(size=(len(x), 1, 1))) * x + rng.normal(size=(len(x), 1, 1))
            for x in (X, X_test)
        )
    return _standardised(X, X_test, {label: (y, y_test)})


DATA_SETS: dict[str, Callable[[], RealData]] = {
    "watch": watch,
    "basic_motions": basic_motions,
    "japanese_vowels": japanese_vowels,
    "spoken_digits": spoken_digits,
    "beijing_air": beijing_air,
    "beijing_air_days": lambda: in_steps_of(24, beijing_air()),
    "physionet": physionet,
    "physionet_4_hours": lambda: in_steps_of(4, physionet()),
    "physionet_measured": physionet_measured,
    "faces": faces,
    "gun_point": lambda: curves("GunPoint", "gesture"),
    "gun_point_levels": lambda: curves("GunPoint", "gesture", given_back=True),
    "arrow_head": lambda: curves("ArrowHead", "kind"),
    "italy_power": lambda: curves("ItalyPowerDemand", "season"),
    "osu_leaf": lambda: curves("OSULeaf", "species"),
}


def _read(name: str, file: str) -> Any:
    home = data_home()
    if home is None or not (home / file).is_file():
        raise FileNotFoundError(
            f"{name} needs {file} in the folder that SEQDISENTANGLE_DATA names"
            + (" (it is not set)" if home is None else f", and {home} has none")
        )
    return np.load(home / file)


def _standardised(
    X: Iterable[np.ndarray],
    X_test: Iterable[np.ndarray],
    labels: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    foretold: bool = False,
) -> RealData:
    frames = np.concatenate(list(X))
    mean, deviation = np.nanmean(frames, axis=0), np.nanstd(frames, axis=0)

    def scaled(sequences: Any) -> Any:
        of_one_length = isinstance(sequences, np.ndarray)
        found = [((x - mean) / deviation).astype(np.float32) for x in sequences]
        return np.stack(found) if of_one_length else found

    params = {"missing": "mask"} if np.isnan(frames).any() else {}
    return RealData(
        scaled(X),
        scaled(X_test),
        {name: _numbered(*of_both) for name, of_both in labels.items()},
        foretold,
        params,
    )


def in_steps_of(n_hours: int, data: RealData) -> RealData:
    """Put some hours into each frame: (n, T, D) as (n, T / n_hours, n_hours D).

    The papers have a local code a day of air, and one for four hours of a patient, since GLR
    (Tonekaboni et al., AISTATS 2022).
    """
    X, X_test = (x.reshape(len(x), x.shape[1] // n_hours, -1) for x in (data.X, data.X_test))
    return replace(data, X=X, X_test=X_test)


def _numbered(y: np.ndarray, y_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    numbers = np.unique(np.concatenate([y, y_test]), return_inverse=True)[1]
    return numbers[: len(y)], numbers[len(y) :]
