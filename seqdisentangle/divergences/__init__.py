"""Divergences between a batch of codes and its prior."""

from .._parts import Registry
from .base import Dependence, Divergence, FunctionDivergence, Samples, joint
from .energy_distance import EnergyDistance
from .gaussian_kl import GaussianKL
from .hsic import HSIC
from .jensen_shannon import JensenShannon
from .kernels import (
    KERNELS,
    Gaussian,
    InverseMultiquadratic,
    Kernel,
    KernelSum,
    Laplacian,
    MultiscaleKernel,
    RationalQuadratic,
)
from .mmd import MMD
from .regularisers import REGULARISERS, Divergences, Regularisers, as_regularisers, resolve
from .scaled_mmd import ScaledMMD
from .sinkhorn import Sinkhorn
from .sliced_wasserstein import SlicedWasserstein

__all__ = [
    "DIVERGENCES",
    "HSIC",
    "KERNELS",
    "MMD",
    "REGULARISERS",
    "Dependence",
    "Divergence",
    "Divergences",
    "EnergyDistance",
    "FunctionDivergence",
    "Gaussian",
    "GaussianKL",
    "InverseMultiquadratic",
    "JensenShannon",
    "Kernel",
    "KernelSum",
    "Laplacian",
    "MultiscaleKernel",
    "RationalQuadratic",
    "Regularisers",
    "Samples",
    "ScaledMMD",
    "Sinkhorn",
    "SlicedWasserstein",
    "as_regularisers",
    "joint",
    "resolve",
]

DIVERGENCES: Registry[Divergence] = Registry(
    "divergence",
    {
        "mmd": MMD,
        "scaled_mmd": ScaledMMD,
        "jensen_shannon": JensenShannon,
        "gaussian_kl": GaussianKL,
        "sliced_wasserstein": SlicedWasserstein,
        "sinkhorn": Sinkhorn,
        "energy_distance": EnergyDistance,
        "hsic": HSIC,
    },
)
