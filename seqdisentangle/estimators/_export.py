"""``export``: encoder and decoder of a fitted estimator as programs without this package."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from .._modes import without_gradients
from .._version import release
from ..data.units import Scaling, moments_on
from ..model import LatentCodes
from ..model.tracing import PaddedFrames, Padding, traceable
from ..networks.base import repeated
from ..persistence import written_whole
from ._of_parts import parts_of

__all__ = ["FORMATS", "export_estimator"]

#: Formats, and the ends of the names of their files.
FORMATS = {"onnx": ".onnx", "torch.export": ".pt2"}

# Of the sequences that programs are traced with. No axis has the size of another one, or of one.
N, T = 3, 5

# Types of arrays that programs take and give; what is of another type goes through float32.
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


@without_gradients()
def export_estimator(estimator: Any, path: str | os.PathLike[str], format: str) -> Path:
    """Write the programs of a fitted estimator to a folder, as its verb ``export`` says."""
    check_is_fitted(estimator)
    if format not in FORMATS:
        raise ValueError(f"format must be one of {list(FORMATS)}, got {format!r}")
    if (network := parts_of(estimator.model_.spec.network)) is not None:
        raise ValueError(
            "export writes no models of parts, which are followed from frame to frame in a loop "
            f"that a program has not, got network={network!r}: save() and load() keep them"
        )
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"path={str(path)!r} is a file, expected a folder")
    folder.mkdir(parents=True, exist_ok=True)
    about = metadata(estimator)
    for name, program, inputs, outputs in programs(estimator):
        write = written_onnx if format == "onnx" else written_program
        with written_whole(folder / f"{name}{FORMATS[format]}") as partial:
            write(partial, program, inputs, outputs, about)
    return folder


def programs(estimator: Any) -> Any:
    """Name, module, inputs by name, and names of outputs, of each program of an estimator."""
    decoder = Decoder(estimator)
    if hasattr(estimator.model_, "encode"):
        encoder = Encoder(estimator)
        shape = (N, T, *estimator.frame_shape_)
        x = torch.zeros(shape, dtype=encoder.dtype)
        inputs = {"x": x, "lengths": torch.tensor([T, T - 1, T - 2])}
        yield "encoder", encoder, inputs, encoder.outputs
    spec = estimator.model_.spec
    codes = {
        "content": torch.zeros(N, spec.content_size),
        "motion": torch.zeros(N, T, spec.motion_size),
    }
    if decoder.reads_lengths:
        codes["lengths"] = torch.tensor([T, T - 1, T - 2])
    yield "decoder", decoder, codes, ["x"]


def metadata(estimator: Any) -> dict[str, str]:
    """Facts that a program does not hold, by name, as JSON."""
    spec, layout = estimator.model_.spec, estimator.layout_
    about = {
        "release": release(),
        "estimator": type(estimator).__name__,
        "layout": layout.kind,
        "channels": layout.channels,
        "frame_shape": list(estimator.frame_shape_),
        "dtype": estimator.dtype_.str,
        "n_steps": estimator.n_steps_,
        "content_size": spec.content_size,
        "motion_size": spec.motion_size,
        "n_actions": spec.n_actions,
        "scaling": estimator.scaling_.kind,
    }
    return {f"seqdisentangle.{name}": json.dumps(value) for name, value in about.items()}


def program_dtype(dtype: np.dtype) -> torch.dtype:
    """The type that a program takes and gives in place of a type of NumPy."""
    return getattr(torch, dtype.name if dtype.name in DTYPES else "float32")


class Encoder(nn.Module):
    """Sequences in the user's units to their codes.

    Parameters
    ----------
    estimator : EncodingEstimator
    """

    def __init__(self, estimator: Any) -> None:
        super().__init__()
        self.padding = Padding()
        self.model: Any = traceable(estimator.model_, self.padding).float()
        self.layout, self.scaling = estimator.layout_, kept_in_memory(estimator.scaling_)
        self.dtype = program_dtype(estimator.dtype_)
        self.masked = estimator._missing_values() == "mask" and self.dtype.is_floating_point
        actions = ["action"] if estimator.model_.spec.n_actions else []
        self.outputs = ["content", "motion", *actions]

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """Content (n, d_c), motion (n, T, d_m) and action probabilities (n, K) of x (n, T, ...)."""
        mask = real_steps(lengths, x.shape[1])
        self.padding.mask = mask
        frames = self.layout.to_frames(x)
        real = mask[(..., *[None] * (frames.ndim - 2))]
        observed = ~torch.isnan(frames) & real if self.masked else None
        x = self.scaling.apply(frames, torch.float32)
        x = torch.where(real if observed is None else observed, x, 0.0)
        posterior = self.model.encode(
            x, sample=False, packing=PaddedFrames.of_mask(mask), observed=observed
        )
        codes = posterior.content.mean, posterior.motion.mean
        if posterior.action is None:
            return codes
        return (*codes, posterior.action.logits.softmax(-1))


class Decoder(nn.Module):
    """Codes to sequences in the user's units.

    Parameters
    ----------
    estimator : SequenceEstimator
    """

    def __init__(self, estimator: Any) -> None:
        super().__init__()
        self.padding = Padding()
        self.model: Any = traceable(estimator.model_, self.padding).float()
        self.layout, self.scaling = estimator.layout_, kept_in_memory(estimator.scaling_)
        self.user_dtype = estimator.dtype_
        self.dtype = program_dtype(estimator.dtype_)
        # Actions are read off the motions, up to the end of each sequence.
        self.reads_lengths = getattr(self.model, "action", None) is not None

    def forward(self, content: Tensor, motion: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Sequences (n, T, ...) of content (n, d_c) and motion (n, T, d_m)."""
        self.padding.mask = None if lengths is None else real_steps(lengths, motion.shape[1])
        action = self.model.act(motion, sample=False)
        n, n_steps = motion.shape[:2]
        # Each frame as a sequence of its own: how many a sequence has is then no matter. That there
        # are as many contents as motions is said to the tracer, too.
        codes = LatentCodes(
            repeated(content.expand(n, -1), n_steps),
            motion.flatten(0, 1).unsqueeze(1),
            None if action is None else repeated(action.value, n_steps),
        )
        x = self.model.decode(codes).squeeze(1).unflatten(0, (n, n_steps))
        frames = self.scaling.undo(x, self.user_dtype)
        return as_dtype(self.layout.from_frames(frames), self.dtype)


