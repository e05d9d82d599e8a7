"""Published figures, which no command here has measured, with where they were read."""

from __future__ import annotations

from typing import NamedTuple

# Of other data than ours: MUG, facial expressions under licence. The figures of R-WAE's own tables
# on Sprites that circulate could not be confirmed, and are left out.
SOURCE = "as the DiffSDA paper gives it, second-hand"


class Published(NamedTuple):
    """Figures of generation on MUG; accuracy in percent, entropies in nats."""

    system: str
    accuracy: float
    inception_score: float
    conditional_entropy: float
    marginal_entropy: float


MUG = (
    Published("MoCoGAN", 63.12, 4.332, 0.183, 1.721),
    Published("DS-VAE", 54.29, 3.608, 0.374, 1.657),
    Published("R-WAE", 71.25, 5.149, 0.131, 1.771),
    Published("S3VAE", 70.51, 5.136, 0.135, 1.760),
    Published("SKD", 77.45, 5.569, 0.052, 1.769),
    Published("C-DSVAE", 81.16, 5.341, 0.092, 1.775),
    Published("SPYL", 85.71, 5.548, 0.066, 1.779),
    Published("DBSE", 86.90, 5.598, 0.041, 1.782),
    Published("DiffSDA", 81.15, 5.382, 0.090, 1.773),
)
