"""MoCoGAN: motion and content by a game, without an encoder."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._arguments import COUNT, Number
from ..data.layout import Layout
from ..data.sequences import Sequences
from ..data.units import Scaling
from ..model.core import ModelSpec
from ..model.mocogan import ClipDiscriminator, FrameDiscriminator, MoCoGANSpec
from ..objectives.adversarial import (
    AdversarialObjective,
    Discriminator,
    Discriminators,
    build_discriminators,
)
from ..objectives.communicator import Communicator
from ._action_settings import Actions
from ._fitting import FittingEstimator
from ._of_parts import refuse_parts
from ._params import (
    NON_NEGATIVE,
    POSITIVE,
    Training,
    auto,
    parameter,
    parameters,
)
from ._sampling import SamplingEstimator
from .codes import Codes, Swap, check_count, checked_action, checked_codes

__all__ = ["MoCoGAN"]


@parameters
class MoCoGAN(SamplingEstimator, FittingEstimator):
    r"""Motion and content decomposed generative adversarial network.

    A generator draws frames from a content code, the same for all frames of a sequence, and a walk
    through motion codes, and learns by a game against two discriminators, of single frames and of
    clips of :math:`T` of them:

    .. math::

        \min_{G, R_M} \max_{D_I, D_V}\;
        E \log D_I(S_1(x)) + E \log(1 - D_I(S_1(\tilde x)))
        + E \log D_V(S_T(x)) + E \log(1 - D_V(S_T(\tilde x)))

    There is no encoder: it samples, and exchanges the codes of samples, but no sequence has codes.
    ``transform``, ``reconstruct`` and all that needs them do not exist.

    Parameters
    ----------
    n_actions : int, Actions or None, default=None
        Number of actions, of which each sample is one: the recurrent network of motions is given
        it, and the discriminator of clips must be able to tell it. An
        :class:`~seqdisentangle.Actions` sets the weight :math:`\lambda` of telling them, 1 by
        default, and how frequent each is.
    content_size : int, default=50
        Numbers in a content code.
    motion_size : int, default=10
        Numbers in a frame's motion code.
    hidden_size : int, default=128
        Units of the layers between the features of frames and what discriminators say.
    network : {"auto", "mlp", "conv", "resnet"}, FrameNetwork or pair of modules, default="auto"
        The generator, and the features of both discriminators, as in :class:`RecurrentWAE`.
    clip_steps : int, default=16
        T, of the clips that are compared; that of the shortest sequence of a batch, if less.
    gradient_penalty : float, default=10.0
        :math:`\gamma`, the weight of half the squared gradient of what a discriminator says of
        real data, which keeps it from winning the game at once. 0 is the published objective.
    scale, channels : str
        As in :class:`RecurrentWAE`.
    max_epochs : int, default=100
        Passes over the data.
    batch_size : int, default=32
        Sequences in a step.
    learning_rate : float, default=2e-4
        Step size of generator and discriminators (Adam, :math:`\beta` = (0.5, 0.999)).
    training : Training or None, default=None
        The way in which it is trained, as in :class:`RecurrentWAE`; by default the learning rate is
        constant and gradients are not clipped. ``frames_per_step``, ``content_delay`` and
        ``finetune_epochs`` are of models with an encoder.
    device, checkpoint, callbacks, warm_start, random_state, verbose
        As in :class:`RecurrentWAE`.

    Attributes
    ----------
    model_ : MoCoGANModel
        The fitted generator, with the recurrent network of motions.
    divergences_ : Discriminators
        Those of frames, ``image``, and of clips, ``video``.
    history_ : list of dict
        ``image``, ``video`` and ``action``: what each discriminator makes of the generator, which
        this one minimises. About 0.7 where it cannot tell.
    n_epochs_, best_epoch_, device_, content_prior_
        As those of :class:`RecurrentWAE`.
    n_features_in_, feature_names_in_, frame_shape_, n_steps_, dtype_, layout_, scaling_
        As those of :class:`RecurrentWAE`.

    See Also
    --------
    RecurrentWAE : Has an encoder as well.

    Notes
    -----
    The published discriminator of clips has convolutions in space and time at once. This one has
    them in turn, which suits frames that are vectors too. And the published ones have batch
    normalisation and noise at every layer; these have a gradient penalty (Mescheder, Geiger,
    Nowozin: Which Training Methods for GANs do actually Converge?, ICML 2018) and neither.

    References
    ----------
    Tulyakov, Liu, Yang, Kautz: MoCoGAN: Decomposing Motion and Content for Video Generation,
    CVPR 2018.

    Examples
    --------
    >>> from seqdisentangle import MoCoGAN
    >>> from seqdisentangle.datasets import make_moving_digits
    >>> X = make_moving_digits(20, n_steps=6, size=16, random_state=0).X
    >>> model = MoCoGAN(max_epochs=2, random_state=0).fit(X)
    >>> model.sample(4, n_steps=10, random_state=0).shape
    (4, 10, 16, 16)
    >>> a, b = (model.sample_codes(2, n_steps=6, random_state=seed) for seed in (1, 2))
    >>> model.swap(a, b).a_motion_b_content.shape
    (2, 6, 16, 16)
    >>> hasattr(model, "transform")
    False
    """

    n_actions: int | Actions | None = parameter(
        Number(Integral, 2, None, closed="left"),
        Actions,
        None,
        default=None,
        as_part=Actions.of,
        kw_only=False,
    )
    content_size: int = parameter(COUNT, default=50)
    motion_size: int = parameter(COUNT, default=10)
    clip_steps: int = parameter(COUNT, default=16)
    gradient_penalty: float = parameter(NON_NEGATIVE, default=10.0)
    max_epochs: int = parameter(COUNT, default=100)
    batch_size: int = parameter(COUNT, default=32)
    learning_rate: float = parameter(POSITIVE, default=2e-4)

    _betas = (0.5, 0.999)

    def sample_codes(
        self,
        n_samples: int = 1,
        n_steps: int | None = None,
        *,
        action: int | Any = None,
        random_state: Any = None,
    ) -> Codes:
        """Draw codes of new sequences: those of ``sample`` with the same arguments.

        Parameters
        ----------
        n_samples : int, default=1
        n_steps : int, optional
            By default the longest seen in ``fit``.
        action : int or array of int and shape (n_samples,), optional
        random_state : int, RandomState or None

        Returns
        -------
        Codes
            ``Codes(content, motion)`` of shapes (n_samples, content_size) and
            (n_samples, n_steps, motion_size), for ``sample(content=..., motion=...)`` and ``swap``.
        """
        self = self._whole()
        check_count(n_samples, "n_samples")
        if n_steps is not None:
            check_count(n_steps, "n_steps")
        spec, predictor = self.model_.spec, self._predictor()
        n_steps = n_steps or self.n_steps_
        given = checked_action(action, spec.n_actions, n_samples)
        draw_content, draw_motion, actions = self._draws(n_samples, n_steps, random_state, True)
        if given is not None:
            actions = np.broadcast_to(given, n_samples).copy()
        content = np.empty((n_samples, spec.content_size), predictor.code_dtype)
        motion = np.empty((n_samples, n_steps, spec.motion_size), predictor.code_dtype)
        for rows in predictor.passes(n_samples, n_steps):
            content[rows] = draw_content(rows)
            a = None if actions is None else actions[rows]
            codes = predictor.drawn(content[rows], draw_motion(rows), a)
            motion[rows] = codes.motion.cpu().numpy()
        return Codes(content, motion)

    def swap(self, a: Codes | tuple[NDArray, Any], b: Codes | tuple[NDArray, Any]) -> Swap:
        """Exchange the contents of two batches of codes, as ``sample_codes`` draws them.

        Parameters
        ----------
        a, b : Codes or pairs (content, motion)

        Returns
        -------
        Swap
            ``Swap(a_motion_b_content, a_content_b_motion)``, sequences in the layout, units and
            dtype of the data seen in ``fit``.

        Raises
        ------
        ValueError
            If they are not pairs of codes of one number.
        """
        self = self._whole()
        size = self.model_.spec.content_size
        for codes, name in ((a, "a"), (b, "b")):
            if not isinstance(codes, tuple | list) or len(codes) != 2:
                raise ValueError(
                    f"{name} must be a pair (content, motion) as sample_codes returns it, got "
                    f"{type(codes).__name__}: there is no encoder to read codes off sequences"
                )
            checked_codes(codes[0], f"{name}: content", n=None, content_size=size)
        if len(a[0]) != len(b[0]):
            raise ValueError(
                f"a and b must hold equally many codes, got {len(a[0])} and {len(b[0])}"
            )
        return Swap(
            self.sample(len(a[0]), content=b[0], motion=a[1]),
            self.sample(len(a[0]), content=a[0], motion=b[1]),
        )

    def _check_given(self, motion: Any, action: Any) -> None:
        if motion is not None and action is not None:
            raise ValueError(
                "motion and action were given: the action is what motion is drawn of, leave one out"
            )

    # ---- what is trained -----------------------------------------------------------------------

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> MoCoGANSpec:
        refuse_parts(self)
        actions = Actions.of(self.n_actions)
        return MoCoGANSpec(
            **self._sizes(layout, scaling),
            generator="concat",
            content_noise=None,
            motion_noise=None,
            n_actions=None if actions is None else int(actions.number),
            action_prior=None if actions is None else actions.probabilities,
        )

    def _divergences(self) -> Discriminators:
        rate, penalty = self.learning_rate, self.gradient_penalty
        return Discriminators(
            Discriminator(FrameDiscriminator, rate, penalty),
            Discriminator(ClipDiscriminator, rate, penalty, self._action_weight()),
        )

    def _build_divergences(self, divergences: Discriminators, spec: ModelSpec, seed: int) -> None:
        build_discriminators(divergences, spec, seed)

    def _objective(
        self,
        divergences: Discriminators,
        sequences: Sequences,
        communicator: Communicator,
        bounded: bool,
    ) -> AdversarialObjective:
        training = Training.of(self.training)
        if (
            training.frames_per_step not in ("auto", None)
            or training.content_delay not in ("auto", 0)
            or training.finetune_epochs not in ("auto", 0)
        ):
            raise ValueError(
                "MoCoGAN has no encoder: it reconstructs no frames and has no codes to be "
                f"fine-tuned to, got training={training!r}. Leave frames_per_step, "
                "content_delay and finetune_epochs at their defaults"
            )
        return AdversarialObjective(
            divergences,
            clip_steps=int(self.clip_steps),
            action_weight=self._action_weight(),
            communicator=communicator,
        )

    def _action_weight(self) -> float:
        """The weight of telling the actions, 0 without any."""
        actions = Actions.of(self.n_actions)
        return 0.0 if actions is None else auto(actions.weight, self._own_action_weight)
