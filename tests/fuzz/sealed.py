"""Files of the package taken apart, to be put together again with a checksum that is right."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch

from seqdisentangle.persistence import CHECKSUM_KEY, SETTINGS_KEY, checksum

METADATA = "__metadata__"
ONE_SECOND = 1.0


@dataclass
class Stored:
    """A tensor in a file."""

    dtype: str
    shape: list[Any]
    content: bytes

    def described(self, start: int) -> dict[str, Any]:
        """Its entry in the header."""
        offsets = [start, start + len(self.content)]
        return {"dtype": self.dtype, "shape": self.shape, "data_offsets": offsets}


@dataclass
class Sealed:
    """The parts of a file that ``save_file`` wrote."""

    metadata: dict[str, str]
    tensors: dict[str, Stored]

    @classmethod
    def of(cls, content: bytes) -> Sealed:
        """Take a file apart."""
        size = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:size])
        metadata = header.pop(METADATA)
        tensors = {}
        for name in sorted(header):
            about = header[name]
            start, stop = about["data_offsets"]
            part = content[size + start : size + stop]
            tensors[name] = Stored(about["dtype"], about["shape"], part)
        return cls(dict(sorted(metadata.items())), tensors)

    @property
    def settings(self) -> dict[str, Any]:
        return json.loads(self.metadata[SETTINGS_KEY])

    @settings.setter
    def settings(self, settings: Any) -> None:
        self.metadata[SETTINGS_KEY] = json.dumps(settings)

    def header(self) -> dict[str, Any]:
        """The header of the file."""
        start, header = 0, {METADATA: self.metadata}
        for name, tensor in self.tensors.items():
            header[name] = tensor.described(start)
            start += len(tensor.content)
        return header

    def packed(self, header: str | None = None) -> bytes:
        """The bytes of the file, with another header if there is one."""
        text = (json.dumps(self.header()) if header is None else header).encode()
        data = b"".join(tensor.content for tensor in self.tensors.values())
        return len(text).to_bytes(8, "little") + text + data

    def sealed(self) -> bytes:
        """The bytes with the checksum of what they hold; with the old one if nothing reads them."""
        try:
            tensors = safetensors.torch.load(self.packed())
            self.metadata[CHECKSUM_KEY] = checksum(tensors, self.metadata)
        except (safetensors.SafetensorError, ArithmeticError, LookupError, TypeError):
            pass
        return self.packed()


def made_reproducible(path: Path) -> None:
    """Put a file in one order, and one second for all that the clock has told."""
    file = Sealed.of(path.read_bytes())
    file.settings = without_clock(file.settings)
    path.write_bytes(file.sealed())


def without_clock(value: Any) -> Any:
    """Settings in which everything took a second."""
    if isinstance(value, list):
        return [without_clock(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {k: ONE_SECOND if k == "seconds" else without_clock(v) for k, v in value.items()}


Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place in settings."""
    if place:
        yield place
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*place, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, (*place, i))


def at(value: Any, place: Place) -> Any:
    """The value in a place."""
    for key in place:
        value = value[key]
    return value


def is_number(value: Any) -> bool:
    """True of a number that is no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
