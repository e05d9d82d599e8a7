"""Arrays and settings in one safe file and back: safetensors and JSON, no pickle.

The file is a plain ``.safetensors`` that any reader of the format opens. Its metadata holds the
settings as JSON, a version of this layout, the release that wrote it and a checksum over all of it,
so that reading one runs no code of the file's, and a bit that has changed is noticed. It is written
whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from ._termination import raised_at_end_of_process
from ._version import release

__all__ = ["FORMAT_VERSION", "load_file", "naming", "reading", "save_file", "written_whole"]

#: Version of the layout written; a file of a newer one is refused.
FORMAT_VERSION = 1

#: Errors by which parts, NumPy and torch refuse what they are handed.
MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)

#: The release that reads and writes.
RELEASE = release()

VERSION_KEY = "seqdisentangle.format"
SETTINGS_KEY = "seqdisentangle.settings"
RELEASE_KEY = "seqdisentangle.release"
CHECKSUM_KEY = "seqdisentangle.sha256"


def save_file(
    path: str | os.PathLike[str], tensors: Mapping[str, Tensor], settings: Mapping[str, Any]
) -> None:
    """Write tensors and settings to one file, atomically and durably.

    The bytes go to a temporary file in the same folder, are flushed to the disk and then take the
    place of ``path`` in one step: after a crash at any instant ``path`` is what it was before, or
    the new file in full. A link at ``path`` is followed; the permissions of a file that was there
    are kept.

    Parameters
    ----------
    path : str or path-like
        The file to write; its folder has to exist. The name is taken as it is, with any suffix.
    tensors : mapping of str to Tensor
        Of any dtype of the safetensors format (complex64 by its version 0.7, not complex128 nor
        quantised), on any device, dense, with any strides, sharing memory or not: each is stored
        in full.
    settings : mapping of str to values
        Of the types of JSON: None, bool, int, float (infinities and NaN too), str, and lists and
        dicts with str keys of these. Tuples come back as lists. For everything else there is
        :func:`seqdisentangle.serialization.to_json`.

    Raises
    ------
    TypeError
        If JSON has no type for a setting, or a tensor is no dense tensor.
    ValueError
        If a setting contains itself, or a tensor's dtype has no place in the format.
    OSError
        If the file cannot be written. Nothing half-written is left.

    Examples
    --------
    >>> import tempfile, pathlib, torch
    >>> from seqdisentangle.persistence import load_file, save_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "model.safetensors")
    ...     save_file(path, {"weight": torch.ones(2)}, {"sizes": (3, 4), "name": "mmd"})
    ...     load_file(path)
    ({'weight': tensor([1., 1.])}, {'sizes': [3, 4], 'name': 'mmd'})
    """
    stored, text = _storable(tensors), _as_json(settings)
    metadata = {VERSION_KEY: str(FORMAT_VERSION), SETTINGS_KEY: text, RELEASE_KEY: RELEASE}
    metadata[CHECKSUM_KEY] = checksum(stored, metadata)
    try:
        content = safetensors.torch.save(stored, metadata)
    except KeyError as error:
        (dtype,) = error.args
        names = [name for name, tensor in stored.items() if tensor.dtype == dtype]
        raise ValueError(f"The safetensors format has no {dtype}, the dtype of {names}.") from error
    with written_whole(path) as partial, naming(partial):
        partial.write_bytes(content)


def load_file(
    path: str | os.PathLike[str], device: str | torch.device = "cpu"
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a file that :func:`save_file` wrote.

    Parameters
    ----------
    path : str or path-like
        The file.
    device : str or torch.device, default="cpu"
        The device that the tensors go to.

    Returns
    -------
    tensors : dict of str to Tensor
        As they were saved, contiguous.
    settings : dict
        As they were saved, tuples being lists.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged by as much as a bit or cut short, no safetensors file, not written by
        :func:`save_file`, or of a newer version of the layout.
    """
    path, device = Path(path), torch.device(device)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    try:
        with safetensors.safe_open(path, framework="pt", device="cpu") as file:
            metadata = file.metadata()
            settings = _settings(path, metadata)
            # Copied: what is read is a map of the file, which must not change or go under it.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118  # no mapping
    except safetensors.SafetensorError as error:
        raise ValueError(
            f"{str(path)!r} is no safetensors file, or is damaged or cut short: {error}."
        ) from error
    if metadata.get(CHECKSUM_KEY) != checksum(tensors, metadata):
        raise ValueError(f"{str(path)!r} is damaged: its checksum is another one.")
    return {name: tensor.to(device) for name, tensor in tensors.items()}, settings


