"""The data home, and files in it that are fetched once and verified whenever they are read."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

from .._paths import check_path

__all__ = ["DATA_HOME_VARIABLE", "download", "get_data_home", "read_verified", "sha256_of"]

DATA_HOME_VARIABLE = "SEQDISENTANGLE_DATA"

_CHUNK = 1 << 20  # bytes
_TIMEOUT = 30.0  # seconds without an answer
_PAUSE = 1.0  # seconds before the second try, doubled before each further one


def get_data_home(data_home: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder under which every data set has its own.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder. If None, the environment variable ``SEQDISENTANGLE_DATA``, and where that is
        unset or empty, ``~/seqdisentangle_data``. A leading ``~`` is expanded.

    Returns
    -------
    data_home : Path
        The folder; it need not exist.

    Examples
    --------
    >>> from seqdisentangle.datasets._download import get_data_home
    >>> get_data_home("videos").name
    'videos'
    """
    if data_home is None:
        data_home = os.environ.get(DATA_HOME_VARIABLE) or "~/seqdisentangle_data"
    else:
        check_path(data_home, "data_home")
    return Path(data_home).expanduser()


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal.

    Examples
    --------
    >>> from seqdisentangle.datasets._download import sha256_of
    >>> sha256_of(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def read_verified(path: Path, sha256: str, *, digest: Callable[[bytes], str] = sha256_of) -> bytes:
    """Return the bytes of a file, having checked them.

    Parameters
    ----------
    path : Path
        The file.

    sha256 : str
        The SHA-256 its bytes must have, in hexadecimal.

    digest : callable, default=sha256_of
        Takes the bytes and returns that of them which must be `sha256`. It raises a ValueError
        if the bytes are no such file.

    Returns
    -------
    content : bytes
        The whole file.

    Raises
    ------
    OSError
        If the file cannot be read, or is not the expected one.
    """
    content = path.read_bytes()
    difference = _difference(content, sha256, digest)
    if difference:
        raise OSError(
            f"{path} is not the expected file, or is damaged: {difference}. Delete it to have it "
            "downloaded again."
        )
    return content


def _difference(content: bytes, sha256: str, digest: Callable[[bytes], str]) -> str | None:
    """Say how bytes differ from the expected ones; None if they do not."""
    try:
        found = digest(content)
    except ValueError as error:
        return str(error)
    return None if found == sha256 else f"its SHA-256 is {found}, expected {sha256}"


def download(
    url: str,
    path: Path,
    sha256: str,
    *,
    digest: Callable[[bytes], str] = sha256_of,
    retries: int = 2,
) -> None:
    """Download a file, verify it, and only then give it its name.

    The bytes go to a file of another name in the same folder, which replaces `path` in one step
    once its checksum is right: whoever finds `path` finds it whole, also after a run was killed
    and while several run at once. Folders on the way are created.

    Parameters
    ----------
    url : str
        The address.

    path : Path
        The file to write.

    sha256 : str
        The SHA-256 its bytes must have, in hexadecimal.

    digest : callable, default=sha256_of
        As in :func:`read_verified`.

    retries : int, default=2
        Further tries after a failed one. An answer that is final (the address does not
        exist, access is denied) is not tried again.

    Raises
    ------
    OSError
        If the file could not be had, or is not the expected one. `path` is then left untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile.mkstemp: it makes files that only their owner can read, and a data home is
    # often shared.
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    for attempt in range(retries + 1):
        try:
            _stream(url, partial)
            difference = _difference(partial.read_bytes(), sha256, digest)
            if difference is None:
                os.replace(partial, path)
                return
            failure = difference
        except urllib.error.HTTPError as error:
            failure = str(error)
            if 400 <= error.code < 500 and error.code not in (408, 429):
                break
        except urllib.error.URLError as error:
            failure = str(error.reason)
        except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
            failure = f"{type(error).__name__}: {error}"
        finally:
            partial.unlink(missing_ok=True)
        if attempt < retries:
            time.sleep(_PAUSE * 2**attempt)
    raise OSError(f"{path.name} could not be downloaded from {url} ({failure}).")


def _stream(url: str, path: Path) -> None:
    """Write what `url` answers to `path`."""
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer, path.open("wb") as file:
        shutil.copyfileobj(answer, file, _CHUNK)
