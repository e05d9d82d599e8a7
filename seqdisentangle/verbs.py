"""What a fitted model does for its user: encode, swap, sample, extend, save."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from .codes import Codes, Swap, checked_codes, number_of_samples, one_for_all
from .coding import Coder
from .data import Layout, Scaling, Sequences
from .model import SequenceModel
from .training import mean_cost, resolve_cost

__all__ = ["SequenceVerbs"]


def returns_both_codes(estimator: Any) -> bool:
    """Whether what ``transform`` returns can be decoded again."""
    if estimator.codes != "both":
        raise AttributeError(
            f"inverse_transform needs content and motion, got codes={estimator.codes!r}: set "
            "codes='both', or hand the codes to sample(content=..., motion=...)"
        )
    return True


class SequenceVerbs(TransformerMixin, BaseEstimator):
    """The verbs of an estimator with a fitted ``SequenceModel``.

    A subclass has the parameters ``channels``, ``codes``, ``cost`` and ``device``,
    and its ``fit`` sets ``model_``, ``layout_``, ``scaling_``, ``dtype_`` and ``n_steps_``.
    """

    model_: SequenceModel
    layout_: Layout
    scaling_: Scaling
    dtype_: np.dtype
    n_steps_: int
    n_features_in_: int
    device_: torch.device

    # ---- codes -------------------------------------------------------------------------------

    def transform(self, X: Any) -> Codes | NDArray:
        """Encode sequences: posterior means of their content and motion.

        Parameters
        ----------
        X : array-like of n sequences
            Frames like those seen in ``fit``. The length may differ, except for (n, T) numbers,
            where T is the number of features.

        Returns
        -------
        Codes or array
            ``Codes(content, motion)`` of shapes (n, content_size) and (n, T, motion_size). With
            ``codes="content"`` the content alone; with ``codes="motion"`` the motion alone, as
            (n, T * motion_size), for a pipeline. In float64 for float64 input, else in float32.

        Raises
        ------
        ValueError
            If the frames are unlike those seen in ``fit``, or a value is not finite.
        NotFittedError
            If called before ``fit``.
        """
        check_is_fitted(self)
        sequences = self._read(X)
        n, n_steps = len(sequences), sequences.n_steps
        coder = self._coder(sequences.dtype)
        spec = self.model_.spec
        codes = Codes(
            np.empty((n, spec.content_size), coder.code_dtype),
            np.empty((n, n_steps, spec.motion_size), coder.code_dtype),
        )
        for rows in coder.passes(n, n_steps):
            content, motion = coder.encode(coder.load(sequences, rows))
            codes.content[rows], codes.motion[rows] = content.cpu().numpy(), motion.cpu().numpy()
        if self.codes == "content":
            return codes.content
        return codes.motion.reshape(n, -1) if self.codes == "motion" else codes

    @available_if(returns_both_codes)  # type: ignore[untyped-decorator]  # sklearn has no types
    def inverse_transform(self, codes: Codes | tuple[NDArray, NDArray]) -> NDArray:
        """Decode codes into sequences. Only with ``codes="both"``.

        Parameters
        ----------
        codes : Codes or pair (content, motion)
            Of shapes (n, content_size) and (n, T, motion_size).

        Returns
        -------
        array of n sequences
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
        motion = checked_codes(
            codes[1], "motion", n=len(content), T=None, motion_size=spec.motion_size
        )
        coder = self._coder(motion.dtype)
        return coder.generate(
            len(motion),
            motion.shape[1],
            self.dtype_,
            lambda rows: (coder.tensor(content[rows]), coder.tensor(motion[rows])),
        )

    def reconstruct(self, X: Any) -> NDArray:
        """Encode sequences and decode them again.

        Parameters
        ----------
        X : array-like of n sequences

        Returns
        -------
        array
            Of the shape, layout, units and dtype of ``X``.
        """
        check_is_fitted(self)
        sequences = self._read(X)
        coder = self._coder(sequences.dtype)
        return coder.generate(
            len(sequences),
            sequences.n_steps,
            sequences.dtype,
            lambda rows: coder.encode(coder.load(sequences, rows)),
        )

    @torch.no_grad()
    def score(self, X: Any, y: Any = None) -> float:
        """Negative mean reconstruction cost of a value, in the model's scale; higher is better.

        Parameters
        ----------
        X : array-like of n sequences
        y : None
            Not used.
        """
        check_is_fitted(self)
        sequences = self._read(X)
        cost = resolve_cost(self.cost, images=self.scaling_.bounded)
        coder = self._coder(sequences.dtype)
        total = 0.0
        for rows in coder.passes(len(sequences), sequences.n_steps):
            x = coder.load(sequences, rows)
            reconstruction = coder.model.decode(*coder.encode(x))
            total += float(mean_cost(cost, reconstruction, x).sum())
        return -total / (len(sequences) * sequences.n_steps)

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
        coder = self._coder(np.result_type(first.dtype, second.dtype))
        n = len(first)
        swap = Swap(
            coder.empty(n, first.n_steps, first.dtype), coder.empty(n, second.n_steps, second.dtype)
        )
        for rows in coder.passes(n, max(first.n_steps, second.n_steps)):
            content_a, motion_a = coder.encode(coder.load(first, rows))
            content_b, motion_b = coder.encode(coder.load(second, rows))
            swap.a_motion_b_content[rows] = coder.decode(content_b, motion_a, first.dtype)
            swap.a_content_b_motion[rows] = coder.decode(content_a, motion_b, second.dtype)
        return swap

    def interpolate(self, a: Any, b: Any, n: int = 8) -> NDArray:
        """Walk on a straight line between the codes of two batches of sequences.

        Parameters
        ----------
        a, b : array-like of m sequences
            Of one length.
        n : int, default=8
            Stations of each walk, both of its ends included.

        Returns
        -------
        array of shape (m, n, T, ...)
            Sequences from the reconstruction of ``a`` to the reconstruction of ``b``.

        Raises
        ------
        ValueError
            If ``a`` and ``b`` differ in number or length, or ``n`` is less than 2.
        """
        check_is_fitted(self)
        check_count(n, "n", at_least=2)
        first, second = self._read_pair(a, b)
        if first.n_steps != second.n_steps:
            raise ValueError(
                f"a and b must have the same length, got {first.n_steps} and {second.n_steps} steps"
            )
        coder = self._coder(np.result_type(first.dtype, second.dtype))
        m, n_steps = len(first), first.n_steps
        frames = coder.empty(m * n, n_steps, first.dtype).reshape(m, n, n_steps, *first.shape[2:])
        for rows in coder.passes(m, n_steps):
            ends = [coder.encode(coder.load(sequences, rows)) for sequences in (first, second)]
            for station, share in enumerate(np.linspace(0, 1, n).tolist()):
                content, motion = (z_a.lerp(z_b, share) for z_a, z_b in zip(*ends, strict=True))
                frames[rows, station] = coder.decode(content, motion, first.dtype)
        return frames

    # ---- the priors --------------------------------------------------------------------------

    def sample(
        self,
        n_samples: int | None = None,
        n_steps: int | None = None,
        *,
        content: NDArray | None = None,
        motion: NDArray | None = None,
        random_state: Any = None,
    ) -> NDArray:
        """Draw new sequences, of any length, with any part held fixed.

        Parameters
        ----------
        n_samples : int, optional
            By default as many as the given codes, or one.
        n_steps : int, optional
            Length. By default that of the given motion, or that seen in ``fit``.
        content : array of shape (n_samples, content_size) or (content_size,), optional
            Content to hold fixed; drawn from its prior by default.
        motion : array of shape (n_samples, n_steps, motion_size) or (n_steps, motion_size), \
                optional
            Motion to hold fixed; drawn from its prior by default.
        random_state : int, RandomState or None
            Seed of the draws; None gives new ones at every call.

        Returns
        -------
        array of n_samples sequences
            In the units, layout and dtype of the data seen in ``fit``.

        Raises
        ------
        ValueError
            If a number is not positive, or the codes and the numbers do not fit each other.
        """
        check_is_fitted(self)
        spec = self.model_.spec
        for name, number in (("n_samples", n_samples), ("n_steps", n_steps)):
            if number is not None:
                check_count(number, name)
        if content is not None:
            content = checked_codes(
                one_for_all(content, 2, n_samples),
                "content",
                n_samples=n_samples,
                content_size=spec.content_size,
            )
        if motion is not None:
            motion = checked_codes(
                one_for_all(motion, 3, n_samples),
                "motion",
                n_samples=n_samples,
                n_steps=n_steps,
                motion_size=spec.motion_size,
            )
        n = number_of_samples(n_samples, content, motion)
        steps = n_steps or (self.n_steps_ if motion is None else motion.shape[1])
        content, motion = one_for_all(content, 2, n), one_for_all(motion, 3, n)
        given = [codes.dtype for codes in (content, motion) if codes is not None]
        coder = self._coder(np.result_type(np.float32, *given))
        draw_content, draw_motion = two_streams(random_state)

        def codes(rows: slice) -> tuple[Tensor, Tensor]:
            k = rows.stop - rows.start
            z_c = draw_content((k, spec.content_size)) if content is None else content[rows]
            if motion is not None:
                return coder.tensor(z_c), coder.tensor(motion[rows])
            return coder.tensor(z_c), coder.rollout(draw_motion((k, steps, spec.motion_size)))

        return coder.generate(n, steps, self.dtype_, codes)

    def extend(self, X: Any, n_steps: int, *, random_state: Any = None) -> NDArray:
        """Continue sequences by rolling the motion prior on from their last frame.

        Parameters
        ----------
        X : array-like of n sequences
        n_steps : int
            Steps to add.
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
        sequences = self._read(X)
        coder = self._coder(sequences.dtype)
        _, draw_motion = two_streams(random_state)

        def codes(rows: slice) -> tuple[Tensor, Tensor]:
            content, motion = coder.encode(coder.load(sequences, rows))
            noise = draw_motion((len(motion), n_steps, motion.shape[2]))
            return content, coder.rollout(noise, motion)

        longer = sequences.n_steps + n_steps
        return coder.generate(len(sequences), n_steps, sequences.dtype, codes, longest=longer)

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
        tags.input_tags.three_d_array = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            # A model trained on a GPU must open on a machine without one.
            state["model_"] = copy.deepcopy(self.model_).cpu()
            state["device_"] = torch.device("cpu")
        state.pop("_moments", None)  # partial_fit starts them anew
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self.device_ = resolve_device(self.device, fall_back=True)
            self.model_.to(self.device_)

    # ---- the roads between arrays and codes ----------------------------------------------------

    def _read(self, X: Any, name: str = "X", *, reset: bool = False) -> Sequences:
        """Check sequences, against those seen in ``fit`` unless ``reset``."""
        univariate = not reset and self.layout_.kind == "univariate"
        if is_table(X) and (reset or univariate or issparse(X)):
            if isinstance(X, Tensor):
                X = X.detach().cpu().to(torch.float32 if X.dtype == torch.bfloat16 else X.dtype)
                X = X.numpy()
            X = validate_data(self, X, reset=reset, ensure_all_finite=False, dtype="numeric")
        sequences = Sequences(
            X, channels=self.channels, layout=None if reset else self.layout_, name=name
        )
        if univariate and sequences.n_steps != self.n_features_in_:
            raise ValueError(
                f"{name} has {sequences.n_steps} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        if reset and len(sequences.shape) > 2:
            self.n_features_in_ = math.prod(sequences.shape[2:])
            if hasattr(self, "feature_names_in_"):
                del self.feature_names_in_
        elif reset:
            self.n_features_in_ = sequences.n_steps
        return sequences

    def _read_pair(self, a: Any, b: Any) -> tuple[Sequences, Sequences]:
        first, second = self._read(a, "a"), self._read(b, "b")
        if len(first) != len(second):
            raise ValueError(
                f"a and b must hold equally many sequences, got {len(first)} and {len(second)}"
            )
        return first, second

    def _coder(self, dtype: np.dtype) -> Coder:
        return Coder(self.model_, self.layout_, self.scaling_, dtype)


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


def two_streams(random_state: Any) -> list[Callable[[tuple[int, ...]], NDArray[np.float64]]]:
    """Standard normal noise for content and for motion, the same however it is cut into passes."""
    seeds = fresh_random_state(random_state).randint(2**31 - 1, size=2)
    return [np.random.RandomState(seed).standard_normal for seed in seeds]


def resolve_device(device: str, *, fall_back: bool = False) -> torch.device:
    """Turn a `device` parameter into a device: CUDA, then MPS, then CPU with ``"auto"``."""
    if device != "auto":
        try:
            return torch.empty(0, device=device).device
        except (RuntimeError, AssertionError) as error:
            # An AssertionError is how torch says that it was built without CUDA.
            if not fall_back:
                raise ValueError(
                    f"device={device!r} is not available on this machine: {error}"
                ) from error
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
