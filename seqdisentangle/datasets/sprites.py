"""Sprites: 1,296 video game characters, each doing the same nine actions for eight steps."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

from .._arguments import COUNT, constrained
from ._download import DATA_HOME_VARIABLE, download, get_data_home, read_verified

__all__ = ["fetch_sprites"]

# The commit, not the branch (master), so that what is downloaded cannot change under the checksums.
_BASE_URL = (
    "https://raw.githubusercontent.com/YingzhenLi/Sprites/3ce4048c5227802bd8f1888e293fd3afdba91c0c"
)

_SHA256 = {
    "body/0.png": "27d1ac78db37c42f35a20d15c42705efc5e58d47c236cc01423879d4f797f151",
    "body/1.png": "1535e9228357b884df80f777a0d1dac10ac35e550e4d8d077105ccad014a1460",
    "body/2.png": "7c241033b4897501cb3721b6c3a9ebfa94b13db10a539edbd9bcc3e0c2a4bcb9",
    "body/3.png": "055f5aa33fc112d8444b42fce2cf50608a9fbbf2466c54ceaa46c777589a717a",
    "body/4.png": "57f3b9c510482379aba9a32fc0de7d48e9cbe3dc40f2447283547f773b77ca72",
    "body/5.png": "91e49453aeab5ebbb4fd2b48253812895dcfb4cb1829b84e24425c66de8f04ff",
    "bottomwear/0.png": "4ec356c488e272fde2d2d0d722b12a80217871e41161d43ba784caf243969ec2",
    "bottomwear/1.png": "0674312eaa4ab548f8bb31ef95d7dbd46b41555758cec51bd6c3e9fac9a0f936",
    "bottomwear/2.png": "3b464feb0d20ff34b0ca2a6d1fd00766ad86e2229c3d56ff91379fe27588a893",
    "bottomwear/3.png": "b366e84ea0519d06cf693f51e0ee2f9ac32b3132d27c75dfdc4b6f52fca072de",
    "bottomwear/4.png": "4ed7e7702e4f50b9692c0043be04b7296a108d85ea97230fb50d13c150d98771",
    "bottomwear/5.png": "a5c5e7e33f13fe5ad37b5836a5a74fb0d2094a0877c2146961b88688ff85840d",
    "topwear/0.png": "b917edcf2b3c35d51ef57a6fad67557c5edf048785bea29db09a640d09ac9a90",
    "topwear/1.png": "e33c6cb31ed1268a2c0dc73b665b1c9b9420e22baf3321880222bdb22682368b",
    "topwear/2.png": "2b9b8fefa08894b7ea536cd62b86d494aefe6e54495c5c1d83460827b13b6448",
    "topwear/3.png": "807f5b628592f6747e2814be9435963069dba6c360577168c02f57bbe903433d",
    "topwear/4.png": "b51b17878503877e179ce4f9231713bf2b2d2d666c3ec9ee29f4e784469867a2",
    "topwear/5.png": "1b6049d43f83ebfda857cc405d1936ac9fd80be480fa6ad239024a6a75ad0372",
    "hair/0.png": "e4007b0635a239ad16cdebfe90759349ccc73dfc6836c9d19625714be185f43d",
    "hair/1.png": "fa6369f84d3310705df6d8ca8c9d515a7d211e73d2826c50a9cb5bb285652c66",
    "hair/2.png": "1b8046752be7233e829ebe9b11048e171d8d181ee6f68e07042b34f57bb8af0d",
    "hair/3.png": "333783285c5fd94ff434ae5000d2da39aac7940269f173119eaa70d34c8acfa1",
    "hair/4.png": "24df8e9b291cbd444f6c4d12d35b3d43d909cd13f04e6401e0fd8ab10216d5a2",
    "hair/5.png": "4dd471cc20e0b1cf71adcaab01c88598767e5cfe680adacdf560ca91574f17ae",
    "shoes/1.png": "d56a561616a20a12030d2d40a52eeec63e6d048871bf3b6994221869362151f1",
}

_ATTRIBUTES = ("body", "bottomwear", "topwear", "hair")
_VARIANTS = 6  # of each attribute
_N_CHARACTERS = _VARIANTS ** len(_ATTRIBUTES)
_N_TRAIN = 1000

_ACTIONS = [
    f"{verb} {view}"
    for verb in ("walk", "spellcard", "slash")
    for view in ("front", "left", "right")
]
_CELL = 64  # pixels a side
_COLUMNS = 13  # cells in a row of a sheet
_STARTS = {"walk": (131, 118, 144), "spellcard": (26, 13, 39), "slash": (182, 169, 195)}
_STEPS = {
    "walk": (7, 0, 1, 2, 3, 4, 5, 6),
    "spellcard": (0, 1, 2, 3, 4, 5, 4, 6),
    "slash": (0, 1, 2, 3, 4, 5, 4, 0),
}
# The cells of the sheets that are ever shown, and where among them each (action, step) is: (9, 8).
_SHOWN, _SEQUENCES = np.unique(
    [[start + step for step in _STEPS[verb]] for verb in _STARTS for start in _STARTS[verb]],
    return_inverse=True,
)
_SEQUENCES = _SEQUENCES.reshape(len(_ACTIONS), -1)

_DESCR = """\
Sprites video data
------------------
Sequences of 8 frames of video game characters. What stays the same in a sequence is the
character: the combination of a body, a bottomwear, a topwear and a hair, 6 of each, which makes
1,296 characters. What changes is the pose: each character does 9 actions (walk, spellcard,
slash; seen from the front, the left, the right).

