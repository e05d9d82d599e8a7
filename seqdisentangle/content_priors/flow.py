"""A content prior that is a normalising flow of whole codes, by Zuko."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from numbers import Integral
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from .._modes import ordinary_modes, without_gradients
from .._parts import same
from .._seeding import seeded
from ..serialization import record
from .base import ContentDistribution, ContentPrior
from .distribution import FactoredMixture, coordinates
from .fitting import Whitened, blurred, gaussian, parted, whitened

__all__ = ["FlowContentPrior", "FlowDistribution"]

#: Codes below which there is one Gaussian.
LEAST_CODES = 50
#: Bins of a spline, each with a width and a height; slopes are between them.
BINS = 8
#: Numbers that a spline takes.
SPLINE = 3 * BINS - 1
BATCH_SIZE = 256
LEARNING_RATE = 2e-3
#: Steps after which held-out codes are looked at, and looks without a gain after which it ends.
STEPS_A_LOOK = 20
PATIENCE = 10
GRADIENT_NORM = 10.0
MOST_STEPS = 2000


@record
@dataclass(frozen=True, eq=False, repr=False)
class FlowDistribution(ContentDistribution):
    r"""A standard normal distribution, bent by a neural spline flow :math:`f` of whitened codes.

    .. math:: z = m + A\, f^{-1}(u), \qquad u \sim N(0, I)

    Parameters
    ----------
    mean : array of shape (d,)
        :math:`m`.
    axes : array of shape (d, d)
        :math:`A`, a column for each coordinate.
    n_transforms : int
        Autoregressive transforms that :math:`f` is made up of.
    hidden_size : int
        Width of the two hidden layers of the network of each.
    weights : Tensor of shape (n_weights,)
        The parameters of these networks, one after the other.

    Raises
    ------
    ImportError
        If Zuko is not installed.
    ValueError
        If the shapes do not fit each other, or a number is not finite.

    See Also
    --------
    FlowContentPrior : What fits one.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    n_transforms: int
    hidden_size: int
    weights: Tensor

    def __post_init__(self) -> None:
        for name in ("mean", "axes"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float64))
        d = self.size
        expected = n_weights(d, self.n_transforms, self.hidden_size)
        if self.axes.shape != (d, d) or self.weights.shape != (expected,):
            raise ValueError(
                f"a FlowDistribution of {d} numbers, n_transforms={self.n_transforms} and "
                f"hidden_size={self.hidden_size} has axes ({d}, {d}) and weights ({expected},), "
                f"got {self.axes.shape} and {tuple(self.weights.shape)}"
            )
        if not self.weights.is_floating_point():
            raise ValueError(f"weights must be floats, got {self.weights.dtype}")
        whole = np.isfinite(self.mean).all() and np.isfinite(self._log_volume)
        if not (whole and self.weights.isfinite().all()):
            raise ValueError("a FlowDistribution must have finite numbers, and independent axes")
        import_zuko()

    def __eq__(self, other: object) -> bool:
        return type(other) is FlowDistribution and all(
            same(np.asarray(getattr(self, name)), np.asarray(getattr(other, name)))
            for name in ("mean", "axes", "n_transforms", "hidden_size", "weights")
        )

    def __reduce__(self) -> Any:  # without the modules of Zuko
        fields = (self.mean, self.axes, self.n_transforms, self.hidden_size, self.weights)
        return FlowDistribution, fields

    def __repr__(self) -> str:
        return f"<FlowDistribution of {self.size} numbers, {self.n_transforms} transforms>"

    @property
    def size(self) -> int:  # type: ignore[override]  # read alone
        """Numbers in a code."""
        return self.mean.size

    @property
    def noise_size(self) -> int:  # type: ignore[override]  # read alone
        """One number for each of a code."""
        return self.size

    @cached_property
    def _log_volume(self) -> float:
        return float(np.linalg.slogdet(self.axes)[1])

    @cached_property
    def _flow(self) -> nn.Module:
        with ordinary_modes():
            flow = built(self.size, self.n_transforms, self.hidden_size, seed=0)
            vector_to_parameters(self.weights.float(), flow.parameters())
            # Inverting a spline loses digits, and the ends of a way are to be where they are.
            return flow.double().requires_grad_(False)

    def draw(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Codes (n, d) of standard normal numbers (n, d)."""
        with without_gradients():
            s = self._flow().transform.inv(torch.as_tensor(noise, dtype=torch.float64)).numpy()
        return self.mean + s @ self.axes.T

    def log_density(self, codes: NDArray) -> NDArray[np.float64]:
        """The logarithm of the density at codes, (n, d) -> (n,)."""
        s = coordinates(codes, self.mean, self.axes)
        with without_gradients():
            density = self._flow().log_prob(torch.from_numpy(s)).numpy()
        return np.asarray(density - self._log_volume)

    def noise_of(self, codes: NDArray) -> NDArray[np.float64]:
        """The standard normal numbers that give codes, (n, d) -> (n, d)."""
        s = coordinates(codes, self.mean, self.axes)
        with without_gradients():
            return np.asarray(self._flow().transform(torch.from_numpy(s)).numpy())

    def between(
        self, a: NDArray[np.float64], b: NDArray[np.float64], share: float
    ) -> NDArray[np.float64]:
        """Codes on the way from `a` to `b`, (n, d) each: in the numbers before the flow.

        It goes straight by direction and, apart from that, by length: a straight line comes nearer
        to zero than any numbers that are drawn.
        """
        if share in (0, 1):
            return a if share == 0 else b
        u, v = self.noise_of(a), self.noise_of(b)
        far = [np.linalg.norm(w, axis=1, keepdims=True) for w in (u, v)]
        straight = (1 - share) * u + share * v
        length = np.linalg.norm(straight, axis=1, keepdims=True)
        length[length == 0] = 1.0  # half-way between opposites, which have no way of their own
        return self.draw(straight * ((1 - share) * far[0] + share * far[1]) / length)


@dataclass
class FlowContentPrior(ContentPrior):
    r"""A neural spline flow of whole codes, which takes any form that codes have.

    .. math::

        \log p(z_c) = \log N(f(s) \mid 0, I) + \log |\det f'(s)| - \log |\det A|,
        \qquad z_c = m + A s

    Codes are whitened; autoregressive transforms by monotonic rational-quadratic splines are then
    fitted by likelihood, at the resolution of the codes, until codes held out become no likelier,
    and so long again to all codes. It suits codes that vary smoothly, of many sequences. Between
    clusters, which a flow cannot part, some draws remain: :class:`FactoredContentPrior` has none.

    Parameters
    ----------
    n_transforms : int, default=3
        Autoregressive transforms, each in the order that is the reverse of the one before.
    hidden_size : int, default=64
        Width of the two hidden layers of the network of each.

    Raises
    ------
    ImportError
        If Zuko is not installed.
    ValueError
        If a number is not positive.

    References
    ----------
    Durkan, Bekasov, Murray, Papamakarios: Neural Spline Flows, NeurIPS 2019,
    https://arxiv.org/abs/1906.04032. Computed by Zuko.

    Notes
    -----
    Fewer than 50 codes get a single Gaussian, whose covariance is shrunk as Ledoit and Wolf do.

    Examples
    --------
    >>> rng = np.random.RandomState(0)
    >>> angle = rng.uniform(0, np.pi, size=400)
    >>> arc = np.stack([np.cos(angle), np.sin(angle)], 1) + 0.1 * rng.normal(size=(400, 2))
    >>> prior = FlowContentPrior(n_transforms=2, hidden_size=16).fit(arc, 0, 0)
    >>> drawn = prior.draw(rng.normal(size=(200, prior.noise_size)))
    >>> bool(abs(np.linalg.norm(drawn, axis=1) - 1).mean() < 0.2)
    True
    """

    n_transforms: int = 3
    hidden_size: int = 64

    def __post_init__(self) -> None:
        for name in ("n_transforms", "hidden_size"):
            k: Any = getattr(self, name)
            if isinstance(k, bool) or not isinstance(k, Integral) or k < 1:
                raise ValueError(f"FlowContentPrior: {name} must be a positive integer, got {k!r}")
        import_zuko()

    def fit(
        self, codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
    ) -> ContentDistribution:
        """Fit the flow by likelihood, for as many steps as make held-out codes likelier."""
        n, d = codes.shape
        if n < LEAST_CODES:
            white = whitened(codes)
            return FactoredMixture(white.mean, white.axes, [gaussian(d)])
        with ordinary_modes():
            flow, white = self._trained(codes, resolution, random_state)
        weights = parameters_to_vector(flow.parameters()).detach()
        return FlowDistribution(
            white.mean, white.axes, self.n_transforms, self.hidden_size, weights
        )

    def _trained(
        self, codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
    ) -> tuple[nn.Module, Whitened]:
        """A flow of all codes, trained for as many steps as made held-out codes likeliest."""
        rows, held_out = parted(codes, random_state)
        seen = blurred(codes, resolution, random_state)[held_out]
        best, n_steps = -np.inf, 0
        for step, flow, white in self._training(codes[rows], resolution, random_state):
            if step % STEPS_A_LOOK:
                continue
            with torch.no_grad():
                s = coordinates(seen, white.mean, white.axes)
                score = float(flow().log_prob(torch.from_numpy(s).float()).mean())
            if score > best:
                best, n_steps = score, step
            elif step >= n_steps + PATIENCE * STEPS_A_LOOK:
                break
        whole = self._training(codes, resolution, random_state)
        _, flow, white = next(islice(whole, n_steps, None))
        return flow, white

    def _training(
        self, codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
    ) -> Iterator[tuple[int, nn.Module, Whitened]]:
        """Train a flow; after each number of steps that, the flow, and what whitens the codes."""
        d = codes.shape[1]
        white = whitened(blurred(codes, resolution, random_state))
        s = torch.from_numpy(coordinates(codes, white.mean, white.axes)).float()
        blur = np.linalg.solve(white.axes, np.broadcast_to(resolution, d) * np.eye(d)).T
        noise = torch.from_numpy(blur).float()
        flow = built(d, self.n_transforms, self.hidden_size, random_state)
        optimizer = torch.optim.Adam(flow.parameters(), lr=LEARNING_RATE)
        random = torch.Generator().manual_seed(random_state)
        yield 0, flow, white
        for step in range(1, MOST_STEPS + 1):
            rows = torch.randint(len(s), (BATCH_SIZE,), generator=random)
            x = s[rows] + torch.randn(BATCH_SIZE, d, generator=random) @ noise
            optimizer.zero_grad()
            (-flow().log_prob(x).mean()).backward()
            nn.utils.clip_grad_norm_(flow.parameters(), GRADIENT_NORM)
            optimizer.step()
            yield step, flow, white


def import_zuko() -> ModuleType:
    """The module of Zuko's flows.

    Raises
    ------
    ImportError
        If Zuko is not installed.
    """
    try:
        from zuko import flows
    except ImportError as error:
        raise ImportError(
            "a content prior of the kind 'flow' needs Zuko: install it with `pip install zuko`, "
            "or with `pip install seqdisentangle[flow]`"
        ) from error
    return flows


def built(size: int, n_transforms: int, hidden_size: int, seed: int) -> Any:
    """A flow that changes nothing yet, whose hidden layers are drawn from a seed."""
    with seeded(seed):
        flow = import_zuko().NSF(
            size, transforms=n_transforms, bins=BINS, hidden_features=(hidden_size, hidden_size)
        )
    for transform in flow.transform.transforms:
        for parameter in (transform.hyper[-1] if size > 1 else transform).parameters():
            nn.init.zeros_(parameter)
    return flow


def n_weights(size: int, n_transforms: int, hidden_size: int) -> int:
    """The number of weights of a flow, without building it: a file may ask for any sizes."""
    if size == 1:
        return n_transforms * SPLINE
    n_in, n_out, h = size, size * SPLINE, hidden_size
    return n_transforms * ((n_in + 1) * h + (h + 1) * h + (h + 1) * n_out)
