"""Spoken digits: 3,000 utterances of ten digits by six speakers, as log-mel spectra."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft, rfftfreq
from scipy.io import wavfile
from sklearn.utils import Bunch

from .._arguments import constrained
from ._download import DATA_HOME_VARIABLE, download, get_data_home, read_verified

__all__ = ["fetch_spoken_digits"]

# The commit, not the branch (master), so that what is downloaded cannot change under the checksum.
_COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"
_ARCHIVE = f"free-spoken-digit-dataset-{_COMMIT}.tar.gz"
_URL = f"https://github.com/Jakobovski/free-spoken-digit-dataset/archive/{_COMMIT}.tar.gz"
# Of the recordings, by `_digest`: GitHub makes archives on demand, and may compress them otherwise.
_SHA256 = "a2e8a660492f28d9eed6270b290d26cbc5c81d6077ce87d3c0ad5adf4d4ee696"
_RECORDING = re.compile(r"recordings/(?P<digit>\d)_(?P<speaker>[a-z]+)_(?P<index>\d+)\.wav$")
_TEST = 5  # of each digit by each speaker

_RATE = 8000  # samples a second
_WINDOW = 200  # samples: 25 ms
_HOP = 80  # samples: 10 ms
_N_FFT = 256
_N_BANDS = 40
_LOWEST, _HIGHEST = 20.0, 4000.0  # hertz
_FLOOR = 1e-8  # added to each energy

_DESCR = """\
Free Spoken Digit Dataset
-------------------------
Utterances of the digits 0 to 9 in English by six speakers, 50 of each digit by each. In an
utterance the speaker stays the same, and so does the digit; the sound changes.

:Number of sequences: 2,700 train, 300 test (the first 5 utterances of each digit by each speaker)
:Steps: 12 to 226, of 10 ms
:Frame: 40 values, float32: natural logarithms of the energies in mel bands from 20 to 4,000 Hz
:Labels: digit (10), speaker (6)
:Source: https://github.com/Jakobovski/free-spoken-digit-dataset
:Licence: CC BY-SA 4.0

