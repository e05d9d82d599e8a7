"""Kinds of mutation: a function each from the bytes of a file to those of a mutated one."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from typing import Any

from seqdisentangle.persistence import RELEASE_KEY, SETTINGS_KEY, VERSION_KEY

from .sealed import METADATA, Sealed, at, is_number, places

Mutation = Callable[[bytes, random.Random], bytes]
Change = Callable[[Sealed, random.Random], None]

#: Of any file.
BYTES: dict[str, Mutation] = {}
#: Of safetensors files, whose checksum is left as it was.
HEADERS: dict[str, Mutation] = {}
#: Of safetensors files, with a checksum that is right.
SEALED: dict[str, Mutation] = {}

DTYPES = ("BOOL", "U8", "I8", "I16", "I32", "I64", "F16", "BF16", "F32", "F64", "C64", "U64")
STRANGE_DTYPES = ("F8_E4M3", "F4", "F8_E8M0", "f32", "", "OBJECT", None, 32)
NUMBERS = (0, -1, 1, 2, 255, 2**31, 2**53 + 1, 2**63, 2**64, 10**30, 0.5, -0.5, 1e-300, 1e300)
VALUES: tuple[Any, ...] = (
    *NUMBERS,
    None,
    True,
    False,
    "",
    "auto",
    "\0",
    "é" * 50,
    "x" * 10_000,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"tuple": []},
    {"tuple": [1, 2, 3]},
    {"dict": {"a": 1}},
    {"items": [[1, 2]]},
    {"items": [[[], 2]]},
    {"float": "nan"},
    {"float": "-inf"},
    {"float": "abc"},
    {"path": "/nowhere"},
    {"path": 3},
    {"dtype": "O"},
    {"dtype": "<U5"},
    {"dtype": "<f8"},
    {"dtype": "V999999999"},
    {"dtype": "f4,f4"},
    {"array": ["<f8", [10**12], []]},
    {"array": ["<f8", [2, 2], [1, 2, 3, 4]]},
    {"array": ["<i1", [1], [1000]]},
    {"array": ["O", [1], [1]]},
    {"tensor": "no.such"},
    {"tensor": []},
    {"random_state": {"dict": {"bit_generator": "os"}}},
    {"record": ["Layout", {}]},
    {"record": ["Scaling", {"kind": "standard"}]},
    {"record": ["Choice", {"value": 1, "reason": 2}]},
    {"view": ["shuffle", {}]},
    {"network": ["mlp", {"depth": 10**9}]},
    {"divergence": ["mmd", {"kernel": 3}]},
    {"own": "<function>"},
    {"own": 3},
)


def registered(kinds: dict[str, Mutation], name: str) -> Callable[[Mutation], Mutation]:
    """Enter a mutation among its like."""

    def enter(mutation: Mutation) -> Mutation:
        kinds[name] = mutation
        return mutation

    return enter


# ---- bytes ---------------------------------------------------------------------------------------


@registered(BYTES, "flipped bits")
def flipped(content: bytes, rng: random.Random) -> bytes:
    """Up to eight bits are others."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


@registered(BYTES, "flipped bits at the start")
def flipped_early(content: bytes, rng: random.Random) -> bytes:
    """Up to eight bits of the first kilobyte, where headers are, are others."""
    return flipped(content[:1024], rng) + content[1024:]


@registered(BYTES, "cut short")
def cut(content: bytes, rng: random.Random) -> bytes:
    """The end is missing."""
    few = max(len(content) - rng.randrange(1, 9), 0)
    return content[: rng.choice((rng.randrange(len(content)), few))]


@registered(BYTES, "extended")
def extended(content: bytes, rng: random.Random) -> bytes:
    """There is more at the end."""
    n = rng.choice((1, 8, 4096))
    return content + rng.choice((bytes(n), rng.randbytes(n), content[:n]))


@registered(BYTES, "bytes overwritten")
def overwritten(content: bytes, rng: random.Random) -> bytes:
    """A stretch holds something else."""
    n = rng.choice((1, 4, 8, 64, 512))
    start = rng.randrange(len(content))
    fill = rng.choice((bytes(n), b"\xff" * n, rng.randbytes(n)))
    return (content[:start] + fill + content[start + n :])[: len(content)]


@registered(BYTES, "bytes moved")
def moved(content: bytes, rng: random.Random) -> bytes:
    """A stretch is missing, there twice, or has changed places with another."""
    n = rng.choice((1, 4, 8, 512))
    a, b = sorted(rng.randrange(len(content)) for _ in range(2))
    first, second = content[a : a + n], content[b : b + n]
    if rng.random() < 0.5 or a + n > b:
        return content[:a] + first * rng.choice((0, 2)) + content[a + n :]
    return content[:a] + second + content[a + n : b] + first + content[b + n :]


