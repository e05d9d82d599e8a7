"""The error of constancy: content codes must not depend on the frames that they are read from."""

from __future__ import annotations

from torch import Tensor

from ..data.batches import Batch
from ..model.latent import Latent

__all__ = ["error_of_constancy"]


def error_of_constancy(content: Latent, again: Latent, batch: Batch) -> Tensor:
    r"""The squared distance of two content codes of a sequence, for each of its frames.

    .. math:: T \, \frac{1}{d_c} \lVert \mu_c(v(x_{1:T})) - \mu_c(v'(x_{1:T})) \rVert^2

    where :math:`v` and :math:`v'` are two draws of the view that content is shown, a random frame
    say. Codes are normalised, so that they cannot get closer by being small: they say what the
    frames of a sequence have in common, and other sequences have not.

    Parameters
    ----------
    content, again : Latent of shape (n, d_c)
        Of the two draws.
    batch : Batch

    Returns
    -------
    Tensor of shape (n,)

    References
    ----------
    Wiskott, Sejnowski: Slow Feature Analysis: Unsupervised Learning of Invariances, Neural
    Computation 14(4), 2002.
    """
    distance = (content.mean - again.mean).square().mean(-1)
    if batch.packing is None:
        return batch.x.shape[1] * distance
    return batch.packing.mask.sum(1) * distance
