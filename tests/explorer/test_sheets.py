"""Sheets: what is written is read again, to 8 bits of a frame and 15 of a value."""

import builtins

import numpy as np
import pytest

from seqdisentangle.explorer._sheets import import_pillow, picture_sheet, quantised, table_sheet
from tests.explorer._common import frames_of, tables_of


def test_frames_are_kept_to_eight_bits():
    rng = np.random.RandomState(0)
    pictures = [rng.uniform(size=(n, 4, 5, 3)) for n in (3, 1, 2)]
    found = frames_of(picture_sheet(pictures), {"height": 4, "width": 5})
    assert [len(x) for x in found] == [3, 1, 2]
    for x, y in zip(pictures, found, strict=True):
        np.testing.assert_allclose(y / 255, x, atol=0.5001 / 255)


def test_twenty_one_large_sheets_are_below_five_megabytes():
    t, y, x = np.meshgrid(np.arange(8), np.arange(64), np.arange(64), indexing="ij")
    noise = np.random.RandomState(0).uniform(-0.01, 0.01, size=(12, 8, 64, 64, 3))
    smooth = np.stack([np.sin(x / 9 + t), np.cos(y / 7), np.sin((x + y) / 8)], -1)
    pictures = list(np.clip(0.5 + 0.4 * smooth + noise, 0, 1))
    sheet = picture_sheet(pictures)
    assert 21 * len(sheet["png"]) < 5e6
    found = frames_of(sheet, {"height": 64, "width": 64})
    assert np.abs(np.stack(found) / 255 - np.stack(pictures)).mean() < 0.05


def test_vectors_are_kept_to_a_share_of_their_range():
    rng = np.random.RandomState(0)
    tables = [rng.normal(size=(n, 2)) * [1, 1000] for n in (4, 2)]
    values = np.concatenate(tables)
    low, high = values.min(0), values.max(0)
    found = tables_of(table_sheet(tables, low, high), {"low": low, "high": high})
    for x, y in zip(tables, found, strict=True):
        assert (np.abs(x - y) <= (high - low) / 65000).all()


def test_missing_values_stay_missing_and_constants_constant():
    x = np.array([[np.nan, 2.0], [1.0, 2.0]])
    low, high = np.array([0.0, 2.0]), np.array([1.0, 2.0])
    np.testing.assert_array_equal(quantised(x, low, high), [[-1, 0], [32767, 0]])


def test_it_says_how_to_get_pillow(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "PIL":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"seqdisentangle\[plot\]"):
        import_pillow()