Z. Jackson, C. Souza, J. Flaks, Y. Pan, H. Nicolas, A. Thite, "Free Spoken Digit Dataset", v1.0.8,
2018, https://doi.org/10.5281/zenodo.1342401
"""


@constrained(download_if_missing=["boolean"])
def fetch_spoken_digits(
    data_home: str | os.PathLike[str] | None = None,
    subset: Literal["train", "test", "all"] = "train",
    *,
    download_if_missing: bool = True,
) -> Bunch:
    r"""Load the Free Spoken Digit Dataset (download it if necessary).

    ==================   ======================================
    Sequences            2,700 train, 300 test
    Steps                12 to 226, of 10 ms
    Frame                40 log-mel energies, float32
    Labels               speaker: 6; digit: 10
    ==================   ======================================

    A frame is the logarithm of the energies of 25 ms of sound in 40 bands,

    .. math:: x_{t,b} = \ln\Bigl(10^{-8} + \sum_f w_{b,f} \, |\hat s_t(f)|^2\Bigr)

    :math:`\hat s_t` being the discrete Fourier transform, of 256 points, of 200 samples in -1 to 1
    that a Hann window has weighted, 80 samples further at each step; samples at the end that fill
    no window are left out. The weights :math:`w_b` are triangles over the frequency that rise from
    0 to 1 and fall again between neighbours of 42 points, equally far from each other on the mel
    scale :math:`2595 \log_{10}(1 + f / 700)` from 20 to 4,000 Hz.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder with the data sets; the archive (16 MB) is in ``<data_home>/spoken_digits``. If
        None, the environment variable ``SEQDISENTANGLE_DATA``, and where that is unset,
        ``~/seqdisentangle_data``.

    subset : {"train", "test", "all"}, default="train"
        The utterances: the official split, by which utterances 0 to 4 of each digit by each
        speaker are the test set, or all. Every speaker is in both.

    download_if_missing : bool, default=True
        If False, raise an OSError where the archive is missing instead of downloading it.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, ordered by digit, speaker and index:

        X : list of n ndarrays of shape (T_i, 40), float32
            The utterances.
        digit : ndarray of shape (n,), int
            The digit that is spoken.
        speaker : ndarray of shape (n,), int
            The speaker, an index in `speaker_names`.
        index : ndarray of shape (n,), int
            Which of the 50 utterances of its digit by its speaker each is.
        groups : ndarray of shape (n,), int
            The same as `speaker`, for a cross-validation with unseen speakers by
            :class:`~sklearn.model_selection.GroupKFold`.
        speaker_names : list of 6 str
            In alphabetical order.
        frequencies : ndarray of shape (40,), float
            The frequency of the peak of each band, in hertz.
        DESCR : str
            Description, source and licence of the data set.

    Raises
    ------
    OSError
        If the archive is missing and may not or cannot be downloaded, or does not hold the
        expected recordings by their SHA-256.
    TypeError, ValueError
        If a parameter has not the type or is none of the allowed values.

    References
    ----------
    .. [1] Z. Jackson, C. Souza, J. Flaks, Y. Pan, H. Nicolas, A. Thite, "Free Spoken Digit
           Dataset", v1.0.8, 2018, https://doi.org/10.5281/zenodo.1342401;
           https://github.com/Jakobovski/free-spoken-digit-dataset

    Examples
    --------
    >>> from seqdisentangle.datasets import fetch_spoken_digits
    >>> digits = fetch_spoken_digits(subset="test")  # doctest: +SKIP
    >>> len(digits.X), digits.X[0].shape  # doctest: +SKIP
    (300, (28, 40))
    >>> digits.speaker_names  # doctest: +SKIP
    ['george', 'jackson', 'lucas', 'nicolas', 'theo', 'yweweler']
    """
    if not isinstance(subset, str) or subset not in ("train", "test", "all"):
        raise ValueError(f"subset must be 'train', 'test' or 'all', got {subset!r}.")
    recordings = sorted(_read(data_home, download_if_missing))
    if subset != "all":
        recordings = [r for r in recordings if (r[2] < _TEST) == (subset == "test")]
    digit, speaker, index, sounds = zip(*recordings, strict=True)
    names, labels = np.unique(speaker, return_inverse=True)
    bands = _triangles()
    return Bunch(
        X=[_log_mel(sound, bands) for sound in sounds],
        digit=np.array(digit),
        speaker=labels,
        index=np.array(index),
        groups=labels.copy(),
        speaker_names=names.tolist(),
        frequencies=_corners()[1:-1],
        DESCR=_DESCR,
    )


def _read(
    data_home: str | os.PathLike[str] | None, download_if_missing: bool
) -> Iterator[tuple[int, str, int, bytes]]:
    """Yield digit, speaker, index and the bytes of the file of each recording."""
    folder = get_data_home(data_home) / "spoken_digits"
    path = folder / _ARCHIVE
    if not path.exists():
        if not download_if_missing:
            raise OSError(f"The spoken digits are not at {path} and download_if_missing=False.")
        try:
            download(_URL, path, _SHA256, digest=_digest)
        except OSError as error:
            raise OSError(
                f"Spoken digits: {error} Without a connection, put {_URL} into {folder} as "
                f"{_ARCHIVE}, or point data_home or the environment variable "
                f"{DATA_HOME_VARIABLE} at the folder that has it under spoken_digits/."
            ) from error
    for name, content in _unpack(read_verified(path, _SHA256, digest=_digest)):
        found = _RECORDING.search(name)
        if found:
            yield int(found["digit"]), found["speaker"], int(found["index"]), content


def _unpack(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the recordings in an archive."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
            for member in members:
                if member.isfile() and _RECORDING.search(member.name):
                    file = members.extractfile(member)
                    yield member.name, file.read() if file else b""
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ValueError(f"it is no archive that can be read ({error})") from error


def _digest(archive: bytes) -> str:
    """Return a SHA-256 of names and contents of the recordings, however they are packed."""
    total = hashlib.sha256()
    for name, content in sorted(_unpack(archive)):
        total.update(name.rpartition("/")[-1].encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def _log_mel(sound: bytes, bands: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return the logarithms of the energies (T, 40) of a file of sound in bands (129, 40)."""
    _, samples = wavfile.read(io.BytesIO(sound))
    windows = np.lib.stride_tricks.sliding_window_view(samples / 32768, _WINDOW)[::_HOP]
    power: Any = np.abs(rfft(windows * np.hanning(_WINDOW), _N_FFT)) ** 2  # (T, 129)
    return np.log(_FLOOR + power @ bands).astype(np.float32)


def _corners() -> npt.NDArray[np.float64]:
    """Return the 42 frequencies, in hertz, between neighbours of which the bands lie."""
    lowest, highest = (2595 * np.log10(1 + f / 700) for f in (_LOWEST, _HIGHEST))
    mels = np.linspace(lowest, highest, _N_BANDS + 2)
    corners: npt.NDArray[np.float64] = 700 * (10 ** (mels / 2595) - 1)
    return corners


def _triangles() -> npt.NDArray[np.float64]:
    """Return the weight of each of 129 frequencies in each of 40 bands."""
    frequencies, corners = rfftfreq(_N_FFT, 1 / _RATE), _corners()
    bands = [np.interp(frequencies, corners[b : b + 3], [0, 1, 0]) for b in range(_N_BANDS)]
    return np.stack(bands, axis=1)
