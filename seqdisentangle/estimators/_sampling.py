"""``sample``: new sequences from the priors, and the noise that they are drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.containers import unpacked
from ..data.ragged import Rows
from ..model import LatentCodes
from ._base import SequenceEstimator, fresh_random_state
from ._of_parts import side_by_side
from ._results import output
from .codes import (
    check_count,
    checked_action,
    checked_codes,
    checked_counts,
    checked_motion,
    differ,
    number_of_samples,
    one_for_all,
)

__all__ = ["SamplingEstimator", "two_streams"]


class SamplingEstimator(SequenceEstimator):
    """An estimator that samples from the priors of its model."""

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
        motion : array of shape (n_samples, n_steps, motion_size), or list of arrays, optional
            Motion to hold fixed, of a single sequence (n_steps, motion_size), of sequences of
            different lengths a list of these; drawn from its prior by default.
        action : int or array of int and shape (n_samples,), optional
            The action by its number, as ``predict`` gives it, or that of each sample in an array, a
            list or a Series, of a model with ``n_actions``; drawn from its prior by default, or
            what the given motion says.
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
        self = self._whole()
        self._check_given(motion, action)
        spec = self.model_.spec
        content, motion = side_by_side(spec, content, motion)
        n_samples, n_steps, lengths = checked_sizes(n_samples, n_steps)
        if content is not None:
            content = checked_codes(
                one_for_all(content, "content", 2, n_samples),
                "content",
                n_samples=n_samples,
                content_size=spec.content_size,
            )
        if motion is not None:
            if lengths is not None:
                raise ValueError("n_steps of each sequence and motion were given: leave one out")
            motion = unpacked(motion)
            if not isinstance(motion, list | tuple) or not differ(motion):
                motion = one_for_all(motion, "motion", 3, n_samples)
            motion, lengths = checked_motion(motion, spec.motion_size, n_samples, n_steps)
        action = checked_action(action, spec.n_actions, n_samples)
        n = number_of_samples(n_samples, content=content, motion=motion, action=action)
        if lengths is not None:
            steps = int(lengths.max())
        else:
            steps = n_steps or (self.n_steps_ if motion is None else motion.shape[1])
        content = one_for_all(content, "content", 2, n)
        motion = one_for_all(motion, "motion", 3, n)
        predictor = self._predictor()
        draw_content, draw_motion, drawn = self._draws(n, steps, random_state, lengths is None)
        if action is not None:
            action = np.broadcast_to(action, n).copy()
        elif motion is None:
            action = drawn

        def coded() -> Iterator[tuple[Rows, LatentCodes]]:
            cut = predictor.rollouts if motion is None else predictor.passes
            for rows in cut(n, steps, lengths):
                z_c = draw_content(rows) if content is None else content[rows]
                a = None if action is None else action[rows]
                each = None if lengths is None else lengths[rows]
                if motion is not None:
                    yield rows, predictor.given(z_c, motion[rows], each, a)
                else:
                    longest = steps if each is None else int(each.max())
                    yield rows, predictor.drawn(z_c, draw_motion(rows)[:, :longest], a)

        with output(out) as file:
            samples = predictor.generate(n, steps, self.dtype_, coded(), lengths=lengths, file=file)
        return samples if out is None else out

    def _check_given(self, motion: Any, action: Any) -> None:
        """Raise a ValueError if a model cannot hold both fixed."""

    def _draws(
        self, n: int, n_steps: int, random_state: Any, in_order: bool
    ) -> tuple[Draw, Draw, NDArray[np.int64] | None]:
        """Content, noise for motion, by the rows of a pass, and actions if there are any."""
        spec, random = self.model_.spec, fresh_random_state(random_state)
        prior = self.content_prior_
        shapes = (n, prior.noise_size), (n, n_steps, self.model_.noise_size)
        noise, motion = two_streams(random, *shapes, in_order=in_order)

        def content(rows: Rows) -> NDArray[np.float64]:
            return prior.draw(noise(rows))

        if not spec.n_actions:
            return content, motion, None
        of_actions = self.model_.action_prior.cpu().double().numpy()
        return content, motion, random.choice(spec.n_actions, n, p=of_actions / of_actions.sum())


def checked_sizes(
    n_samples: int | None, n_steps: Any
) -> tuple[int | None, int | None, NDArray[np.intp] | None]:
    """The number of samples and of their time steps as asked for, and lengths where these differ.

    Raises
    ------
    ValueError
        If a number is not positive, or there are not as many lengths as samples.
    """
    if n_samples is not None:
        check_count(n_samples, "n_samples")
    if not isinstance(n_steps, list | tuple | np.ndarray):
        if n_steps is not None:
            check_count(n_steps, "n_steps")
        return n_samples, n_steps, None
    counts = checked_counts(n_steps, "n_steps", n_samples)
    if (counts == counts[0]).all():
        return len(counts), int(counts[0]), None
    return len(counts), None, counts


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