def kept_in_memory(scaling: Scaling) -> Scaling:
    """A scaling whose moments are found before a trace, of which they would else be a part."""
    moments_on(torch.device("cpu"), torch.float64, scaling)
    return scaling


def real_steps(lengths: Tensor, n_steps: int) -> Tensor:
    """The mask (n, T) of the steps that are no padding."""
    return torch.arange(n_steps, device=lengths.device) < lengths.unsqueeze(-1)


def as_dtype(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Values of a type, rounded and within its range."""
    if dtype == torch.bool:
        return x > 0.5
    if dtype.is_floating_point:
        info = torch.finfo(dtype)
        return x.clamp(info.min, info.max).to(dtype) if info.bits < 32 else x.to(dtype)
    whole = torch.iinfo(dtype)
    # The largest integers of 64 bits lie between two floats.
    high = whole.max if whole.bits < 64 else whole.max - 2**10
    return x.double().round().clamp(whole.min, high).to(dtype)


def traced(program: nn.Module, inputs: Mapping[str, Tensor]) -> Any:
    """A program for any number of sequences and of steps.

    Raises
    ------
    RuntimeError
        If a module cannot be traced.
    """
    n, steps = torch.export.Dim("n", min=1), torch.export.Dim("steps", min=1)
    axes = {name: {0: n} if name in ("lengths", "content") else {0: n, 1: steps} for name in inputs}
    try:
        return torch.export.export(
            program, tuple(inputs.values()), dynamic_shapes=tuple(axes.values()), strict=False
        )
    except Exception as error:
        raise RuntimeError(
            f"torch {torch.__version__} cannot trace the {type(program).__name__.lower()}. Modules "
            "of your own must have no branches or loops that depend on the number of sequences, of "
            f"steps, or on values: {error}"
        ) from error


def written_program(
    path: Path, program: nn.Module, inputs: Mapping[str, Tensor], outputs: Any, about: Any
) -> None:
    """Write a program of torch.export."""
    with open(path, "wb") as file:
        torch.export.save(traced(program, inputs), file, extra_files=dict(about))


def written_onnx(
    path: Path,
    program: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: list[str],
    about: Mapping[str, str],
) -> None:
    """Write a program of ONNX."""
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "export(format='onnx') needs onnx and onnxscript: pip install 'seqdisentangle[onnx]'"
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what torch is to change in its own exporter
        made: Any = torch.onnx.export(
            traced(program, inputs),
            dynamo=True,
            verbose=False,
            input_names=list(inputs),
            output_names=outputs,
        )
    made.model.metadata_props.update(about)
    made.save(path)
