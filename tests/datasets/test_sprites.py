"""Sprites: composition, split, labels, download; on drawn-up sheets, and on the real ones."""

import hashlib
import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from seqdisentangle.datasets import _download, fetch_sprites, sprites

Image = pytest.importorskip("PIL.Image")

# Facts of the published data set, as one array (1296, 9, 8, 64, 64, 3) and of one character of it.
SHA256_ALL = "9a90d76e1172c33b1a9e318a299657cecb9d9d19ddfd0d085e800b796a07a9f3"
SHA256_777 = "6c37e4b0b578abab9ee86bdd20d1867a36c24932ddbb7fa98fa99ae507dc205d"
# Cells of a sheet, numbered row by row, 13 a row: (start, steps) of each action.
WALK = (7, 0, 1, 2, 3, 4, 5, 6)
SPELLCARD = (0, 1, 2, 3, 4, 5, 4, 6)
SLASH = (0, 1, 2, 3, 4, 5, 4, 0)
ACTIONS = [
    *[(start, WALK) for start in (131, 118, 144)],
    *[(start, SPELLCARD) for start in (26, 13, 39)],
    *[(start, SLASH) for start in (182, 169, 195)],
]


def real_data_home():
    homes = (
        os.environ.get("SEQDISENTANGLE_DATA"),
        Path(__file__).parents[3] / "shared" / "data",
        Path.home() / "seqdisentangle_data",
    )
    # A download that failed leaves its folder empty.
    with_sheets = (
        Path(home) for home in homes if home and any((Path(home) / "sprites").rglob("*.png"))
    )
    return next(with_sheets, None)


needs_real_sheets = pytest.mark.skipif(
    real_data_home() is None, reason="no Sprites sheets in SEQDISENTANGLE_DATA or ../shared/data"
)


@pytest.fixture(scope="module")
def drawn_sheets():
    """25 sheets of random blocks, a third of them translucent: name -> bytes of a PNG."""
    rng = np.random.RandomState(0)
    shape = (21, 4, 13, 4)  # in each of 21 x 13 cells, 4 x 4 blocks of 16 x 16 pixels
    sheets = {}
    for name in sprites._SHA256:
        blocks = rng.randint(0, 256, size=(*shape, 4), dtype=np.uint8)
        opacity = rng.choice([0, 100, 255], p=[0.3, 0.3, 0.4], size=shape)
        opacity[:, [0, 3]] = opacity[..., [0, 2, 3]] = 0  # few blocks, so that all layers overlap
        blocks[..., 3] = opacity
        sheet = Image.fromarray(blocks.reshape(84, 52, 4))
        sheet = np.asarray(sheet.resize((832, 1344), Image.Resampling.NEAREST))
        sheet = Image.fromarray(np.roll(sheet, 1, axis=(0, 1)))  # edges lie within block means
        file = io.BytesIO()
        sheet.save(file, "PNG", compress_level=1)
        sheets[name] = file.getvalue()
    return sheets


@pytest.fixture
def expect_drawn(drawn_sheets, monkeypatch):
    """Make the drawn-up sheets the expected ones; no pause and no proxy."""
    digests = {name: hashlib.sha256(sheet).hexdigest() for name, sheet in drawn_sheets.items()}
    monkeypatch.setattr(sprites, "_SHA256", digests)
    monkeypatch.setattr(_download, "_PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def home(expect_drawn, drawn_sheets, tmp_path):
    """A data home that has all drawn-up sheets."""
    for name, sheet in drawn_sheets.items():
        path = tmp_path / "sprites" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sheet)
    return tmp_path


