"""Fidelity of reconstructions: signal against noise, what stays and what moves, and structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._checks import checked
from ._separation_made import Reconstructed
from ._sequences import ReadSequences
from .tables import Estimate

__all__ = ["ReconstructionQuality", "reconstruction_quality", "structural_similarity"]

ROUNDING = 1e-12  # of the variance
LEAST_WINDOW = 3  # pixels; smaller frames have no structure


@dataclass(frozen=True)
class ReconstructionQuality:
    """Reconstructions against the data.

    Attributes
    ----------
    mean_squared : Estimate
        Squared error, mean over all numbers of a sequence; its error is over sequences. Lower is
        better; uint8 frames count from 0 to 1.
    peak_signal_to_noise : float
        In decibels, higher is better; infinite where nothing is missed.
    still : float
        :math:`R^2` of the means of sequences over time, at most 1; higher is better.
    moving : float
        :math:`R^2` of frames less these means, at most 1; higher is better.
    """

    mean_squared: Estimate
    peak_signal_to_noise: float
    still: float
    moving: float


@checked(model="reconstruct")
def reconstruction_quality(model: Any, X: Any, *, batch_size: int = 256) -> ReconstructionQuality:
    r"""Squared error, signal to noise, and R2 of what stays and of what moves.

    With the error e of a number, and :math:`\bar x` the mean of a sequence over time,

    .. math::

        \mathrm{PSNR} = 10 \log_{10} \frac{(\max x - \min x)^2}{\overline{e^2}}, \quad
        R^2_\mathrm{still} = 1 - \frac{\sum |\bar x - \hat{\bar x}|^2}{\sum |\bar x - \mu|^2}, \quad
        R^2_\mathrm{moving} = 1 - \frac{\sum |(x_t - \bar x) - (\hat x_t - \hat{\bar x})|^2}
        {\sum |x_t - \bar x|^2}

    A model that shows the mean of each sequence has a still one of 1 and a moving one of 0, which
    a single error over all hides. What data have none of, by less than 1e-12 of the variance,
    counts as 1% of it.

    Parameters
    ----------
    model : object
        Anything fitted with `reconstruct`, which gives frames in the units of `X`.
    X : array-like of n sequences
        Held-out sequences, of any lengths. uint8 frames are divided by 255, others taken as given,
        and their range is that of X. Missing values count as interpolated over time.
    batch_size : int, default=256
        Sequences reconstructed at a time.

    Returns
    -------
    ReconstructionQuality
        Of all sequences, each as much as the others in the squared error.

    Raises
    ------
    ValueError
        If a reconstruction is shaped otherwise than its original.

    See Also
    --------
    structural_similarity : Of images, nearer to what the eye sees.

    Examples
    --------
    A model that shows the mean of each sequence:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import reconstruction_quality
    >>> frozen = SimpleNamespace(
    ...     reconstruct=lambda X: np.repeat(X.mean(1, keepdims=True), X.shape[1], axis=1)
    ... )
    >>> X = np.random.RandomState(0).normal(size=(50, 8, 3))
    >>> found = reconstruction_quality(frozen, X)
    >>> round(found.still, 6), round(found.moving, 6)
    (1.0, 0.0)
    """
    held = ReadSequences.all_of(X, model)
    unit = unit_of(held)
    reconstructed, errors = Reconstructed(held.frames), []
    for originals, made in reconstructions(model, held, batch_size):
        reconstructed.add(made)
        errors += [
            float((((x - x_hat) / unit) ** 2).mean())
            for x, x_hat in zip(originals, made, strict=True)
        ]
    lengths = [len(x) for x in held.frames]
    mean_squared = float(np.average(errors, weights=lengths))
    signal = np.inf  # where nothing is missed, of frames that are all alike too
    if mean_squared:
        with np.errstate(divide="ignore"):
            signal = 10 * np.log10((range_of(held) / unit) ** 2 / mean_squared)
    still, moving = reconstructed.r2(absent=ROUNDING)
    each = [held.squares(error) for error in errors]
    return ReconstructionQuality(Estimate.of(each), float(signal), still, moving)


@checked(model="reconstruct")
def structural_similarity(model: Any, X: Any, *, batch_size: int = 256) -> Estimate:
    r"""Structural similarity (SSIM) of reconstructed images.

    .. math:: \mathrm{SSIM} = \frac{(2 \mu_x \mu_y + c_1)(2 \sigma_{xy} + c_2)}
              {(\mu_x^2 + \mu_y^2 + c_1)(\sigma_x^2 + \sigma_y^2 + c_2)}

    in Gaussian windows of standard deviation 1.5, the mean over places, channels and frames;
    computed by scikit-image.

    Parameters
    ----------
    model : object
        Anything fitted with `reconstruct`, which gives frames in the units of `X`.
    X : array-like of n sequences of images
        Held-out sequences, of any lengths. The range of uint8 frames is 255, of others that of X.
    batch_size : int, default=256
        Sequences reconstructed at a time.

    Returns
    -------
    Estimate
        Mean over sequences and its standard error. From -1 to 1, higher is better; 1 where nothing
        is missed.

    Raises
    ------
    ValueError
        If `X` holds no images, or a reconstruction is shaped otherwise than its original.
    ImportError
        If scikit-image is not installed: ``pip install 'seqdisentangle[video]'``.

    References
    ----------
    .. [1] Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image Quality Assessment: From
       Error Visibility to Structural Similarity", IEEE Transactions on Image Processing 13(4),
       2004.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import structural_similarity
    >>> perfect = SimpleNamespace(reconstruct=lambda X: X)
    >>> X = np.random.RandomState(0).randint(256, size=(4, 3, 16, 16, 1), dtype=np.uint8)
    >>> structural_similarity(perfect, X).mean
    1.0
    """
    held = ReadSequences.all_of(X, model)
    shape = held.frames[0].shape[1:]
    if len(shape) != 3 or min(shape[1:]) < LEAST_WINDOW:
        raise ValueError(
            f"X must hold images of at least {LEAST_WINDOW} pixels a side, got frames of {shape}"
        )
    similarity = similarity_of_frames(min(shape[1:]), range_of(held))
    return Estimate.of(
        [
            float(np.mean([similarity(a, b) for a, b in zip(x, x_hat, strict=True)]))
            for originals, made in reconstructions(model, held, batch_size)
            for x, x_hat in zip(originals, made, strict=True)
        ]
    )


def similarity_of_frames(side: int, data_range: float) -> Any:
    """The similarity of two frames (C, H, W), by the settings of its authors.

    Raises
    ------
    ImportError
        If scikit-image is not installed.
    """
    try:
        from skimage import metrics
    except ImportError as error:
        raise ImportError(
            "structural_similarity needs scikit-image: pip install 'seqdisentangle[video]'"
        ) from error
    window = {} if side >= 11 else {"win_size": side - 1 + side % 2}

    def similarity(a: NDArray, b: NDArray) -> float:
        return float(
            metrics.structural_similarity(
                a,
                b,
                data_range=data_range or 1.0,
                channel_axis=0,
                gaussian_weights=not window,
                use_sample_covariance=False,
                **window,
            )
        )

    return similarity


def reconstructions(model: Any, held: ReadSequences, batch_size: int) -> Any:
    """Frames of the data and of their reconstructions, batch by batch.

    Raises
    ------
    ValueError
        If a reconstruction is shaped otherwise than its original, or not finite.
    """
    for start in range(0, len(held), batch_size):
        rows = np.arange(start, min(start + batch_size, len(held)))
        made = held.remade(model, rows)
        for row, x in zip(rows, made, strict=True):
            if not np.isfinite(x).all():
                raise ValueError(
                    "model.reconstruct must give finite numbers, got NaN or infinity for sequence "
                    f"{row} of X"
                )
        yield [held.frames[i] for i in rows], made


def unit_of(held: ReadSequences) -> float:
    """The number that frames are divided by: 255 of uint8 ones."""
    return 255.0 if np.asarray(held.X[0]).dtype == np.uint8 else 1.0


def range_of(held: ReadSequences) -> float:
    """The greatest value less the least; 255 of uint8 frames."""
    if unit_of(held) > 1:
        return 255.0
    return max(float(x.max()) for x in held.frames) - min(float(x.min()) for x in held.frames)