:Number of sequences: 9,000 train (1,000 characters), 2,664 test (the other 296 characters)
:Steps: 8
:Frame: 64 x 64 x 3, uint8; or its block means, 32 x 32 x 3 and 16 x 16 x 3
:Attributes: body, bottomwear, topwear, hair; 0 to 5 each
:Source: https://github.com/YingzhenLi/Sprites
:Licence: CC BY-SA 3.0 / GPL 3.0. The sprite sheets come from the Liberated Pixel Cup
    (http://lpc.opengameart.org) and the Universal LPC spritesheet
    (https://github.com/jrconway3/Universal-LPC-spritesheet).

Y. Li, S. Mandt, "Disentangled Sequential Autoencoder", ICML 2018,
https://arxiv.org/abs/1803.02991
"""


@constrained(download_if_missing=["boolean"])
def fetch_sprites(
    data_home: str | os.PathLike[str] | None = None,
    subset: Literal["train", "test", "all"] = "train",
    *,
    size: Literal[64, 32, 16] = 64,
    download_if_missing: bool = True,
) -> Bunch:
    """Load the Sprites video data set (download it if necessary).

    ==================   ======================================
    Sequences            9,000 train, 2,664 test
    Steps                8
    Frame                64 x 64 x 3, uint8, channels last
    Static factors       body, bottomwear, topwear, hair: 6 each
    Dynamic factor       action: 9
    ==================   ======================================

    The published data set is not stored as videos but composed from 25 sprite sheets (0.5 MB),
    the layers drawn over each other on black. The split is by character: no character is in both
    ``"train"`` and ``"test"``.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder with the data sets; the sheets are ``<data_home>/sprites/<layer>/<i>.png``. If
        None, the environment variable ``SEQDISENTANGLE_DATA``, and where that is unset,
        ``~/seqdisentangle_data``.

    subset : {"train", "test", "all"}, default="train"
        The characters: the 1,000 of the published training split, the other 296, or all.

    size : {64, 32, 16}, default=64
        Height and width of a frame in pixels. 64 is the original; the smaller ones are the mean
        of each block of 2 x 2 or 4 x 4 pixels, computed exactly and rounded half up.

    download_if_missing : bool, default=True
        If False, raise an OSError where a sheet is missing instead of downloading it.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with n = 9 sequences for each character:

        X : ndarray of shape (n, 8, size, size, 3), uint8
            The sequences, red, green, blue in 0 to 255. By character (in the order of the split;
            ascending for ``"all"``), then by action. Training data at size 64 take 885 MB, at
            size 32 221 MB, at size 16 55 MB.
        action : ndarray of shape (n,), int
            The action of the character, an index in `action_names`.
        attributes : ndarray of shape (n, 4), int
            Body, bottomwear, topwear and hair, 0 to 5 each.
        character : ndarray of shape (n,), int
            Number of the character, 0 to 1295: its attributes read as digits in base 6.
        action_names : list of 9 str
            Such as ``"walk front"``.
        attribute_names : list of 4 str
            The columns of `attributes`.
        DESCR : str
            Description, source and licence of the data set.

    Raises
    ------
    OSError
        If a sheet is missing and may not or cannot be downloaded, or is not the expected file by
        its SHA-256.
    ImportError
        If Pillow, which reads the sheets, is not installed.
    TypeError, ValueError
        If a parameter has not the type or is none of the allowed values.

    References
    ----------
    .. [1] Y. Li, S. Mandt, "Disentangled Sequential Autoencoder", ICML 2018,
           https://arxiv.org/abs/1803.02991; sheets and split:
           https://github.com/YingzhenLi/Sprites

    Examples
    --------
    >>> from seqdisentangle.datasets import fetch_sprites
    >>> sprites = fetch_sprites(subset="test", size=32)  # doctest: +SKIP
    >>> sprites.X.shape  # doctest: +SKIP
    (2664, 8, 32, 32, 3)
    >>> sprites.action_names[sprites.action[0]]  # doctest: +SKIP
    'walk front'
    """
    characters = _split(subset)
    if not (COUNT.is_satisfied_by(size) and size in (64, 32, 16)):
        raise ValueError(f"size must be 64, 32 or 16, got {size!r}.")
    folder = get_data_home(data_home) / "sprites"
    layers = _read_layers(folder, download_if_missing)

    n_actions, n_steps = _SEQUENCES.shape
    X = np.empty((len(characters), n_actions, n_steps, size, size, 3), dtype=np.uint8)
    for position, cells in _compose(layers, characters, size):
        X[position] = cells[_SEQUENCES]
    return Bunch(
        X=X.reshape(-1, n_steps, size, size, 3),
        action=np.tile(np.arange(n_actions), len(characters)),
        attributes=np.repeat(_attributes(characters), n_actions, axis=0),
        character=np.repeat(characters, n_actions),
        action_names=list(_ACTIONS),
        attribute_names=list(_ATTRIBUTES),
        DESCR=_DESCR,
    )


def _split(subset: Any) -> npt.NDArray[np.int64]:
    """Return the numbers of the characters of a subset, in its order."""
    order = np.random.RandomState(423).permutation(_N_CHARACTERS)
    parts = {
        "train": order[:_N_TRAIN],
        "test": order[_N_TRAIN:],
        "all": np.arange(_N_CHARACTERS),
    }
    if not isinstance(subset, str) or subset not in parts:
        raise ValueError(f"subset must be 'train', 'test' or 'all', got {subset!r}.")
    return parts[subset].astype(np.int64)


def _attributes(characters: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return body, bottomwear, topwear, hair (m, 4) of m characters."""
    return np.stack(np.unravel_index(characters, (_VARIANTS,) * len(_ATTRIBUTES)), axis=1)


class _Layer(NamedTuple):
    """The p pixels of a sheet, over all shown cells, that are not fully transparent."""

    where: npt.NDArray[np.intp]  # (p,), in the flattened (63, 64, 64)
    paint: npt.NDArray[np.uint16]  # (p, 3), colour * alpha
    cover: npt.NDArray[np.uint16]  # (p, 1), 255 - alpha: what is left of the layers below

    def over(self, cells: npt.NDArray[np.uint8]) -> None:
        """Draw on opaque cells (63, 64, 64, 3), in place."""
        pixels = cells.reshape(-1, 3)
        below = pixels.take(self.where, axis=0).astype(np.uint16)
        # + 127 rounds to the nearest, as Pillow's alpha_composite does; at most 65,152: no overflow
        drawn = (self.paint + self.cover * below + np.uint16(127)) // np.uint16(255)
        # A pixel assigned as one item of 3 bytes rather than as a row: twice as fast in all.
        pixels.view("V3")[:, 0][self.where] = drawn.astype(np.uint8).view("V3")[:, 0]


def _read_layers(folder: Path, download_if_missing: bool) -> dict[str, _Layer]:
    """Return the layers by the names of their sheets, downloading the sheets that are missing."""
    image = _import_pillow()
    missing = [name for name in _SHA256 if not (folder / name).exists()]
    if missing and not download_if_missing:
        raise OSError(
            f"{len(missing)} of the {len(_SHA256)} Sprites sheets are not in {folder} (first: "
            f"{missing[0]}) and download_if_missing=False."
        )
    for name in missing:
        try:
            download(f"{_BASE_URL}/{name}", folder / name, _SHA256[name])
        except OSError as error:
            raise OSError(
                f"Sprites sheet {name}: {error} Without a connection, put the sheets of "
                f"https://github.com/YingzhenLi/Sprites into {folder} as <layer>/<i>.png, or "
                f"point data_home or the environment variable {DATA_HOME_VARIABLE} at the folder "
                f"that has them under sprites/."
            ) from error

    layers = {}
    for name, sha256 in _SHA256.items():
        with image.open(io.BytesIO(read_verified(folder / name, sha256))) as sheet:
            layers[name] = _layer(np.asarray(sheet.convert("RGBA")))
    return layers


def _layer(sheet: npt.NDArray[np.uint8]) -> _Layer:
    """Keep of a sheet (H, W, 4) the shown cells, and of those what is not fully transparent."""
    rows = sheet.reshape(-1, _CELL, _COLUMNS, _CELL, 4)
    cells = rows[_SHOWN // _COLUMNS, :, _SHOWN % _COLUMNS]  # (63, 64, 64, 4)
    where = np.flatnonzero(cells[..., 3])
    pixels = cells.reshape(-1, 4)[where].astype(np.uint16)
    colour, alpha = pixels[:, :3], pixels[:, 3:]
    return _Layer(where, colour * alpha, 255 - alpha)


def _compose(
    layers: dict[str, _Layer], characters: npt.NDArray[np.int64], size: int
) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """Yield, for each character, its place in `characters` and its cells (63, size, size, 3).

    Characters come in ascending order: hair varies fastest, so that the layers under it are drawn
    once for the (up to) six characters that share them.
    """
    dressed_as = None
    for position in np.argsort(characters):
        *under, hair = _attributes(characters[position : position + 1])[0].tolist()
        if under != dressed_as:
            dressed = np.zeros((len(_SHOWN), _CELL, _CELL, 3), dtype=np.uint8)
            for name, variant in zip(_ATTRIBUTES, under, strict=False):
                layers[f"{name}/{variant}.png"].over(dressed)
            dressed_as = under
        cells = dressed.copy()
        layers[f"hair/{hair}.png"].over(cells)
        layers["shoes/1.png"].over(cells)
        yield int(position), _block_means(cells, size)


def _block_means(cells: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Shrink cells (m, 64, 64, 3) to (m, size, size, 3) by the mean of each block, half up."""
    block = _CELL // size
    if block == 1:
        return cells
    # Strided sums: six times as fast as summing over the short axes of a reshaped array.
    rows = cells[:, ::block].astype(np.uint16)  # (m, size, 64, 3)
    for offset in range(1, block):
        rows += cells[:, offset::block]
    total = rows[:, :, ::block].copy()  # (m, size, size, 3)
    for offset in range(1, block):
        total += rows[:, :, offset::block]
    means: npt.NDArray[np.uint16] = (total + block * block // 2) // (block * block)
    return means.astype(np.uint8)


def _import_pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "fetch_sprites needs Pillow: pip install 'seqdisentangle[plot]'"
        ) from error
    return Image