def published_way(sheets, character):
    """The frames (9, 8, 64, 64, 3) of a character, composed whole by Pillow."""
    body, bottomwear, topwear, hair = np.unravel_index(character, (6, 6, 6, 6))
    names = (
        f"body/{body}.png",
        f"bottomwear/{bottomwear}.png",
        f"topwear/{topwear}.png",
        f"hair/{hair}.png",
        "shoes/1.png",
    )
    canvas = Image.new("RGBA", (13 * 64, 21 * 64), "black")
    for name in names:
        layer = Image.open(io.BytesIO(sheets[name])).convert("RGBA")
        canvas = Image.alpha_composite(canvas, layer)
    pixels = np.asarray(canvas)[..., :3]

    def cell(number):
        top, left = 64 * (number // 13), 64 * (number % 13)
        return pixels[top : top + 64, left : left + 64]

    return np.array([[cell(start + step) for step in steps] for start, steps in ACTIONS])


def test_frames_are_what_pillow_composes(home, drawn_sheets):
    data = fetch_sprites(home, "test")
    assert data.X.shape == (2664, 8, 64, 64, 3)
    assert data.X.dtype == np.uint8
    for i in (0, 100, 295):
        frames = published_way(drawn_sheets, data.character[9 * i])
        np.testing.assert_array_equal(data.X[9 * i : 9 * i + 9], frames)


@pytest.mark.parametrize("size", [32, 16])
def test_smaller_frames_are_block_means(home, drawn_sheets, size):
    data = fetch_sprites(home, "test", size=size)
    assert data.X.shape == (2664, 8, size, size, 3)
    block = 64 // size
    frames = published_way(drawn_sheets, data.character[0])
    means = frames.reshape(9, 8, size, block, size, block, 3).mean(axis=(3, 5))
    assert {0.25, 0.5, 0.75} <= set((means % 1).flat)  # all that is to be rounded
    np.testing.assert_array_equal(data.X[:9], np.floor(means + 0.5))


@pytest.fixture
def no_pictures(monkeypatch):
    """Leave X as it is allocated, for tests that look at all the rest."""
    monkeypatch.setattr(sprites, "_compose", lambda layers, characters, size: iter(()))


def test_split_is_the_published_one_and_shares_no_character(home, no_pictures):
    train, test, everything = (
        fetch_sprites(home, subset, size=16) for subset in ("train", "test", "all")
    )
    order = np.random.RandomState(423).permutation(1296)
    np.testing.assert_array_equal(train.character, np.repeat(order[:1000], 9))
    np.testing.assert_array_equal(test.character, np.repeat(order[1000:], 9))
    np.testing.assert_array_equal(everything.character, np.repeat(np.arange(1296), 9))
    assert not set(train.character) & set(test.character)


def test_labels(home, no_pictures):
    data = fetch_sprites(home, "train", size=16)
    assert len(data.X) == len(data.action) == len(data.attributes) == len(data.character) == 9000
    np.testing.assert_array_equal(data.action, np.tile(np.arange(9), 1000))
    np.testing.assert_array_equal(data.attributes @ [216, 36, 6, 1], data.character)
    assert data.attributes.min() == 0
    assert data.attributes.max() == 5
    assert data.attribute_names == ["body", "bottomwear", "topwear", "hair"]
    assert data.action_names[3] == "spellcard front"
    assert data.action_names[8] == "slash right"
    assert "CC BY-SA 3.0" in data.DESCR


def test_data_home_from_the_environment(home, monkeypatch, no_pictures):
    monkeypatch.setenv("SEQDISENTANGLE_DATA", str(home))
    assert len(fetch_sprites(subset="test", size=16, download_if_missing=False).X) == 2664


@pytest.fixture
def source(expect_drawn, drawn_sheets, serve, monkeypatch):
    """A server that has the drawn-up sheets, in place of the public address."""

    def start(**replaced):
        answers = {f"/{name}": sheet for name, sheet in drawn_sheets.items()}
        answers.update({f"/{name}": answer for name, answer in replaced.items()})
        server = serve(answers)
        monkeypatch.setattr(sprites, "_BASE_URL", server.url)
        return server

    return start


def test_download_then_read_without_asking_again(source, tmp_path, drawn_sheets, no_pictures):
    server = source()
    fetch_sprites(tmp_path, "test", size=16)
    assert sorted(server.requests) == sorted(f"/{name}" for name in drawn_sheets)
    found = {
        str(path.relative_to(tmp_path / "sprites")): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert found == drawn_sheets

    server.requests.clear()
    fetch_sprites(tmp_path, "test", size=16)
    assert server.requests == []


def test_an_interrupted_download_goes_on_where_it_stopped(source, tmp_path, no_pictures):
    source(**{"topwear/3.png": 404})
    with pytest.raises(OSError, match=r"Sprites sheet topwear/3\.png: .*404.*Without a connection"):
        fetch_sprites(tmp_path, "test", size=16)
    have = list((tmp_path / "sprites").rglob("*.png"))
    assert 0 < len(have) < 25

    server = source()
    fetch_sprites(tmp_path, "test", size=16)
    assert len(server.requests) == 25 - len(have)


def test_a_wrong_sheet_from_the_server_is_refused(source, tmp_path, drawn_sheets):
    source(**{"hair/2.png": drawn_sheets["hair/3.png"]})
    expected, found = sprites._SHA256["hair/2.png"], sprites._SHA256["hair/3.png"]
    with pytest.raises(OSError, match=rf"hair/2\.png.*SHA-256 is {found}, expected {expected}"):
        fetch_sprites(tmp_path, "test", size=16)
    assert not (tmp_path / "sprites" / "hair" / "2.png").exists()


def test_offline_error_says_where_to_put_the_sheets(source, tmp_path):
    source().stop()
    with pytest.raises(OSError, match=rf"Without a connection, put .* into {tmp_path}/sprites as"):
        fetch_sprites(tmp_path)


def test_missing_sheets_without_permission_to_download(home):
    (home / "sprites" / "hair" / "2.png").unlink()
    with pytest.raises(
        OSError, match=r"1 of the 25 .* hair/2\.png\) and download_if_missing=False"
    ):
        fetch_sprites(home, download_if_missing=False)


@pytest.mark.parametrize("damage", [b"", b"not a picture"])
def test_a_damaged_sheet_is_detected(home, damage):
    path = home / "sprites" / "shoes" / "1.png"
    path.write_bytes(damage)
    with pytest.raises(OSError, match=rf"{path} is not the expected file.*Delete it"):
        fetch_sprites(home)


def test_without_pillow_the_error_says_what_to_install(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"pip install 'seqdisentangle\[plot\]'"):
        fetch_sprites(home)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"subset": "valid"}, "subset must be 'train', 'test' or 'all', got 'valid'"),
        ({"subset": ["train"]}, r"subset must be .* got \['train'\]"),
        ({"size": 48}, "size must be 64, 32 or 16, got 48"),
        ({"size": "64"}, "size must be 64, 32 or 16, got '64'"),
    ],
)
def test_errors_name_the_parameter(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        fetch_sprites(tmp_path, **arguments)


@needs_real_sheets
def test_the_published_data_set_to_the_byte():
    # A character at a time: all of them take more than a gigabyte, which fetch_sprites returns.
    layers = sprites._read_layers(real_data_home() / "sprites", download_if_missing=False)
    everything = hashlib.sha256()
    for number, cells in sprites._compose(layers, np.arange(1296), 64):
        frames = cells[sprites._SEQUENCES].tobytes()
        everything.update(frames)
        if number == 777:
            assert hashlib.sha256(frames).hexdigest() == SHA256_777
    assert everything.hexdigest() == SHA256_ALL


@needs_real_sheets
def test_the_real_sheets_download(serve, tmp_path, monkeypatch):
    folder = real_data_home() / "sprites"
    server = serve({f"/{name}": (folder / name).read_bytes() for name in sprites._SHA256})
    monkeypatch.setattr(sprites, "_BASE_URL", server.url)
    monkeypatch.setenv("no_proxy", "*")
    downloaded = fetch_sprites(tmp_path, "test", size=16)
    assert len(server.requests) == 25
    assert downloaded.X.any(axis=(2, 3, 4)).all()