@contextlib.contextmanager
def reading(path: str | os.PathLike[str], what: str) -> Iterator[None]:
    """Name a file in an error about what it holds, and the release that wrote it if it is newer.

    Parameters
    ----------
    path : str or path-like
        The file, which :func:`load_file` has read.
    what : str
        A word for what it should hold.

    Raises
    ------
    ValueError
        In place of any error that settings and tensors of the wrong kind lead to.

    Examples
    --------
    >>> with reading("old.safetensors", "a model"):
    ...     {}["sizes"]
    Traceback (most recent call last):
    ...
    ValueError: 'old.safetensors' cannot be read as a model: there is no 'sizes'
    """
    try:
        yield
    except MALFORMED as error:
        said = f"there is no {error}" if isinstance(error, KeyError) else str(error) or repr(error)
        newer = _newer_release(path)
        if isinstance(error, ValueError) and repr(str(path)) in said and not newer:
            raise
        raise ValueError(f"{str(path)!r} cannot be read as {what}{newer}: {said}") from error


def _newer_release(path: str | os.PathLike[str]) -> str:
    """Words for the release that wrote a file, none if it is not newer than this one."""
    try:
        with safetensors.safe_open(path, framework="pt", device="cpu") as file:
            wrote = (file.metadata() or {}).get(RELEASE_KEY, "")
    except (OSError, safetensors.SafetensorError):
        return ""
    if "unknown" in RELEASE or _numbers(wrote) <= _numbers(RELEASE):
        return ""
    return f" by seqdisentangle {RELEASE}, as a newer release wrote it, {wrote[:20]}"


def _numbers(release: str) -> list[int]:
    """The numbers of a release: those of "1.10.0.dev3" are 1, 10 and 0."""
    match = re.match(r"[0-9]{1,9}(\.[0-9]{1,9})*", release)  # of more digits int() makes none
    return [int(number) for number in match[0].split(".")] if match else []


