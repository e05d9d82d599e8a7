"""Spoken digits: labels, split, features, download; on made-up sounds, and on the real ones."""

import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
from scipy.io import wavfile

from seqdisentangle.datasets import _download, fetch_spoken_digits, spoken_digits

RATE = 8000


def sound(samples):
    file = io.BytesIO()
    wavfile.write(file, RATE, np.asarray(samples, np.int16))
    return file.getvalue()


def archive(recordings, compression=9):
    """An archive of GitHub with these recordings, and what else a repository has."""
    file = io.BytesIO()
    files = {f"recordings/{name}.wav": content for name, content in recordings.items()}
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=compression) as members:
        for name, content in {**files, "README.md": b"# Digits"}.items():
            member = tarfile.TarInfo(f"free-spoken-digit-dataset-26eb/{name}")
            member.size = len(content)
            members.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture(scope="module")
def recordings():
    rng = np.random.RandomState(0)
    return {
        f"{digit}_{speaker}_{index}": sound(rng.randint(-9000, 9000, 400 + 80 * index + digit))
        for digit in (1, 0)
        for speaker in ("theo", "anna")
        for index in (10, 4, 5)
    }


@pytest.fixture
def source(recordings, serve, monkeypatch):
    """A server that has a made-up archive, in place of the public address."""
    monkeypatch.setattr(_download, "_PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "*")
    expected = archive(recordings)
    monkeypatch.setattr(spoken_digits, "_SHA256", spoken_digits._digest(expected))

    def start(answer=expected):
        server = serve({"/digits.tar.gz": answer})
        monkeypatch.setattr(spoken_digits, "_URL", f"{server.url}/digits.tar.gz")
        return server

    return start


def test_utterances_have_their_labels_in_order(source, tmp_path):
    source()
    data = fetch_spoken_digits(tmp_path, "all")
    assert [x.shape for x in data.X[:3]] == [(7, 40), (8, 40), (13, 40)]
    assert data.X[0].dtype == np.float32
    assert data.speaker_names == ["anna", "theo"]
    np.testing.assert_array_equal(data.digit, np.repeat([0, 1], 6))
    np.testing.assert_array_equal(data.speaker, np.tile(np.repeat([0, 1], 3), 2))
    np.testing.assert_array_equal(data.index, np.tile([4, 5, 10], 4))
    np.testing.assert_array_equal(data.groups, data.speaker)
    assert "CC BY-SA 4.0" in data.DESCR


def test_the_split_is_the_official_one(source, tmp_path):
    source()
    train, test = (fetch_spoken_digits(tmp_path, subset) for subset in ("train", "test"))
    assert set(train.index) == {5, 10}
    assert set(test.index) == {4}
    assert len(train.X) == 8


def features(samples):
    return spoken_digits._log_mel(sound(samples), spoken_digits._triangles())


@pytest.mark.skipif(not hasattr(scipy.signal, "ShortTimeFFT"), reason="SciPy before 1.12")
def test_features_are_log_energies_in_mel_bands():
    samples = np.random.RandomState(1).randint(-9000, 9000, 1000)
    transform = scipy.signal.ShortTimeFFT(np.hanning(200), 80, RATE, mfft=256, phase_shift=None)
    # Its window p is centred on sample 80 p: without 20 samples, it starts at sample 80 (p - 1).
    power = abs(transform.stft(samples[20:] / 32768, p0=2, p1=12)) ** 2
    mels = np.linspace(0, 1, 42) * np.log(4700 / 720) + np.log(720 / 700)
    corners = 700 * np.expm1(mels)
    rising = (transform.f - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - transform.f) / np.diff(corners)[1:, None]
    expected = np.log(np.maximum(np.minimum(rising, falling), 0) @ power + 1e-8).T
    found = features(samples)
    assert found.shape == (11, 40)
    np.testing.assert_allclose(found[1:], expected, rtol=1e-4)


def test_a_tone_is_loudest_in_its_band(source, tmp_path):
    source()
    frequencies = fetch_spoken_digits(tmp_path).frequencies
    for band in (5, 20, 35):
        tone = 9000 * np.sin(2 * np.pi * frequencies[band] * np.arange(2000) / RATE)
        assert (features(tone).argmax(axis=1) == band).all()


def test_silence_is_the_floor():
    np.testing.assert_allclose(features(np.zeros(280)), np.log(1e-8), rtol=1e-6)


def test_download_then_read_without_asking_again(source, tmp_path):
    server = source()
    fetch_spoken_digits(tmp_path)
    fetch_spoken_digits(tmp_path)
    assert server.requests == ["/digits.tar.gz"]


def test_the_checksum_is_of_the_recordings_not_of_their_packing(source, recordings, tmp_path):
    repacked = archive(dict(reversed(recordings.items())), compression=1)
    assert repacked != archive(recordings)
    source(repacked)
    assert len(fetch_spoken_digits(tmp_path, "all").X) == 12


def test_other_recordings_are_refused(source, recordings, tmp_path):
    source(archive({**recordings, "0_anna_4": sound(np.ones(400))}))
    with pytest.raises(OSError, match=r"Spoken digits: .*SHA-256 is .*Without a connection, put"):
        fetch_spoken_digits(tmp_path)
    assert not list(tmp_path.rglob("*.gz"))


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"no archive", lambda b: b""]
)
def test_a_damaged_archive_is_detected(source, recordings, tmp_path, damage):
    source()
    fetch_spoken_digits(tmp_path)
    (path,) = tmp_path.rglob("*.gz")
    path.write_bytes(damage(archive(recordings)))
    with pytest.raises(OSError, match=rf"{path} is not the expected file.*Delete it"):
        fetch_spoken_digits(tmp_path)


def test_missing_archive_without_permission_to_download(tmp_path):
    with pytest.raises(OSError, match=r"spoken_digits/.*tar\.gz and download_if_missing=False"):
        fetch_spoken_digits(tmp_path, download_if_missing=False)


def test_errors_name_the_parameter(tmp_path):
    with pytest.raises(ValueError, match="subset must be 'train', 'test' or 'all', got 'valid'"):
        fetch_spoken_digits(tmp_path, "valid")


def real_data_home():
    homes = (os.environ.get("SEQDISENTANGLE_DATA"), Path.home() / "seqdisentangle_data")
    archives = [Path(home) / "spoken_digits" / spoken_digits._ARCHIVE for home in homes if home]
    return next((archive.parents[1] for archive in archives if archive.is_file()), None)


@pytest.mark.skipif(real_data_home() is None, reason="no spoken digits in SEQDISENTANGLE_DATA")
def test_the_real_recordings():
    data = fetch_spoken_digits(real_data_home(), "test")
    assert len(data.X) == 300
    assert data.speaker_names == ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"]
    assert data.X[0].shape == (28, 40)
    np.testing.assert_allclose(data.X[0][0, :4], [-8.59, -3.977, 0.535, 2.006], atol=5e-3)
