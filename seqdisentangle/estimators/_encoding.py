"""The verbs of an estimator that encodes: codes, and the future of sequences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.metaestimators import available_if

from .._modes import without_gradients
from ..data.batches import Batch
from ..data.ragged import Rows
from ..divergences import Divergences
from ..model import LatentCodes
from ..model.core import ModelSpec
from ..objectives.base import build_divergences
from ..objectives.costs import resolve_cost
from ..objectives.reconstruction import cost_of_frames
from ._exchanging import ExchangingEstimator
from ._of_parts import in_parts, n_parts_of, side_by_side
from ._params import EarlyStopping, EncodingParameters
from ._passes import total_cost
from ._results import output, put, room
from ._sampling import two_streams
from ._sklearn import TransformerMixin
from .codes import Codes, RaggedCodes, check_count, checked_codes, checked_motion

__all__ = ["EncodingEstimator"]


def returns_both_codes(estimator: Any) -> bool:
    """Tell whether the codes that ``transform`` returns can be decoded again."""
    if estimator.codes != "both":
        raise AttributeError(
            f"inverse_transform needs content and motion, got codes={estimator.codes!r}: set "
            "codes='both', or hand the codes to sample(content=..., motion=...)"
        )
    return True


class EncodingEstimator(TransformerMixin, EncodingParameters, ExchangingEstimator):
    """An estimator whose model encodes sequences as well.

    A subclass has the parameters ``codes`` and ``cost`` too.
    """

    def _missing_values(self) -> str | None:
        return self.missing

    def _early_stopping(self) -> EarlyStopping | None:
        return EarlyStopping.of(self.early_stopping)

    def _build_divergences(self, divergences: Divergences, spec: ModelSpec, seed: int) -> None:
        build_divergences(divergences, spec, seed)

    # ---- codes -------------------------------------------------------------------------------

    def fit_transform(
        self, X: Any, y: Any = None, *, lengths: Any = None, **fit_params: Any
    ) -> Any:
        """Fit, and encode the same sequences.

        Parameters
        ----------
        X : array-like of n sequences
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
        **fit_params
            All as in ``fit``.

        Returns
        -------
        Codes, array or list
            As ``transform`` returns it.
        """
        return self.fit(X, y, lengths=lengths, **fit_params).transform(X, lengths=lengths)

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
            (n, T * motion_size) for a pipeline, or as a list. In the precision of ``model_``,
            float32. Of a model of K parts, codes of both are (n, K, content_size) and
            (n, T, K, motion_size), in no order of the parts, and one alone has these side by side.

        Raises
        ------
        ValueError
            If the frames are unlike those seen in ``fit``, or a value is not finite; if motion
            codes of different lengths are to be a data frame; or if ``out`` is a file of ``X``.
        NotFittedError
            If called before ``fit``.
        """
        self = self._whole()
        sequences = self._read(X, lengths=lengths)
        n, n_steps, lengths = len(sequences), sequences.n_steps, sequences.lengths
        if self.codes == "motion" and lengths is not None and out is None:
            check_no_table(self)
        predictor = self._predictor()
        of_content, of_motion = self._code_shapes()
        with output(out, sequences) as file:
            z_c = room((n, *of_content), predictor.code_dtype, None, file, "content")
            z_m = room((n, n_steps, *of_motion), predictor.code_dtype, lengths, file, "motion")
            for rows, batch in predictor.batches(sequences):
                codes = predictor.encode(batch)
                z_c[rows] = codes.content.cpu().numpy().reshape(-1, *of_content)
                motion = codes.motion.cpu().numpy()  # as long as the longest of the pass
                put(z_m, rows, motion.reshape(*motion.shape[:2], *of_motion), lengths)
        if out is not None:
            return out
        if self.codes == "content":
            return z_c.reshape(n, -1)
        if self.codes == "both":
            return Codes(z_c, z_m)
        if isinstance(z_m, list):
            return RaggedCodes(part.reshape(len(part), -1) for part in z_m)
        return z_m.reshape(n, -1)

    def _code_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of a content code and of a motion code, part by part where there are parts."""
        spec = self.model_.spec
        n_parts = n_parts_of(spec.network)
        return [in_parts(size, n_parts) for size in (spec.content_size, spec.motion_size)]

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
        self = self._whole()
        if not isinstance(codes, tuple | list) or len(codes) != 2:
            raise ValueError(
                "codes must be a pair (content, motion) as transform returns it with "
                f"codes='both', got {type(codes).__name__}"
            )
        spec = self.model_.spec
        content, motion = side_by_side(spec, codes[0], codes[1])
        content = checked_codes(content, "content", n=None, content_size=spec.content_size)
        motion, lengths = checked_motion(motion, spec.motion_size, n=len(content))
        predictor = self._predictor()
        n, n_steps = motion.shape[:2]
        coded = (
            (
                rows,
                predictor.given(
                    content[rows], motion[rows], None if lengths is None else lengths[rows]
                ),
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
        self = self._whole()
        sequences = self._read(X, lengths=lengths)
        predictor = self._predictor()
        return predictor.generate(
            len(sequences),
            sequences.n_steps,
            sequences.dtype,
            ((rows, predictor.encode(batch)) for rows, batch in predictor.batches(sequences)),
            lengths=sequences.lengths,
        )

    @without_gradients()
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
        self = self._whole()
        sequences = self._read(X, lengths=lengths)
        cost = resolve_cost(self._chosen("cost"), images=self.scaling_.bounded)
        predictor = self._predictor()
        total, count = 0.0, 0
        for rows, batch in predictor.batches(sequences):
            costs = cost_of_frames(cost, predictor.model, predictor.encode(batch), batch)
            total += total_cost(costs, batch, rows, sequences.name)
            count += n_frames(batch)
        return -total / max(count, 1)

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
        self = self._whole()
        check_count(n_steps, "n_steps")
        sequences = self._read(X, lengths=lengths)
        predictor = self._predictor()
        _, draw_motion = two_streams(
            random_state,
            (len(sequences), 0),
            (len(sequences), n_steps, self.model_.noise_size),
            in_order=sequences.lengths is None,
        )

        def coded() -> Iterator[tuple[Rows, LatentCodes]]:
            for rows, batch in predictor.batches(sequences, more=n_steps):
                codes = predictor.encode(batch)
                yield rows, predictor.continued(codes, draw_motion(rows), batch.lengths)

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
        self = self._whole()
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
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def check_no_table(estimator: Any) -> None:
    """Raise a ValueError if data frames are asked for, which motion of many lengths is none."""
    container = _get_output_config("transform", estimator)["dense"]
    if container != "default":
        raise ValueError(
            f"set_output(transform={container!r}): motion codes of sequences of different lengths "
            "are no table. Take codes='content', or set_output(transform='default')"
        )


def n_frames(batch: Batch) -> int:
    """The number of frames that are real and of which at least one value is not missing."""
    real = None if batch.packing is None else batch.packing.mask
    if batch.observed is None:
        return batch.x.shape[0] * batch.x.shape[1] if real is None else int(real.sum())
    known = batch.observed.flatten(2).any(2)
    return int((known if real is None else known & real).sum())