def checksum(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> str:
    """The SHA-256 of the metadata and of every tensor: name, type, shape and bytes."""
    found = hashlib.sha256(f"{metadata[VERSION_KEY]}\0{metadata[SETTINGS_KEY]}".encode())
    if RELEASE_KEY in metadata:  # which the first files do not have
        found.update(f"\0{metadata[RELEASE_KEY]}\0".encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        values = tensor.reshape(-1)
        if values.stride() != (1,):  # of a single value any stride is contiguous
            values = values.clone(memory_format=torch.contiguous_format)
        found.update(values.view(torch.uint8).numpy().data)
    return found.hexdigest()


def _settings(path: Path, metadata: Mapping[str, str] | None) -> dict[str, Any]:
    """The settings in a file's metadata, once it is known to be one of ours."""
    if not metadata or VERSION_KEY not in metadata or SETTINGS_KEY not in metadata:
        raise ValueError(f"{str(path)!r} was not written by seqdisentangle: it has no settings.")
    version = metadata[VERSION_KEY]
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise ValueError(f"{str(path)!r} is damaged: its format version is {version[:20]!r}.")
    if int(version) > FORMAT_VERSION:
        raise ValueError(
            f"{str(path)!r} has format version {version}, and this seqdisentangle reads up to "
            f"version {FORMAT_VERSION}: a newer release wrote it."
        )
    try:
        settings = json.loads(metadata[SETTINGS_KEY])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is damaged: its settings are no JSON: {error}.") from error
    if not isinstance(settings, dict):
        raise ValueError(f"{str(path)!r} is damaged: its settings are no mapping.")
    return settings


def _as_json(settings: Mapping[str, Any]) -> str:
    """The settings as text, if they are of the types of JSON alone."""
    if not isinstance(settings, Mapping):
        raise TypeError(f"settings must be a mapping, got {type(settings).__name__}.")
    settings = dict(settings)
    try:
        text = json.dumps(settings)
    except TypeError as error:
        raise TypeError(
            "settings must be of the types of JSON, which seqdisentangle.serialization.to_json "
            f"makes of others: {error}."
        ) from error
    except RecursionError as error:
        raise ValueError("The settings are nested too deeply for JSON.") from error
    except ValueError as error:
        raise ValueError("settings contains itself, which JSON cannot hold.") from error
    for key in _keys(settings):
        if not isinstance(key, str):  # JSON would make it one
            raise TypeError(f"The keys of settings must be strings for JSON, got {key!r}.")
    return text


def _keys(value: Any) -> Iterator[Any]:
    """All keys in it, however deep."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _keys(item)


def _storable(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors in main memory, each dense, contiguous and in a storage of its own."""
    stored: dict[str, Tensor] = {}
    storages = set()
    for name, tensor in tensors.items():
        if not isinstance(name, str):
            raise TypeError(f"The names of tensors must be strings, got {name!r}.")
        if name == "__metadata__":
            raise ValueError("The safetensors format keeps the name '__metadata__' for itself.")
        if not isinstance(tensor, Tensor):
            raise TypeError(f"tensors[{name!r}] must be a tensor, got {type(tensor).__name__}.")
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_meta:
            raise TypeError(f"tensors[{name!r}] must be dense and hold its values, got {tensor!r}.")
        dense = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
        if dense.untyped_storage().data_ptr() in storages:
            dense = dense.clone()
        storages.add(dense.untyped_storage().data_ptr())
        stored[name] = dense
    return stored


@contextlib.contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A new file to write that takes its place in one step, on the disk, if nothing is raised.

    Parameters
    ----------
    path : str or path-like
        The file to write; one that is there stays until the new one is whole.

    Yields
    ------
    Path
        The file to write. Nothing is left there after an error, or a signal that ends the process.

    Raises
    ------
    OSError
        If it cannot be written; names ``path``.
    """
    target = Path(os.path.realpath(path))
    partial = target.with_name(f".seqdisentangle-{secrets.token_hex(8)}.tmp")
    with raised_at_end_of_process():
        try:
            partial.touch(exist_ok=False)
            yield partial
            with open(partial, "r+b") as file:
                os.fsync(file.fileno())
            if target.exists():
                os.chmod(partial, stat.S_IMODE(target.stat().st_mode))
            os.replace(partial, target)
        except BaseException as error:
            with contextlib.suppress(OSError):  # Windows removes no file that is read-only
                partial.chmod(stat.S_IRUSR | stat.S_IWUSR)
            with contextlib.suppress(OSError):
                partial.unlink()
            if isinstance(error, OSError) and str(error.filename) == str(partial):
                raise OSError(error.errno, error.strerror, str(path)) from error
            raise
    _flush_folder(target.parent)


@contextlib.contextmanager
def naming(file: str | os.PathLike[str]) -> Iterator[None]:
    """Name a file in an error of the system that names none, as one of writing does."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            raise OSError(error.errno, error.strerror, str(file)) from error
        raise


def _flush_folder(folder: Path) -> None:
    """Have the folder's entries on the disk: without it a power cut may undo the replacement."""
    if os.name == "nt":  # where a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system without it
            raise
    finally:
        os.close(descriptor)
