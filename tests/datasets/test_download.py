"""The data home and verified downloads, from a server on this machine."""

import hashlib
import urllib.request
from pathlib import Path

import pytest

from seqdisentangle.datasets import _download
from seqdisentangle.datasets._download import download, get_data_home, read_verified

CONTENT = bytes(range(256)) * 9000  # more than one chunk
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(_download, "_PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "*")


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_data_home_is_argument_then_variable_then_default(monkeypatch):
    monkeypatch.setenv("SEQDISENTANGLE_DATA", "/from/variable")
    assert get_data_home("/from/argument") == Path("/from/argument")
    assert get_data_home() == Path("/from/variable")
    monkeypatch.setenv("SEQDISENTANGLE_DATA", "")
    assert get_data_home() == Path.home() / "seqdisentangle_data"
    assert get_data_home("~/videos") == Path.home() / "videos"
    with pytest.raises(TypeError, match=r"data_home must be a path, .*, got 3"):
        get_data_home(3)


def test_download_arrives_whole_and_alone(serve, tmp_path):
    server = serve({"/a/file.bin": CONTENT})
    path = tmp_path / "new" / "folder" / "file.bin"
    download(f"{server.url}/a/file.bin", path, SHA256)
    assert read_verified(path, SHA256) == CONTENT
    assert files(tmp_path) == ["file.bin"]


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"x"])
def test_wrong_content_is_tried_again_then_refused(serve, tmp_path, content):
    server = serve({"/file.bin": content})
    found = hashlib.sha256(content).hexdigest()
    with pytest.raises(OSError, match=rf"file\.bin .*SHA-256 is {found}, expected {SHA256}"):
        download(f"{server.url}/file.bin", tmp_path / "file.bin", SHA256)
    assert server.requests == ["/file.bin"] * 3
    assert files(tmp_path) == []


def test_a_failed_try_does_not_fail_the_download(serve, tmp_path):
    server = serve({"/file.bin": [503, CONTENT[:100], CONTENT]})
    download(f"{server.url}/file.bin", tmp_path / "file.bin", SHA256)
    assert read_verified(tmp_path / "file.bin", SHA256) == CONTENT


def test_a_missing_address_is_not_tried_again(serve, tmp_path):
    server = serve({})
    with pytest.raises(OSError, match=rf"file\.bin could not .*{server.url}/file\.bin .*404"):
        download(f"{server.url}/file.bin", tmp_path / "file.bin", SHA256)
    assert server.requests == ["/file.bin"]


def test_a_failed_download_leaves_what_was_there(serve, tmp_path):
    (tmp_path / "file.bin").write_bytes(b"old")
    with pytest.raises(OSError, match="could not be downloaded"):
        download(f"{serve({}).url}/file.bin", tmp_path / "file.bin", SHA256)
    assert (tmp_path / "file.bin").read_bytes() == b"old"


def test_no_server_is_an_os_error(serve, tmp_path):
    server = serve({})
    server.stop()
    with pytest.raises(OSError, match=r"could not be downloaded .*refused"):
        download(f"{server.url}/file.bin", tmp_path / "file.bin", SHA256)


def test_a_kill_in_mid_download_leaves_no_file_of_that_name(serve, tmp_path, monkeypatch):
    server = serve({"/file.bin": CONTENT})
    urlopen = urllib.request.urlopen

    def urlopen_then_kill(*args, **kwargs):
        answer = urlopen(*args, **kwargs)
        chunks = iter([answer.read(10)])

        def read(size):
            for chunk in chunks:
                return chunk
            raise KeyboardInterrupt

        monkeypatch.setattr(answer, "read", read)
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", urlopen_then_kill)
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.url}/file.bin", tmp_path / "file.bin", SHA256)
    assert files(tmp_path) == []


def test_reading_a_damaged_file_names_it_and_both_checksums(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"damaged")
    found = hashlib.sha256(b"damaged").hexdigest()
    with pytest.raises(OSError, match=rf"{path} .*{found}, expected {SHA256}.*Delete it"):
        read_verified(path, SHA256)


def test_a_digest_of_its_own_may_say_that_a_file_is_none(serve, tmp_path):
    def digest(content):
        if len(content) < 100:
            raise ValueError("it is too short")
        return content[:3].hex()

    server = serve({"/file.bin": [CONTENT[:10], CONTENT]})
    path = tmp_path / "file.bin"
    download(f"{server.url}/file.bin", path, "000102", digest=digest)
    assert read_verified(path, "000102", digest=digest) == CONTENT
    with pytest.raises(OSError, match="its SHA-256 is 000102, expected 00"):
        read_verified(path, "00", digest=digest)
    path.write_bytes(CONTENT[:10])
    with pytest.raises(OSError, match="is damaged: it is too short"):
        read_verified(path, "000102", digest=digest)
