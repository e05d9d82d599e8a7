"""Sheets of sequences as text: frames as a PNG, vectors as 16-bit integers."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MISSING", "import_pillow", "picture_sheet", "quantised", "table_sheet"]

#: Stands for a missing value in a sheet of vectors; all others are at least 0.
MISSING = -1
_LEVELS = 32767
_LARGE = 160 * 1024  # bytes of a PNG; 21 of them, as of 12 sequences, stay below 5 MB


def import_pillow() -> Any:
    """Return `PIL.Image`, or say how to get it."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "export_explorer writes pictures with Pillow, which is not installed: "
            "pip install 'seqdisentangle[plot]'"
        ) from error
    return Image


def picture_sheet(pictures: list[NDArray[np.floating]]) -> dict[str, Any]:
    """Sequences (T_i, H, W, 3) in [0, 1] as one PNG, a row of frames each.

    It is exact to 8 bits. One that would be large keeps 256 colours, the best for it.

    Parameters
    ----------
    pictures : list of arrays

    Returns
    -------
    dict
        The PNG as a data URL, and the lengths.
    """
    lengths = [len(x) for x in pictures]
    _, H, W, _ = pictures[0].shape
    sheet = np.zeros((len(pictures) * H, max(lengths) * W, 3), np.uint8)
    for i, x in enumerate(pictures):
        row = np.rint(255 * np.nan_to_num(x)).astype(np.uint8)  # (T, H, W, 3)
        sheet[i * H : (i + 1) * H, : len(x) * W] = row.swapaxes(0, 1).reshape(H, -1, 3)
    Image = import_pillow()
    image = Image.fromarray(sheet)
    png = as_png(image)
    if len(png) > _LARGE:
        png = as_png(image.quantize(256, dither=Image.Dither.NONE))
    return {"png": "data:image/png;base64," + b64encode(png).decode(), "t": lengths}


def as_png(image: Any) -> bytes:
    """The bytes of a PNG."""
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def table_sheet(
    tables: list[NDArray[np.float64]], low: NDArray[np.float64], high: NDArray[np.float64]
) -> dict[str, Any]:
    """Vectors (T_i, D) as 16-bit integers, from the low to the high end of each channel.

    Parameters
    ----------
    tables : list of arrays
    low, high : arrays of shape (D,)

    Returns
    -------
    dict
        The integers, little-endian, one sequence after the other, as base64; and the lengths.
    """
    numbers = np.concatenate([quantised(x, low, high) for x in tables])
    text = b64encode(numbers.astype("<i2").tobytes()).decode()
    return {"i16": text, "t": [len(x) for x in tables]}


def quantised(
    x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.int16]:
    """Values as whole numbers from 0 (low) to 32767 (high); ``MISSING`` where there is none."""
    width = np.where(high > low, high - low, 1.0)
    levels = np.rint(_LEVELS * np.clip((x - low) / width, 0.0, 1.0))
    return np.where(np.isfinite(x), levels, MISSING).astype(np.int16)
