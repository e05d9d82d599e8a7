"""The estimator of the paper, with nothing that this package adds."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from ..networks import AutoNetwork
from ._action_settings import Actions
from ._params import Training

__all__ = ["PublishedEstimator"]

Self = TypeVar("Self", bound="PublishedEstimator")

#: The parameters by which the model and its training are those of the paper, where it tells them.
PUBLISHED: dict[str, Any] = {
    "posteriors": "recurrent",
    "motion_input": "frames",
    "motion_prior": "gaussian",
    "content_prior": "normal",
    "content_noise": None,
    "motion_noise": None,
    "content_view": None,
    "motion_view": None,
    "independence_weight": 0,
    "movement_weight": 0,
    "constancy_weight": 0,
}
#: Sizes and step size of the DS-VAE, beside which the paper sets its models.
OF_DSVAE: dict[str, Any] = {
    "content_size": 256,
    "motion_size": 32,
    "hidden_size": 512,
    "learning_rate": 1e-3,
}


class PublishedEstimator:
    """An estimator that can be made as its paper has it."""

    @classmethod
    def as_published(
        cls: type[Self],
        reg: Literal["mmd", "gan"] = "mmd",
        n_actions: int | None = None,
        **params: Any,
    ) -> Self:
        """Make the estimator of the paper, with nothing that this package adds to it.

        The content posterior reads the frames by an LSTM, and the motion posterior remembers all
        codes before a step. Both learn their noise, and nothing whitens or normalises them. Steps
        of the motion prior are Gaussians, which the divergence of motion teaches; that of content
        is standard normal. Codes stand side
        by side in the decoder. Encoders see the frames as they are, from the first epoch on. There
        is no term of independence, of movement or of constancy, no schedule, no limit on gradients,
        and no fine-tuning. With ``n_actions`` the divergence of each sequence's own action counts,
        and motions need not be foretold by it.

        Parameters
        ----------
        reg : {"mmd", "gan"}, default="mmd"
            R-WAE(MMD) or R-WAE(GAN).
        n_actions : int or None, default=None
            Number of actions, of the reinforced model.
        **params
            Other parameters, ``max_epochs`` and ``random_state`` say; they replace those above.

        Returns
        -------
        object
            The estimator, not fitted.

        Raises
        ------
        ValueError
            If ``reg`` is not one of the two.

        Notes
        -----
        Sizes and learning rate are those of :class:`DSVAE`. The weights of the divergences are
        this package's: no published figures were at hand. In the paper, codes pass an LSTM on their
        way to the decoder; here frames are decoded one by one.

        References
        ----------
        Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021.

        Examples
        --------
        >>> from seqdisentangle import RecurrentWAE
        >>> model = RecurrentWAE.as_published("gan", max_epochs=50)
        >>> model.reg, model.posteriors, model.independence_weight, model.max_epochs
        ('gan', 'recurrent', 0, 50)
        """
        if reg not in ("mmd", "gan"):
            raise ValueError(
                f"as_published: reg must be 'mmd' or 'gan', the models of the paper, got {reg!r}"
            )
        actions = Actions.of(n_actions)
        if actions is not None:
            actions = Actions(actions.number, kl="each", dynamics=False)
        training = Training(
            "constant",
            lr_warmup=0,
            clip_norm=None,
            frames_per_step=None,
            content_delay=0,
            finetune_epochs=0,
        )
        published = {
            **PUBLISHED,
            **OF_DSVAE,
            "reg": reg,
            "n_actions": actions,
            "network": AutoNetwork(generator="concat"),
            "training": training,
        }
        return cls(**{**published, **params})