@registered(BYTES, "huge numbers")
def huge(content: bytes, rng: random.Random) -> bytes:
    """A word is a huge number, or a negative one."""
    kind, numbers = rng.choice((("<q", (2**63 - 1, -1, 2**40, -(2**63))), ("<i", (-1, 2**31 - 1))))
    word = struct.pack(kind, rng.choice(numbers))
    start = rng.randrange(min(len(content), rng.choice((64, 4096, len(content)))))
    return (content[:start] + word + content[start + len(word) :])[: len(content)]


# ---- safetensors files, with the checksum that they had ------------------------------------------


@registered(HEADERS, "size of the header")
def header_size(content: bytes, rng: random.Random) -> bytes:
    """The header says that it is longer, shorter, or endless."""
    size = int.from_bytes(content[:8], "little")
    other = rng.choice((0, 1, size - 1, size + 1, len(content), 10**8, 2**32, 2**63, 2**64 - 1))
    return other.to_bytes(8, "little") + content[8:]


@registered(HEADERS, "header edited")
def header_edited(content: bytes, rng: random.Random) -> bytes:
    """The header says other things of its tensors, or is no JSON."""
    file = Sealed.of(content)
    header = file.header()
    name = rng.choice(list(file.tensors))
    about = header[name]
    edits: list[Callable[[], Any]] = [
        lambda: about.update(dtype=rng.choice(DTYPES + STRANGE_DTYPES)),
        lambda: about.update(shape=other_shape(about["shape"], rng)),
        lambda: about.update(data_offsets=[rng.choice(NUMBERS) for _ in range(2)]),
        lambda: about.update(data_offsets=about["data_offsets"][::-1]),
        lambda: about.update(data_offsets=[0, *about["data_offsets"][1:]]),
        lambda: about.pop(rng.choice(list(about))),
        lambda: header.pop(name),
        lambda: header.update({name: rng.choice(VALUES)}),
        lambda: header.update({METADATA: rng.choice(VALUES)}),
        lambda: header[METADATA].update({rng.choice(list(file.metadata)): rng.choice(VALUES)}),
        lambda: header[METADATA].pop(rng.choice(list(file.metadata))),
    ]
    rng.choice(edits)()
    return file.packed(json.dumps(header))


@registered(HEADERS, "header rewritten")
def header_rewritten(content: bytes, rng: random.Random) -> bytes:
    """The text of the header has keys twice, nests without end, or holds what JSON has not."""
    file = Sealed.of(content)
    text = json.dumps(file.header())
    name = rng.choice(list(file.tensors))
    start = text.index(json.dumps(name))
    depth = rng.choice((100, 200, 10_000, 100_000))
    return file.packed(
        rng.choice(
            (
                text[:start] + f'{json.dumps(name)}: {{"dtype": "F32"}}, ' + text[start:],
                text[:start] + json.dumps(METADATA) + ": {}, " + text[start:],
                "[" * depth + text + "]" * depth,
                text.replace('"shape"', f'"more": {"[" * depth}{"]" * depth}, "shape"', 1),
                text.replace('"data_offsets": [', '"data_offsets": [NaN, ', 1),
                text.replace('"data_offsets": [', '"data_offsets": [1e400, ', 1),
                text.replace("[", "[-", 1),
                text + " " * 1000,
                text[:-1],
                "",
            )
        )
    )


@registered(HEADERS, "tensors swapped")
def swapped(content: bytes, rng: random.Random) -> bytes:
    """Two tensors stand under each other's names."""
    file = Sealed.of(content)
    swap(file, rng)
    return file.packed()


# ---- safetensors files, with a checksum that is right --------------------------------------------


def resealed(name: str) -> Callable[[Change], Change]:
    """Enter a mutation of the parts of a file, which is sealed after it."""

    def enter(change: Change) -> Change:
        def mutation(content: bytes, rng: random.Random) -> bytes:
            file = Sealed.of(content)
            change(file, rng)
            return file.sealed()

        SEALED[name] = mutation
        return change

    return enter


@resealed("sealed: tensors swapped")
def swap(file: Sealed, rng: random.Random) -> None:
    """Two tensors stand under each other's names."""
    a, b = rng.sample(list(file.tensors), 2)
    file.tensors[a], file.tensors[b] = file.tensors[b], file.tensors[a]


@resealed("sealed: types and shapes")
def retyped(file: Sealed, rng: random.Random) -> None:
    """A tensor is of another type or shape."""
    tensor = file.tensors[rng.choice(list(file.tensors))]
    which = rng.randrange(3)
    if which == 0:  # of as many bytes
        tensor.dtype = rng.choice(("I32", "U32", "F32", "F64", "I64", "BF16", "F16", "U8"))
    elif which == 1:
        tensor.shape = other_shape(tensor.shape, rng)
    else:
        n = max(len(tensor.content), 1)
        tensor.dtype, tensor.shape, tensor.content = "U8", [n], tensor.content.ljust(n, b"\0")


@resealed("sealed: tensors left out or added")
def listed(file: Sealed, rng: random.Random) -> None:
    """A tensor is missing, has another name, is there twice, or is empty."""
    name = rng.choice(list(file.tensors))
    tensor = file.tensors[name]
    which = rng.randrange(4)
    if which == 0:
        del file.tensors[name]
    elif which == 1:
        file.tensors[rng.choice((name + "'", "labels", "model.", "", "\0"))] = file.tensors.pop(
            name
        )
    elif which == 2:
        file.tensors[rng.choice((name + ".more", "labels", "model.x", "divergence."))] = tensor
    else:
        tensor.shape, tensor.content = [0], b""


