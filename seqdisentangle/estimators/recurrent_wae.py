"""The recurrent Wasserstein autoencoder: its parameters, and what they make of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any, ClassVar, Literal, get_args

from sklearn.utils._param_validation import StrOptions

from .._arguments import COUNT, Number
from ..data.layout import Layout
from ..data.sequences import Sequences
from ..data.told import Told
from ..data.units import Scaling
from ..divergences import Divergence, Divergences, Regularisers, as_regularisers, resolve
from ..model.core import ModelSpec
from ..model.posteriors import POSTERIORS, MotionInput
from ..objectives.communicator import Communicator
from ..objectives.costs import resolve_cost
from ..objectives.rwae import WassersteinObjective
from ..views import View, resolve_view
from ._action_settings import Actions
from ._actions import ActionEstimator, terms_of_actions
from ._choices import Choice, Facts, chosen
from ._content_prior import content_prior_part
from ._of_parts import check_parts, parts_of
from ._params import (
    AUTO,
    NON_NEGATIVE,
    PART,
    POSITIVE,
    Training,
    auto,
    cost_part,
    pair_of_weights,
    parameter,
    parameters,
)
from ._published import PublishedEstimator
from ._regularisers import chosen_for_divergences, in_words, motion_prior_for, prior_part
from ._sklearn import repr_of_parameters

__all__ = ["RecurrentWAE"]


def view_part(name: str) -> Callable[[Any], View | None]:
    """The views that values of a parameter stand for: of "auto", the one that videos get."""
    return lambda view: resolve_view(auto(view, "random_frames"), name)


@parameters
class RecurrentWAE(PublishedEstimator, ActionEstimator):
    r"""Disentangled recurrent Wasserstein autoencoder.

    Learns, without labels, a static *content* code for each sequence and a dynamic *motion* code
    for each of its frames, by minimising

    .. math::

        \sum_t E[c(x_t, G(z_{m,t}, z_c))] + \beta_1 D(q(z_c), p(z_c))
        + \beta_2 \sum_t D(q(z_{m,t} \mid z_{m,<t}), p(z_{m,t} \mid z_{m,<t}))
        + \beta_4 D(q(z_c, \bar z_m), q(z_c)\, q(\bar z_m)) + \beta_5 M + \beta_6 S

    with errors of movement :math:`M` and of swaps :math:`S`; and, told by ``n_actions`` how many
    actions there are, which of them each sequence is of, with
    :math:`+\, \beta_3\, \mathrm{KL}(q(a) \,\|\, p(a))`.

    Parameters
    ----------
    reg : str, Divergence, callable, pair, dict or Regularisers, default="auto"
        The divergence :math:`D` of the codes from their priors. ``"mmd"``: maximum mean
        discrepancy, of learned features for content; ``"gan"``: Jensen-Shannon, by a critic, for
        content, MMD for motion; ``"kl"``: Kullback-Leibler for both, the objective of the DS-VAE.
        Both are computed, and weigh. ``"auto"``: those of ``"mmd"``, for the codes that nothing
        else brings to their prior. A pair ``(content, motion)`` or a
        dict with these keys sets the two apart, and the key ``"independence"`` replaces HSIC in
        the last term. Any :class:`~seqdisentangle.divergences.Divergence` or callable of two (n, d)
        tensors of codes that returns a scalar will do.
    content_size : int or "auto", default="auto"
        Numbers in a content code. ``"auto"``: one for every four sequences, 4 to 32.
    motion_size : int or "auto", default="auto"
        Numbers in a frame's motion code. Few: a motion code with room for the appearance as well
        leaves content with nothing to say. ``"auto"``: 6, and no more than a frame has.
    hidden_size : int, default=128
        Units of the hidden layers of the posteriors and the prior.
    network : {"auto", "mlp", "conv", "resnet", "parts"}, FrameNetwork or pair, default="auto"
        Encoder and decoder of single frames. ``"auto"`` is ``"conv"`` for images and ``"mlp"`` for
        vectors; ``"resnet"`` draws more detail at several times the cost;
        :class:`~seqdisentangle.networks.Parts` has codes for each of several things in a frame.
        :class:`~seqdisentangle.networks.Conv` and its like set width, depth, palette, and how the
        codes enter the decoder: by ``generator="style"``, the default, motion makes the feature
        map, and content scales and shifts its channels at every layer and chooses the colours of
        images, which suits an appearance that does not depend on the place; by ``"concat"`` they
        stand side by side. A pair ``(encoder, decoder)`` of torch modules,
        (N, ...) -> (N, F) or (N, C, h, w) and (N, d) -> (N, ...), has them side by side too: d is
        motion_size, the number of actions if there are any, and content_size.
    cost : str, Cost or callable, default="auto"
        The reconstruction cost :math:`c`, a mean over the values of a frame: ``"squared"``,
        ``"absolute"``, ``"huber"``, ``"binary_cross_entropy"``, one of
        :mod:`seqdisentangle.objectives`, or a callable ``cost(reconstruction, target)`` of values,
        frames or sequences. ``"auto"``: ``"squared"``, and for parts of images the cross-entropy.
    content_weight, motion_weight : float or "auto", default="auto"
        The weights :math:`\beta_1` and :math:`\beta_2`; 0 switches a divergence off, and costs
        nothing. ``"auto"``: 0.05 of the variance of a sequence for content, 0.1 of that of a frame
        for motion, or as much as the divergence says. With ``reg="auto"`` it switches that of
        content off where codes are whitened, and that of motion where the prior has mixtures, which
        learn by likelihood.
    movement_weight : float or "auto", default="auto"
        The weight of the squared error of what moves, each frame less the mean of its sequence,
        beside the cost of whole frames, which hardly notices the lips of a face. ``"auto"`` makes
        it count as much as what stays, by their variances in some sequences; 0 switches it off.
    constancy_weight : float, pair of float or "auto", default="auto"
        The weights of two errors in what stays the same. Of a pair, the first is of the distance
        between two content codes of a sequence, by two draws of ``content_view``; the second is of
        swaps between the sequences of a batch, in which level and spread of each feature must be
        those of the donor of the content. ``"auto"``: 0.3 of the variance of a value for vectors
        with such a view, and 1 for vectors whose changes motion sees, else 0, which costs nothing.
    independence_weight : float, pair of float or "auto", default="auto"
        The weight :math:`\beta_4`: content must not know what motion knows. Of a pair, the first
        weighs while it is decided which code has what, a quarter of ``max_epochs``, and the second
        in the last quarter; it goes from one to the other in between. 0 switches it off, and costs
        nothing. ``"auto"``: (0.5, 3), and (10, 100) with groups, of which motion must not know.
    n_actions : int, Actions or None, default=None
        Number of actions, which makes the model the reinforced one: it learns a third code, one of
        so many kinds of movement for each sequence, and is a clusterer. An
        :class:`~seqdisentangle.Actions` sets their weight :math:`\beta_3` and their prior as well.
    motion_input : {"auto", "changes", "causal_changes", "residuals", "frames"}, default="auto"
        Frames as the motion encoder sees them. ``"changes"``: without what stays the same in their
        sequence, which content must then say. Vectors are standardised over its time, and
        decorrelated; feature maps of images are centred. ``"causal_changes"``, for streams: by the
        frames up to each alone, and correlations stay. ``"residuals"``, of vectors: without the
        level and spread that content foretells, so that motion may claim what is constant but not
        of the content. ``"frames"``: as they are; ``motion_view`` must then hide the content.
        ``"auto"``: ``"changes"``; with groups ``"residuals"`` for vectors, ``"frames"`` for images.
    posteriors : {"framewise", "recurrent"}, default="framewise"
        Encoders over time. ``"framewise"``: content is a mean over frames, which cannot tell their
        order, and motion remembers the code before, by which it cannot count. ``"recurrent"``: an
        LSTM over the frames, and one over all codes before, as in the paper.
    content_noise : float, None or "auto", default="auto"
        Standard deviation of the content posterior, around a mean that is whitened, as its prior
        is; None learns it, and leaves the mean free. ``"auto"``: 0.1, and None where its divergence
        is in closed form, as with ``reg="kl"``.
    motion_noise : float, None or "auto", default="auto"
        Standard deviation of the motion posterior, around a mean of unit variance: the more noise,
        the less a frame's code can carry. None learns it. ``"auto"``: 0.2, 0.5 for vectors, 0.01
        of parts, and None where its divergence is in closed form.
    motion_prior : {"auto", "gaussian", "mixture"} or MotionPrior, default="auto"
        The steps of the motion prior. ``"gaussian"`` is the paper's. A ``"mixture"`` of 40 of them
        can go on in more ways than one, where a single Gaussian draws what lies between them. It
        learns by likelihood, a single Gaussian by the divergence of motion. ``"auto"`` is
        ``"mixture"``, and ``"gaussian"`` where that divergence is in closed form, as with
        ``reg="kl"``.
    content_prior : {"auto", "normal", "mixture", "factored", "flow"} or ContentPrior
        The distribution that ``sample`` draws content from, fitted at the end of ``fit`` to the
        content codes of the sequences, of 4,096 at most. ``"normal"`` is the paper's, :math:`N(0,
        I)`, whatever the codes are. A ``"mixture"`` of Gaussians draws appearances like those seen;
        a ``"factored"`` one, of independent parts of the code, new combinations of what they have;
        a ``"flow"`` (by Zuko) codes of any form. ``"auto"``, the default: the mixture or the
        independent parts, by which codes held out are likelier.
    content_view, motion_view : str, callable, list or None, default="auto", None
        The view of the data that each encoder gets in training, while the target stays the
        original: what an encoder cannot see, its code cannot carry. Names from
        :mod:`seqdisentangle.views`, or any callable of a tensor (n, T, ...), or a list of them,
        applied in order; that of motion keeps the time steps. ``"auto"`` shows content one random
        frame of images, and of vectors if it tells the sequence and is no single number; else all.
    codes : {"both", "content", "motion"}, default="both"
        The codes that ``transform`` returns.
    scale : {"auto", "unit", "standard", "none"}, default="auto"
        Units of the data: ``"unit"`` for images, 8-bit or in [0, 1]; ``"standard"`` standardises
        each feature or channel; ``"auto"`` finds which.
    channels : {"auto", "first", "last"}, default="auto"
        The place of the channels in five-dimensional arrays. ``"auto"`` finds 1 to 4 of them; of
        more, as in multispectral images, say where they are.
    missing : {"error", "mask"}, default="error"
        NaN is an error, or stands for values that are missing: the encoders then see the mean in
        their place (zero for images), the cost leaves them out, and ``reconstruct`` imputes them.
    max_epochs : int or "auto", default="auto"
        Passes over the data. ``"auto"``: 24, 32 of images, 48 of parts, but 1,500 steps at least.
    batch_size : int or "auto", default="auto"
        Sequences in a step of the optimiser. ``"auto"``: 64, 16 of parts, and fewer where an epoch
        would have less than 16 steps, down to 8.
    learning_rate : float, default=2e-3
        Step size of the optimiser (AdamW), the highest one of its schedule.
    training : Training or None, default=None
        The way in which the model is trained: schedule of the learning rate, average of the
        weights, frames reconstructed in a step, precision, fine-tuning. None is
        :class:`~seqdisentangle.Training` with its defaults.
    early_stopping : bool or EarlyStopping, default=False
        Keep some sequences apart, stop when their loss has not fallen for a while, and keep the
        weights of the best epoch. :class:`~seqdisentangle.EarlyStopping` says how many and how
        long.
    device : str, default="auto"
        A torch device; ``"auto"`` takes CUDA, then MPS, then the CPU.
    checkpoint : path or None, default=None
        A folder in which ``fit`` keeps what it needs to go on after a crash: at the start, after
        every epoch and every 300 s, the last two of them. ``fit(..., resume=True)`` then ends as if
        nothing had happened. ``best.safetensors`` beside them is the model of the best epoch so
        far, of the last one without ``early_stopping``, as :meth:`save` writes it.
    callbacks : object, list of objects or None, default=None
        Objects that are told when training begins, after every epoch, and when it ends:
        :mod:`seqdisentangle.callbacks` or any object with a method of
        :class:`~seqdisentangle.callbacks.Callback`.
    warm_start : bool, default=False
        If True, ``fit`` goes on from the weights of the last one.
    random_state : int, RandomState or None, default=None
        Seed of the weights, the order of the sequences and the noise.
    verbose : int, default=0
        If not 0, show a progress bar: speed, time left, and the parts of the loss.

    Attributes
    ----------
    model_ : SequenceModel
        The fitted torch module.
    choices_ : dict of str to Choice
        The value that was chosen by the data for each parameter that was left to it, and why.
    content_prior_ : ContentDistribution
        The distribution that ``sample`` draws content from.
    divergences_ : Divergences
        The divergences of content, of motion and of their independence, with what they learned.
    labels_ : array of int and shape (n,)
        The action of each sequence seen in ``fit``; only with ``n_actions``.
    history_ : list of dict
        The parts of the loss of each epoch, those of the validation sequences as ``val_...``.
        ``pandas.DataFrame(model.history_)`` makes it a table.
    n_epochs_ : int
        Epochs trained.
    best_epoch_ : int
        The epoch whose weights were kept, counted from 1.
    n_features_in_ : int
        Steps of (n, T) numbers, else values of a frame.
    feature_names_in_ : array of str
        Column names, for a data frame or a list of them.
    frame_shape_ : tuple of int
        Shape of a frame in the data.
    n_steps_ : int
        Length of the sequences seen in ``fit``, of the longest if lengths differ.
    dtype_ : numpy dtype
        Type of the data, and so of samples.
    layout_, scaling_ : Layout, Scaling
        The layout and the units of the data.
    device_ : torch.device
        The device that the model is on.

    See Also
    --------
    seqdisentangle.callbacks : What may watch a training.
    seqdisentangle.views : What an encoder may see in training.
    seqdisentangle.divergences : The divergences, and how to write one.

    Notes
    -----
    Weights are trained in float32, and codes are computed in it, of float64 data too, which is
    several times as fast. ``model.model_.double()`` has them computed in float64 from then on.

    References
    ----------
    Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021.

    Examples
    --------
    >>> from seqdisentangle import RecurrentWAE
    >>> from seqdisentangle.datasets import make_moving_digits
    >>> X = make_moving_digits(20, n_steps=6, size=16, random_state=0).X
    >>> model = RecurrentWAE(max_epochs=2, random_state=0).fit(X)
    >>> content, motion = model.transform(X)
    >>> content.shape, motion.shape
    ((20, 5), (20, 6, 6))
    >>> model.sample(4, n_steps=10, random_state=0).shape
    (4, 10, 16, 16)
    >>> model.swap(X[:5], X[5:10]).a_motion_b_content.dtype
    dtype('uint8')
    """

    reg: Any = parameter(
        str,
        Divergence,
        callable,
        tuple,
        list,
        dict,
        Regularisers,
        default="auto",
        as_part=as_regularisers,
        kw_only=False,
    )
    content_weight: float | Literal["auto"] = parameter(NON_NEGATIVE, AUTO, default="auto")
    motion_weight: float | Literal["auto"] = parameter(NON_NEGATIVE, AUTO, default="auto")
    movement_weight: float | Literal["auto"] = parameter(NON_NEGATIVE, AUTO, default="auto")
    constancy_weight: float | tuple[float, float] | Literal["auto"] = parameter(
        NON_NEGATIVE, tuple, list, AUTO, default="auto"
    )
    independence_weight: float | tuple[float, float] | Literal["auto"] = parameter(
        NON_NEGATIVE, tuple, list, AUTO, default="auto"
    )
    n_actions: int | Actions | None = parameter(
        Number(Integral, 2, None, closed="left"), Actions, None, default=None, as_part=Actions.of
    )
    cost: Any = parameter(PART, default="auto", as_part=cost_part)
    content_size: int | Literal["auto"] = parameter(COUNT, AUTO, default="auto")
    motion_size: int | Literal["auto"] = parameter(COUNT, AUTO, default="auto")
    motion_input: MotionInput | Literal["auto"] = parameter(
        StrOptions(set(get_args(MotionInput))), AUTO, default="auto"
    )
    posteriors: str = parameter(StrOptions(set(POSTERIORS)), default="framewise")
    content_noise: float | Literal["auto"] | None = parameter(POSITIVE, None, AUTO, default="auto")
    motion_noise: float | Literal["auto"] | None = parameter(POSITIVE, None, AUTO, default="auto")
    motion_prior: Any = parameter(PART, default="auto", as_part=prior_part)
    content_prior: Any = parameter(PART, default="auto", as_part=content_prior_part)
    content_view: Any = parameter(PART, default="auto", as_part=view_part("content_view"))
    motion_view: Any = parameter(PART, default=None, as_part=view_part("motion_view"))
    max_epochs: int | Literal["auto"] = parameter(COUNT, AUTO, default="auto")
    batch_size: int | Literal["auto"] = parameter(COUNT, AUTO, default="auto")

    _own_training: ClassVar[dict[str, Any]] = {
        "lr_schedule": "one_cycle",
        "lr_warmup": 0.1,
        "clip_norm": 0.065,
        "finetune_epochs": 0.2,
    }
    _own_action_weight = 0.01

    # ---- what is trained -----------------------------------------------------------------------

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> ModelSpec:
        actions = Actions.of(self.n_actions)
        return ModelSpec(
            **self._sizes(layout, scaling),
            generator="style",
            content_noise=self._chosen("content_noise"),
            motion_noise=self._chosen("motion_noise"),
            motion_input=self._chosen("motion_input"),
            posteriors=self.posteriors,
            motion_prior=motion_prior_for(self.motion_prior, divergences.motion),
            n_actions=None if actions is None else int(actions.number),
            action_prior=None if actions is None else actions.probabilities,
        )

    def _divergences(self) -> Divergences:
        return resolve(self.reg)

    def _objective(
        self,
        divergences: Divergences,
        sequences: Sequences,
        communicator: Communicator,
        bounded: bool,
    ) -> WassersteinObjective:
        frames = self.choices_.get("training__frames_per_step", Choice(None, ""))  # of "auto"
        constancy_weight, swap_weight = pair_of_weights(
            "constancy_weight", self._chosen("constancy_weight"), "codes and of swaps"
        )
        return WassersteinObjective(
            divergences,
            cost=resolve_cost(self._chosen("cost"), images=bounded),
            content_weight=self._chosen("content_weight"),
            motion_weight=self._chosen("motion_weight"),
            movement_weight=self._chosen("movement_weight"),
            constancy_weight=constancy_weight,
            swap_weight=swap_weight,
            independence_weight=self._independence(),
            **terms_of_actions(self.n_actions, self._own_action_weight),
            content_view=resolve_view(self._chosen("content_view"), name="content_view"),
            motion_view=resolve_view(self.motion_view, name="motion_view"),
            frames_per_step=auto(Training.of(self.training).frames_per_step, frames.value),
            communicator=communicator,
        )

    def _independence(self) -> tuple[float, float]:
        """The weight of independence at the start of a training and at its end."""
        weight = self._chosen("independence_weight")
        return pair_of_weights(
            "independence_weight", weight, "the start and the end of the training"
        )

    def _in_words(self) -> str:
        return in_words(self)

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # as scikit-learn has it
        made = repr_of_parameters(self, N_CHAR_MAX)
        return f"{made}  # {self._in_words()}" if hasattr(self, "model_") else made

    # ---- phases of a fit -----------------------------------------------------------------------

    def _choose(
        self, sequences: Sequences, scaling: Scaling, before: Mapping[str, Choice], told: Told
    ) -> dict[str, Choice]:
        params = self.get_params(deep=False)
        grouped = told.groups is not None
        check_parts(params, grouped=grouped)
        of_parts = parts_of(self.network) is not None
        facts = Facts(sequences, scaling, grouped=grouped, of_parts=of_parts)
        of_data = chosen(params, facts, before)
        return of_data | chosen_for_divergences(
            params,
            self._divergences(),
            facts,
            before,
            self.divergences_ if before else None,
        )
