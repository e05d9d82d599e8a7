"""What a fitted model does for its user: encode, swap, sample, extend, save."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from .._threading import leave_lost_threads
from ..data import Layout, Rows, Scaling, Sequences
from ..model import SequenceModel
from ..objectives import mean_cost, resolve_cost
from ..training import resolve_device
from ._passes import Predictor, output, put, room
from .codes import (
    Codes,
    Swap,
    checked_action,
    checked_codes,
    checked_motion,
    differ,
    number_of_samples,
    one_for_all,
)

__all__ = ["SampleVerbs", "SequenceVerbs"]


class SampleVerbs(BaseEstimator):
    """The verbs of an estimator with a fitted model that samples, and what every verb needs.

    A subclass has the parameters ``channels``, ``missing`` and ``device``, and its ``fit`` sets
    ``model_``, ``layout_``, ``scaling_``, ``dtype_`` and ``n_steps_``.
    """

    model_: SequenceModel
    layout_: Layout
    scaling_: Scaling
    dtype_: np.dtype
    n_steps_: int
    n_features_in_: int
    device_: torch.device

    # ---- the priors --------------------------------------------------------------------------

    def sample(
        self,
        n_samples: int | None = None,
        n_steps: int | Any = None,
        *,
        content: NDArray | None = None,
        motion: Any = None,
        action: int | Any = None,
        random_state: Any = None,
        out: Any = None,
    ) -> Any:
        """Draw new sequences, of any length, with any part held fixed.

        Parameters
        ----------
        n_samples : int, optional
            By default as many as the given codes, or one.
        n_steps : int or array of int, optional
            Length, or the length of each sequence. By default that of the given motion, or the
            longest seen in ``fit``.
        content : array of shape (n_samples, content_size) or (content_size,), optional
            Content to hold fixed; drawn from its prior by default.
        motion : array of shape (n_samples, n_steps, motion_size) or (n_steps, motion_size), or \
                list of arrays (n_steps_i, motion_size), optional
            Motion to hold fixed; drawn from its prior by default.
        action : int or array of int and shape (n_samples,), optional
            The action, of a model with ``n_actions``; drawn from its prior by default, or what the
            given motion says.
        random_state : int, RandomState or None
            Seed of the draws; None gives new ones at every call.
        out : path, optional
            An HDF5 file to write them to, pass by pass, instead, as the data set ``X``, or a group
            of ``frames`` and ``offsets`` where lengths differ: ``"file.h5:/X"`` reads it again. It
            takes its place whole or not at all.

        Returns
        -------
        array, list where lengths differ, or path, of n_samples sequences
            The path if ``out`` is given, else in the units, layout and dtype of the data seen in
            ``fit``.

        Raises
        ------
        ValueError
            If a number is not positive, or the codes and the numbers do not fit each other.
        """
        check_is_fitted(self)
        spec = self.model_.spec
        if n_samples is not None:
            check_count(n_samples, "n_samples")
        lengths = None
        if isinstance(n_steps, list | tuple | np.ndarray):
            counts = checked_counts(n_steps, "n_steps", n_samples)
            one_length = bool((counts == counts[0]).all())
            n_samples, n_steps = len(counts), int(counts[0]) if one_length else None
            lengths = None if one_length else counts
        elif n_steps is not None:
            check_count(n_steps, "n_steps")
        if content is not None:
            content = checked_codes(
                one_for_all(content, 2, n_samples),
                "content",
                n_samples=n_samples,
                content_size=spec.content_size,
            )
        if motion is not None:
            if lengths is not None:
                raise ValueError("n_steps of each sequence and motion were given: leave one out")
            if not isinstance(motion, list | tuple) or not differ(motion):
                motion = one_for_all(motion, 3, n_samples)
            motion, lengths = checked_motion(motion, spec.motion_size, n_samples, n_steps)
        action = checked_action(action, spec.n_actions, n_samples)
        n = number_of_samples(n_samples, content=content, motion=motion, action=action)
        if lengths is not None:
            steps = int(lengths.max())
        else:
            steps = n_steps or (self.n_steps_ if motion is None else motion.shape[1])
        content, motion = one_for_all(content, 2, n), one_for_all(motion, 3, n)
        given = [codes.dtype for codes in (content, motion) if codes is not None]
        predictor = self._predictor(np.result_type(np.float32, *given))
        draw_content, draw_motion, drawn = self._draws(n, steps, random_state, lengths is None)
        if action is not None:
            action = np.broadcast_to(action, n).copy()
        elif motion is None:
            action = drawn

        def coded() -> Iterator[tuple[Rows, Tensor, Tensor]]:
            for rows in predictor.passes(n, steps, lengths):
                z_c = draw_content(rows) if content is None else content[rows]
                a = None if action is None else action[rows]
                each = None if lengths is None else lengths[rows]
                if motion is not None:
                    z_m = predictor.acting(motion[rows], each, a)
                else:
                    longest = steps if each is None else int(each.max())
                    z_m = predictor.rollout(draw_motion(rows)[:, :longest], action=a)
                yield rows, predictor.tensor(z_c), z_m

        with output(out) as file:
            samples = predictor.generate(n, steps, self.dtype_, coded(), lengths=lengths, file=file)
        return samples if out is None else out

    # ---- scikit-learn ------------------------------------------------------------------------

    def _draws(
        self, n: int, n_steps: int, random_state: Any, in_order: bool
    ) -> tuple[Draw, Draw, NDArray[np.int64] | None]:
        """Noise for content and for motion, by the rows of a pass, and actions if there are any."""
        spec, random = self.model_.spec, fresh_random_state(random_state)
        shapes = (n, spec.content_size), (n, n_steps, self.model_.noise_size)
        content, motion = two_streams(random, *shapes, in_order=in_order)
        if not spec.n_actions:
            return content, motion, None
        prior = self.model_.action_prior.cpu().double().numpy()
        return content, motion, random.choice(spec.n_actions, n, p=prior / prior.sum())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = self.missing == "mask"
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            # A model trained on a GPU must open on a machine without one.
            state["model_"] = copy.deepcopy(self.model_).cpu()
            state["device_"] = torch.device("cpu")
        for name in ("_moments", "_averaging"):  # partial_fit starts them anew
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self.device_ = resolve_device(self.device, fall_back=True)
            self.model_.to(self.device_)

    # ---- the roads between arrays and codes ----------------------------------------------------

    def _read(
        self, X: Any, name: str = "X", *, reset: bool = False, lengths: Any = None
    ) -> Sequences:
        """Check sequences, against those seen in ``fit`` unless ``reset``."""
        leave_lost_threads()
        # Numbers of different lengths, here or in fit, are not scikit-learn's tables of features.
        univariate = not reset and self.layout_.kind == "univariate"
        table = is_table(X) and (lengths is None or issparse(X))
        if univariate and self.n_features_in_ != self.n_steps_:
            table = table and issparse(X)
        if table and (reset or univariate or issparse(X)):
            if isinstance(X, Tensor):
                X = X.detach().cpu().to(torch.float32 if X.dtype == torch.bfloat16 else X.dtype)
                X = X.numpy()
            X = validate_data(self, X, reset=reset, ensure_all_finite=False, dtype="numeric")
        sequences = Sequences(
            X,
            channels=self.channels,
            layout=None if reset else self.layout_,
            lengths=lengths,
            missing=self.missing,
            name=name,
        )
        if (
            univariate
            and sequences.lengths is None
            and self.n_features_in_ == self.n_steps_ != sequences.n_steps
        ):
            raise ValueError(
                f"{name} has {sequences.n_steps} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        if reset:
            frames = len(sequences.shape) > 2 or sequences.lengths is not None
            self.n_features_in_ = math.prod(sequences.shape[2:]) if frames else sequences.n_steps
            if hasattr(self, "feature_names_in_") and not table:
                del self.feature_names_in_
        return sequences

    def _predictor(self, dtype: np.dtype) -> Predictor:
        leave_lost_threads()
        return Predictor(self.model_, self.layout_, self.scaling_, dtype)


def returns_both_codes(estimator: Any) -> bool:
    """Whether what ``transform`` returns can be decoded again."""
    if estimator.codes != "both":
        raise AttributeError(
            f"inverse_transform needs content and motion, got codes={estimator.codes!r}: set "
            "codes='both', or hand the codes to sample(content=..., motion=...)"
        )
    return True


class SequenceVerbs(TransformerMixin, SampleVerbs):
    """The verbs of an estimator with a fitted ``SequenceModel``, which encodes as well.

    A subclass has the parameters ``codes`` and ``cost`` too.
    """

    # ---- codes -------------------------------------------------------------------------------

    def fit_transform(self, X: Any, y: Any = None, *, lengths: Any = None) -> Any:
        """Fit, and encode the same sequences.

        Parameters
        ----------
        X : array-like of n sequences
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
            As in ``fit``.

        Returns
        -------
        Codes, array or list
            As ``transform`` returns it.
        """
        return self.fit(X, y, lengths=lengths).transform(X, lengths=lengths)

    def transform(self, X: Any, *, lengths: Any = None, out: Any = None) -> Any:
        """Encode sequences: posterior means of their content and motion.

        Parameters
        ----------
        X : array-like of n sequences
            Frames like those seen in ``fit``. The length may differ, except for (n, T) numbers,
            where T is the number of features; a list may hold sequences of different lengths.
        lengths : array of int and shape (n,), optional
            Steps of each sequence of an array that count, the rest being padding.
        out : path, optional
            An HDF5 file to write the codes to, pass by pass, instead: the data sets ``content`` and
            ``motion``, the latter a group of ``frames`` and ``offsets`` where lengths differ. It
            takes its place whole or not at all.

        Returns
        -------
        Codes, array, list or path
            The path if ``out`` is given, else ``Codes(content, motion)`` of shapes
            (n, content_size) and (n, T, motion_size), motion being a list of arrays
            (T_i, motion_size) where lengths differ. With
            ``codes="content"`` the content alone; with ``codes="motion"`` the motion alone, as
            (n, T * motion_size) for a pipeline, or as a list. In float64 for float64 input, else in
            float32.

        Raises
        ------
        ValueError
            If the frames are unlike those seen in ``fit``, or a value is not finite; or if motion
            codes of different lengths are to be a data frame.
        NotFittedError
            If called before ``fit``.
        """
        check_is_fitted(self)
        sequences = self._read(X, lengths=lengths)
        n, n_steps, lengths = len(sequences), sequences.n_steps, sequences.lengths
        if self.codes == "motion" and lengths is not None and out is None:
            check_no_table(self)
        predictor = self._predictor(sequences.dtype)
        spec = self.model_.spec
        with output(out) as file:
            z_c = room((n, spec.content_size), predictor.code_dtype, None, file, "content")
            shape = (n, n_steps, spec.motion_size)
            z_m = room(shape, predictor.code_dtype, lengths, file, "motion")
            for rows, batch in predictor.batches(sequences):
                content, motion = predictor.encode(batch)
                z_c[rows] = content.cpu().numpy()
                put(z_m, rows, motion[..., : spec.motion_size].cpu().numpy(), lengths)
        if out is not None:
            return out
        if self.codes == "content":
            return z_c
        if self.codes == "both":
            return Codes(z_c, z_m)
        return z_m if isinstance(z_m, list) else z_m.reshape(n, -1)

    @available_if(returns_both_codes)  # type: ignore[untyped-decorator]  # sklearn has no types
    def inverse_transform(self, codes: Codes | tuple[NDArray, Any]) -> NDArray | list[NDArray]:
        """Decode codes into sequences. Only with ``codes="both"``.

        Parameters
        ----------
        codes : Codes or pair (content, motion)
            Of shapes (n, content_size) and (n, T, motion_size), or a list of (T_i, motion_size).

        Returns
        -------
        array or list of n sequences
            In the units, layout and dtype of the data seen in ``fit``.

        Raises
        ------
        ValueError
            If the codes are not a pair of arrays of these shapes.
        """
        check_is_fitted(self)
        if not isinstance(codes, tuple | list) or len(codes) != 2:
            raise ValueError(
                "codes must be a pair (content, motion) as transform returns it with "
                f"codes='both', got {type(codes).__name__}"
            )
        spec = self.model_.spec
        content = checked_codes(codes[0], "content", n=None, content_size=spec.content_size)
        motion, lengths = checked_motion(codes[1], spec.motion_size, n=len(content))
        predictor = self._predictor(motion.dtype)
        n, n_steps = motion.shape[:2]
        coded = (
            (
                rows,
                predictor.tensor(content[rows]),
                predictor.acting(motion[rows], None if lengths is None else lengths[rows]),
            )
            for rows in predictor.passes(n, n_steps, lengths)
        )
        return predictor.generate(n, n_steps, self.dtype_, coded, lengths=lengths)

    def reconstruct(self, X: Any, *, lengths: Any = None) -> NDArray | list[NDArray]:
        """Encode sequences and decode them again.

        Parameters
        ----------
        X : array-like of n sequences
        lengths : array of int and shape (n,), optional
            As in ``transform``.

        Returns
        -------
        array, or list of arrays where lengths differ
            Of the shape, layout, units and dtype of ``X``.
        """
        check_is_fitted(self)
        sequences = self._read(X, lengths=lengths)
        predictor = self._predictor(sequences.dtype)
        return predictor.generate(
            len(sequences),
            sequences.n_steps,
            sequences.dtype,
            ((rows, *predictor.encode(batch)) for rows, batch in predictor.batches(sequences)),
            lengths=sequences.lengths,
        )

    @torch.no_grad()
    def score(self, X: Any, y: Any = None, *, lengths: Any = None) -> float:
        """Negative mean reconstruction cost of a value, in the model's scale; higher is better.

        Parameters
        ----------
        X : array-like of n sequences
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
            As in ``transform``.
        """
        check_is_fitted(self)
        sequences = self._read(X, lengths=lengths)
        cost = resolve_cost(self.cost, images=self.scaling_.bounded)
        predictor = self._predictor(sequences.dtype)
        total, count = 0.0, 0
        for _, batch in predictor.batches(sequences):
            content, motion = predictor.encode(batch)
            packing = predictor.packing(batch)
            if packing is None:
                frames, x, observed = (
                    predictor.model.decode(content, motion),
                    batch.x,
                    batch.observed,
                )
            else:  # each real frame as a sequence of its own
                frames = predictor.model.decode_real(content, motion, packing).unsqueeze(1)
                x = packing.pack(batch.x).unsqueeze(1)
                observed = batch.observed
                observed = None if observed is None else packing.pack(observed).unsqueeze(1)
            total += float(mean_cost(cost, frames, x, observed).sum())
            count += len(x) * x.shape[1] if observed is None else n_known(observed)
        return -total / max(count, 1)

    # ---- exchanges ---------------------------------------------------------------------------

    def swap(self, a: Any, b: Any) -> Swap:
        """Exchange the contents of two batches of sequences, pair by pair.

        Parameters
        ----------
        a, b : array-like of n sequences
            Their lengths may differ: each result is as long as the sequence whose motion it has.

        Returns
        -------
        Swap
            ``Swap(a_motion_b_content, a_content_b_motion)``, in the layout, units and dtype of
            ``a`` and ``b``.

        Raises
        ------
        ValueError
            If ``a`` and ``b`` differ in number, or their frames are unlike those seen in ``fit``.
        """
        check_is_fitted(self)
        first, second = self._read_pair(a, b)
        predictor = self._predictor(np.result_type(first.dtype, second.dtype))
        swap = Swap(*(room(part.shape, part.dtype, part.lengths) for part in (first, second)))
        for rows, batch_a, batch_b in predictor.batches(first, second):
            content_a, motion_a = predictor.encode(batch_a)
            content_b, motion_b = predictor.encode(batch_b)
            a_motion = predictor.decode(content_b, motion_a, first.dtype)
            b_motion = predictor.decode(content_a, motion_b, second.dtype)
            put(swap.a_motion_b_content, rows, a_motion, first.lengths)
            put(swap.a_content_b_motion, rows, b_motion, second.lengths)
        return swap

    def interpolate(self, a: Any, b: Any, n: int = 8) -> NDArray | list[NDArray]:
        """Walk on a straight line between the codes of two batches of sequences.

        Parameters
        ----------
        a, b : array-like of m sequences
            Each pair of one length.
        n : int, default=8
            Stations of each walk, both of its ends included.

        Returns
        -------
        array of shape (m, n, T, ...)
            Sequences from the reconstruction of ``a`` to the reconstruction of ``b``; a list of m
            arrays (n, T_i, ...) where lengths differ.

        Raises
        ------
        ValueError
            If ``a`` and ``b`` differ in number or length, or ``n`` is less than 2.
        """
        check_is_fitted(self)
        check_count(n, "n", at_least=2)
        first, second = self._read_pair(a, b)
        unlike = first.all_lengths != second.all_lengths
        if unlike.any():
            i = int(unlike.argmax())
            raise ValueError(
                f"a and b must have the same length, got {first.all_lengths[i]} and "
                f"{second.all_lengths[i]} steps in pair {i}"
            )
        predictor = self._predictor(np.result_type(first.dtype, second.dtype))
        lengths = first.lengths
        walks = [room(first.shape, first.dtype, lengths) for _ in range(n)]
        for rows, *batches in predictor.batches(first, second):
            ends = [predictor.encode(batch) for batch in batches]
            for walk, share in zip(walks, np.linspace(0, 1, n).tolist(), strict=True):
                content, motion = (z_a.lerp(z_b, share) for z_a, z_b in zip(*ends, strict=True))
                put(walk, rows, predictor.decode(content, motion, first.dtype), lengths)
        if lengths is None:
            return np.stack(walks, axis=1)
        return [np.stack(stations) for stations in zip(*walks, strict=True)]

    # ---- the motion prior -----------------------------------------------------------------------

    def extend(
        self, X: Any, n_steps: int, *, lengths: Any = None, random_state: Any = None
    ) -> NDArray:
        """Continue sequences by rolling the motion prior on from their last frame.

        Parameters
        ----------
        X : array-like of n sequences
        n_steps : int
            Steps to add.
        lengths : array of int and shape (n,), optional
            As in ``transform``.
        random_state : int, RandomState or None
            Seed of the draws; None gives new ones at every call.

        Returns
        -------
        array of n sequences
            The ``n_steps`` frames that follow, without those of ``X``.

        Raises
        ------
        ValueError
            If ``n_steps`` is not positive.
        """
        check_is_fitted(self)
        check_count(n_steps, "n_steps")
        sequences = self._read(X, lengths=lengths)
        predictor = self._predictor(sequences.dtype)
        _, draw_motion = two_streams(
            random_state,
            (len(sequences), 0),
            (len(sequences), n_steps, self.model_.noise_size),
            in_order=sequences.lengths is None,
        )

        def coded() -> Iterator[tuple[Rows, Tensor, Tensor]]:
            for rows, batch in predictor.batches(sequences, more=n_steps):
                content, motion = predictor.encode(batch)
                yield rows, content, predictor.rollout(draw_motion(rows), motion, batch.lengths)

        frames: NDArray = predictor.generate(len(sequences), n_steps, sequences.dtype, coded())
        return frames

    # ---- scikit-learn ------------------------------------------------------------------------

    def get_feature_names_out(self, input_features: Any = None) -> NDArray:
        """Names of the columns of ``transform``: of the content codes with ``codes="both"``.

        Parameters
        ----------
        input_features : None
            Not used.
        """
        check_is_fitted(self)
        spec = self.model_.spec
        if self.codes == "motion":
            names = [
                f"motion{t}_{i}" for t in range(self.n_steps_) for i in range(spec.motion_size)
            ]
        else:
            names = [f"content{i}" for i in range(spec.content_size)]
        return np.asarray(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _read_pair(self, a: Any, b: Any) -> tuple[Sequences, Sequences]:
        first, second = self._read(a, "a"), self._read(b, "b")
        if len(first) != len(second):
            raise ValueError(
                f"a and b must hold equally many sequences, got {len(first)} and {len(second)}"
            )
        return first, second


def check_no_table(estimator: Any) -> None:
    """Raise a ValueError if data frames are asked for, which motion of many lengths is none."""
    container = _get_output_config("transform", estimator)["dense"]
    if container != "default":
        raise ValueError(
            f"set_output(transform={container!r}): motion codes of sequences of different lengths "
            "are no table. Take codes='content', or set_output(transform='default')"
        )


def n_known(observed: Tensor) -> int:
    """Frames of which at least one value is not missing, in a mask (n, T, ...)."""
    return int(observed.flatten(2).any(2).sum())


def checked_counts(numbers: Any, name: str, n: int | None) -> NDArray[np.intp]:
    """Whole positive numbers, n of them if that is given."""
    try:
        counts = np.asarray(numbers)
    except ValueError:  # nested
        counts = np.empty(0)
    if counts.ndim != 1 or counts.dtype.kind not in "ui" or not len(counts) or counts.min() < 1:
        raise ValueError(
            f"{name} must be an integer of at least 1 or many of them, got {numbers!r}"
        )
    if n not in (None, len(counts)):
        raise ValueError(f"{name} must hold a number for each of n_samples={n}, got {len(counts)}")
    return counts.astype(np.intp)


def check_count(number: Any, name: str, *, at_least: int = 1) -> None:
    """Raise a ValueError unless it is an integer, and no bool, of at least that."""
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    if not whole or number < at_least:
        raise ValueError(f"{name} must be an integer of at least {at_least}, got {number!r}")


def is_table(X: Any) -> bool:
    """Whether scikit-learn's own checks are for it: in memory, and two-dimensional or less."""
    if isinstance(X, list | tuple):
        try:
            shapes = {np.shape(item) for item in X}
        except ValueError:  # ragged
            return False
        return not shapes or (len(shapes) == 1 and len(shapes.pop()) < 2)
    if issparse(X):
        return True
    if not hasattr(X, "shape"):
        return hasattr(X, "__array__")
    in_memory = isinstance(X, np.ndarray | Tensor) or not hasattr(X, "dtype")
    return in_memory and len(X.shape) <= 2


def fresh_random_state(random_state: Any) -> np.random.RandomState:
    """scikit-learn's ``check_random_state``, except that None leaves the global state alone."""
    return np.random.RandomState() if random_state is None else check_random_state(random_state)


Draw = Callable[[Rows], NDArray[np.float64]]


def two_streams(random_state: Any, *shapes: tuple[int, ...], in_order: bool) -> list[Draw]:
    """Standard normal noise (n, ...) for content and for motion, by the rows of a pass.

    It is the same however it is cut into passes. Drawn pass by pass if these come in order, and
    otherwise at once: it is small beside the sequences.
    """
    seeds = fresh_random_state(random_state).randint(2**31 - 1, size=2)

    def stream(seed: int, shape: tuple[int, ...]) -> Draw:
        draw = np.random.RandomState(seed).standard_normal
        if in_order:
            return lambda rows: draw((rows.stop - rows.start, *shape[1:]))  # type: ignore[union-attr]
        whole = draw(shape)
        return lambda rows: whole[rows]

    return [stream(seed, shape) for seed, shape in zip(seeds, shapes, strict=True)]