@resealed("sealed: values of tensors")
def revalued(file: Sealed, rng: random.Random) -> None:
    """Values of a tensor are not finite, huge, zero, or any."""
    tensor = file.tensors[rng.choice(list(file.tensors))]
    word = rng.choice((0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0, 1, 0xFFFFFFFF))
    fill = word.to_bytes(4, "little")
    content = bytearray(tensor.content)
    words = range(0, len(content) - 3, 4)
    for start in rng.sample(words, min(len(words), rng.choice((1, 1, 4, len(words))))):
        content[start : start + 4] = fill
    tensor.content = bytes(content)


@resealed("sealed: a setting replaced")
def replaced(file: Sealed, rng: random.Random) -> None:
    """A value of the settings is another one, of any type."""
    edited(file, rng, lambda value: rng.choice(VALUES))


@resealed("sealed: a number replaced")
def renumbered(file: Sealed, rng: random.Random) -> None:
    """A number of the settings is negative, huge, or no number."""
    other = (*NUMBERS, {"float": "nan"}, {"float": "inf"}, -(10**6), 10**9)
    edited(file, rng, lambda value: rng.choice(other), is_number)


@resealed("sealed: a word replaced")
def renamed(file: Sealed, rng: random.Random) -> None:
    """A name of a class, a kind or a type is another one."""
    words = ("quux", "", "Layout", "auto", "gan", "image", "vector", "os.system", "None", "<f8")
    edited(file, rng, lambda value: rng.choice(words), lambda value: isinstance(value, str))


@resealed("sealed: a key left out or renamed")
def rekeyed(file: Sealed, rng: random.Random) -> None:
    """A key of the settings is missing, has another name, or has company."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return value[:-1] if rng.random() < 0.5 else [*value, *value[-1:]]
        items = list(value.items())
        i = rng.randrange(len(items))
        key, item = items.pop(i)
        more = [(key + "s", item)], [("quux", item)], [], [(key, item), ("quux", 1)]
        return dict([*items[:i], *rng.choice(more), *items[i:]])

    edited(file, rng, changed, lambda value: isinstance(value, dict | list) and len(value) > 0)


@resealed("sealed: settings rewritten")
def rewritten(file: Sealed, rng: random.Random) -> None:
    """The text of the settings nests without end, has keys twice, or numbers without end."""
    text = file.metadata[SETTINGS_KEY]
    depth = rng.choice((50, 500, 900, 20_000, 200_000))
    inner = rng.choice(("1", "null", '{"float": "nan"}'))
    opened, closed = rng.choice((("[", "]"), ('{"tuple": [', "]}"), ('{"dict": {"a": ', "}}")))
    numbers = [i for i, c in enumerate(text) if c.isdigit() and text[i - 1] in " ["]
    start = rng.choice(numbers)
    stop = start + next(i for i, c in enumerate(text[start:]) if c in ",]} ")
    number = rng.choice((opened * depth + inner + closed * depth, "9" * 5000, "NaN", "1e999", "-0"))
    keys = [i + 1 for i, c in enumerate(text) if c == "{"]
    i = rng.choice(keys)
    key = text[i : text.index(":", i)]
    file.metadata[SETTINGS_KEY] = rng.choice(
        (text[:start] + number + text[stop:], text[:i] + f"{key}: null, " + text[i:])
    )


@resealed("sealed: of a newer release")
def newer(file: Sealed, rng: random.Random) -> None:
    """The format or the release is newer, or no version at all, and something else has changed."""
    if rng.random() < 0.3:
        file.metadata[VERSION_KEY] = rng.choice(("2", "999", "9" * 5000, "-1", "1.0", "", "²"))
        return
    file.metadata[RELEASE_KEY] = rng.choice(("999.0", "9" * 5000 + ".1", "", "one", "1e9", "\0"))
    rng.choice((replaced, rekeyed, listed))(file, rng)


# ---- parts of these ------------------------------------------------------------------------------


def other_shape(shape: list[int], rng: random.Random) -> list[Any]:
    """Another shape, of as many values or not."""
    n = 1
    for side in shape:
        n *= side
    shapes = [[n], [1, *shape], shape[::-1], [*shape, 1], [n, 0], [2**40, 2**40], [-1], [n + 1], []]
    return rng.choice(shapes)


def edited(
    file: Sealed,
    rng: random.Random,
    change: Callable[[Any], Any],
    where: Callable[[Any], bool] = lambda value: True,
) -> None:
    """Change one value of the settings, of those for which a condition holds."""
    settings = file.settings
    found = [place for place in places(settings) if where(at(settings, place))]
    *before, last = rng.choice(found)
    inside = at(settings, tuple(before))
    inside[last] = change(inside[last])
    file.settings = settings
