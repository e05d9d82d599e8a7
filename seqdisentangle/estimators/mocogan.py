"""MoCoGAN: motion and content by a game, without an encoder."""

from __future__ import annotations

from os import PathLike
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..data import Layout, Scaling, Sequences
from ..model import ClipDiscriminator, FrameDiscriminator, MoCoGANSpec, ModelSpec
from ..objectives import (
    AdversarialObjective,
    Communicator,
    Discriminator,
    Discriminators,
    build_discriminators,
)
from ._fitting import TrainedEstimator
from .codes import Codes, Swap, check_count, checked_action, checked_codes
from .recurrent_wae import COUNT, NON_NEGATIVE, constraints_of

__all__ = ["MoCoGAN"]


class MoCoGAN(TrainedEstimator):
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
    n_actions : int or None, default=None
        Number of actions, of which each sample is one: the recurrent network of motions is given
        it, and the discriminator of clips must be able to tell it.
    action_weight : float, default=1.0
        The weight :math:`\lambda` of telling the actions.
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
    ema, device, precision, compile, checkpoint, callbacks, warm_start, random_state, verbose
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
    n_epochs_, best_epoch_, device_
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

    divergences_: Discriminators

    _betas = (0.5, 0.999)

    # What training or reading asks for, and what there is no choice of here.
    generator: Literal["style", "concat"] = "concat"
    content_noise = None
    motion_noise = None
    missing = "error"
    lr_schedule = "constant"
    lr_warmup = 0
    content_delay = 0
    finetune_epochs = 0
    clip_norm = None
    early_stopping = False
    validation_fraction = 0.0
    action_prior = None

    def __init__(
        self,
        n_actions: int | None = None,
        *,
        action_weight: float = 1.0,
        content_size: int = 50,
        motion_size: int = 10,
        hidden_size: int = 128,
        network: Any = "auto",
        clip_steps: int = 16,
        gradient_penalty: float = 10.0,
        scale: str = "auto",
        channels: str = "auto",
        max_epochs: int = 100,
        batch_size: int = 32,
        learning_rate: float = 2e-4,
        ema: float | None = None,
        device: str = "auto",
        precision: str = "auto",
        compile: bool = False,
        checkpoint: str | PathLike[str] | None = None,
        callbacks: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.n_actions = n_actions
        self.action_weight = action_weight
        self.content_size = content_size
        self.motion_size = motion_size
        self.hidden_size = hidden_size
        self.network = network
        self.clip_steps = clip_steps
        self.gradient_penalty = gradient_penalty
        self.scale = scale
        self.channels = channels
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.ema = ema
        self.device = device
        self.precision = precision
        self.compile = compile
        self.checkpoint = checkpoint
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **constraints_of(__init__),
        "clip_steps": [COUNT],
        "gradient_penalty": [NON_NEGATIVE],
    }

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
        n_samples, n_steps, content, motion, random_state, out
            As in :meth:`RecurrentWAE.sample`.
        action : int or array of int and shape (n_samples,), optional
            The action to draw motions of; drawn too by default.

        Returns
        -------
        array, list where lengths differ, or path, of n_samples sequences

        Raises
        ------
        ValueError
            If a number is not positive, the codes and the numbers do not fit each other, or motion
            and an action are given, which is in the motion already.
        """
        if motion is not None and action is not None:
            raise ValueError(
                "motion and action were given: the action is what motion is drawn of, leave one out"
            )
        return super().sample(
            n_samples,
            n_steps,
            content=content,
            motion=motion,
            action=action,
            random_state=random_state,
            out=out,
        )

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
        check_is_fitted(self)
        check_count(n_samples, "n_samples")
        if n_steps is not None:
            check_count(n_steps, "n_steps")
        spec, predictor = self.model_.spec, self._predictor(np.dtype(np.float32))
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
            z_m = predictor.rollout(draw_motion(rows), action=a)
            motion[rows] = z_m[..., : spec.motion_size].cpu().numpy()
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
        check_is_fitted(self)
        for codes, name in ((a, "a"), (b, "b")):
            if not isinstance(codes, tuple | list) or len(codes) != 2:
                raise ValueError(
                    f"{name} must be a pair (content, motion) as sample_codes returns it, got "
                    f"{type(codes).__name__}: there is no encoder to read codes off sequences"
                )
            checked_codes(codes[0], f"{name}: content", n=None, content_size=self.content_size)
        if len(a[0]) != len(b[0]):
            raise ValueError(
                f"a and b must hold equally many codes, got {len(a[0])} and {len(b[0])}"
            )
        return Swap(
            self.sample(len(a[0]), content=b[0], motion=a[1]),
            self.sample(len(a[0]), content=a[0], motion=b[1]),
        )

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> ModelSpec:
        return MoCoGANSpec(
            frame_shape=layout.frame_shape,
            bounded=scaling.bounded,
            content_size=self.content_size,
            motion_size=self.motion_size,
            hidden_size=self.hidden_size,
            network=self.network,
            generator=self.generator,
            content_noise=None,
            motion_noise=None,
            n_actions=self.n_actions,
        )

    def _divergences(self) -> Discriminators:
        weight = self.action_weight if self.n_actions else 0.0
        return Discriminators(
            Discriminator(FrameDiscriminator, self.learning_rate, self.gradient_penalty),
            Discriminator(ClipDiscriminator, self.learning_rate, self.gradient_penalty, weight),
        )

    def _build_divergences(self, divergences: Discriminators, spec: ModelSpec, seed: int) -> None:
        build_discriminators(divergences, spec, seed)

    def _objective(  # type: ignore[override]  # of a model without a posterior
        self,
        divergences: Discriminators,
        sequences: Sequences,
        communicator: Communicator,
        images: bool,
    ) -> AdversarialObjective:
        return AdversarialObjective(
            divergences,
            clip_steps=self.clip_steps,
            action_weight=self.action_weight,
            communicator=communicator,
        )
