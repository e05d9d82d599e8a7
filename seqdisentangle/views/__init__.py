r"""What an encoder may see in training: views of a batch of sequences.

The content encoder and the motion encoder each see a transform of their own of every sequence,
while the reconstruction's target stays the original. What an encoder cannot see its code cannot
carry, so the other code must: an encoder of motion that sees the colours mixed leaves the colours
to content, one of content that sees a single frame leaves the order to motion. A view costs no
extra pass and no extra term of the loss, and there is none at test time.

A view is a callable ``view(x, generator=None, lengths=None)``. It takes a batch ``x`` of shape
``(n, T, *frame)``, a frame being ``(C, H, W)`` with values in [0, 1] or ``(D,)`` standardised,
draws **once per sequence**, and returns a new tensor ``(n, T', *frame)``; ``x`` itself stays as it
was. All of its randomness comes from ``generator``, a :class:`torch.Generator` on the device of
``x``. ``lengths`` says how many steps of each sequence are real in a padded batch; where ``T'``
differs from ``T``, all of the steps returned are real.

Write your own as a function of ``x``, of ``(x, generator)``, or as a subclass of :class:`View`.
"""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any

import torch
from torch import Generator, Tensor

__all__ = [
    "ColorMix",
    "Compose",
    "FunctionView",
    "Jitter",
    "Mirror",
    "RandomFrames",
    "Shuffle",
    "View",
    "from_config",
    "resolve_view",
    "to_config",
]


class View(ABC):
    """A transform of a batch of sequences, drawn once per sequence.

    A subclass is a frozen dataclass of its settings, checks them in ``__post_init__`` and
    implements :meth:`__call__`.
    """

    @abstractmethod
    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        """Give what the encoder sees of each sequence.

        Parameters
        ----------
        x : Tensor of shape (n, T, *frame)
            The batch, floating point. It is not modified.
        generator : torch.Generator or None, default=None
            Where the draws come from, on the device of ``x``; None for torch's global generator.
        lengths : Tensor of shape (n,) or None, default=None
            Number of steps of each sequence that are not padding, each from 1 to ``T``; None where
            all are real.

        Returns
        -------
        Tensor of shape (n, T', *frame)
            A new tensor. If ``T'`` differs from ``T``, none of its steps is padding.

        Raises
        ------
        ValueError
            If ``x`` is not a batch of the kind of frames that the view is for.
        """


@dataclass(frozen=True)
class RandomFrames(View):
    """A few frames of each sequence, at random and without replacement, in their order.

    For **content**: from one frame nobody can tell the order of events.

    Parameters
    ----------
    n_frames : int or float, default=1
        How many frames. An int is a number of frames, at least 1 (all of them where a batch has
        fewer); a float in (0, 1] is a share of the batch's steps, rounded, at least one frame.
        A padded sequence with fewer real frames than that has them repeated in turn.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import RandomFrames
    >>> x = torch.arange(10.0).reshape(2, 5, 1)
    >>> seen = RandomFrames(3)(x, torch.Generator().manual_seed(0))
    >>> seen.shape
    torch.Size([2, 3, 1])
    >>> bool((seen.diff(dim=1) > 0).all())
    True
    """

    n_frames: int | float = 1

    def __post_init__(self) -> None:
        n: Any = self.n_frames
        whole, number = isinstance(n, Integral), _number(n)
        if whole and number >= 1:
            object.__setattr__(self, "n_frames", int(number))
        elif not whole and 0 < number <= 1:
            object.__setattr__(self, "n_frames", number)
        else:
            raise ValueError(
                "RandomFrames: n_frames must be an int of at least 1 or a float in (0, 1], "
                f"got {n!r}."
            )

    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        _check(self, x)
        T = x.shape[1]
        k = self.n_frames if isinstance(self.n_frames, int) else max(1, round(self.n_frames * T))
        k = min(k, T)
        chosen = _random_order(x, generator, lengths)[:, :k]  # (n, k)
        if lengths is not None and k < T:  # else padding stays where it is
            turn = torch.arange(k, device=x.device) % lengths.to(x.device)[:, None]
            chosen = chosen.gather(1, turn)
        return _steps(x, chosen.sort(dim=1).values)


@dataclass(frozen=True)
class Shuffle(View):
    """All frames of each sequence in an order drawn anew; padding stays at the end.

    For **content**: takes away the order of events and nothing else.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Shuffle
    >>> x = torch.arange(10.0).reshape(2, 5, 1)
    >>> seen = Shuffle()(x, torch.Generator().manual_seed(0))
    >>> bool((seen.sort(dim=1).values == x).all())
    True
    """

    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        _check(self, x)
        return _steps(x, _random_order(x, generator, lengths))


@dataclass(frozen=True)
class Mirror(View):
    """Images flipped left to right, a whole sequence or none of it.

    For **content**, where looking or walking left or right is motion.

    Parameters
    ----------
    probability : float, default=0.5
        With which a sequence is flipped, in [0, 1].

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Mirror
    >>> x = torch.arange(3.0).expand(1, 2, 1, 1, 3)
    >>> Mirror(probability=1)(x)[0, 0, 0, 0]
    tensor([2., 1., 0.])
    """

    probability: float = 0.5

    def __post_init__(self) -> None:
        _real(self, "probability", high=1)

    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        _check(self, x, frame=("C", "H", "W"))
        drawn = torch.rand(x.shape[0], 1, 1, 1, 1, generator=generator, device=x.device)
        return torch.where(drawn < self.probability, x.flip(-1), x)


@dataclass(frozen=True)
class ColorMix(View):
    r"""Colours of each sequence turned, stretched and shifted, its shapes left alone.

    .. math:: x' = e^{\gamma \nu} \, [(1 - w) I + w Q] \, x + \omega \epsilon, \qquad
              w \sim U[0, s], \; Q \sim \mathrm{Haar}(SO(C)), \; \nu \sim N(0, 1), \;
              \epsilon \sim N(0, I_C)

    with :math:`s` the strength, :math:`\gamma` the gain and :math:`\omega` the offset; one draw
    per sequence, :math:`x \in R^C` being the channels of a pixel. The values are not clipped to
    [0, 1]: clipping would send different colours to the same one, and different poses with them.

    For **motion**: what has no constant colour for the encoder is left to content.

    Parameters
    ----------
    strength : float, default=1.0
        Largest weight of the rotation, in [0, 1].
    gain : float, default=0.3
        Standard deviation of the log of the gain, not negative.
    offset : float, default=0.2
        Standard deviation of each channel's offset, in units of the pixel's range, not negative.
    keep_black : bool, default=True
        Leave pixels whose channels are all exactly 0, a cut-out's background, as they are.

    Notes
    -----
    With a single channel (grey) the only rotation is the identity: gain and offset remain.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import ColorMix
    >>> x = torch.rand(4, 8, 3, 16, 16)
    >>> x[..., :8] = 0
    >>> seen = ColorMix()(x, torch.Generator().manual_seed(0))
    >>> bool((seen[..., :8] == 0).all()), bool((seen[..., 8:] != x[..., 8:]).any())
    (True, True)
    """

    strength: float = 1.0
    gain: float = 0.3
    offset: float = 0.2
    keep_black: bool = True

    def __post_init__(self) -> None:
        _real(self, "strength", high=1)
        _real(self, "gain")
        _real(self, "offset")
        if not isinstance(self.keep_black, bool):
            raise ValueError(f"ColorMix: keep_black must be a bool, got {self.keep_black!r}.")

    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        _check(self, x, frame=("C", "H", "W"))
        n, T, C, H, W = x.shape
        mix, offset = self._draw(n, C, x.device, generator)
        mix = mix.to(x.dtype)[:, None].expand(n, T, C, C).reshape(n * T, C, C)
        offset = offset.to(x.dtype)[:, None, :, None]  # (n, 1, C, 1)
        # A black pixel is a fixed point of the mix: only the offset has to spare it.
        if self.offset and self.keep_black:
            lit = x.detach().abs().amax(dim=2).sign_().view(n, T, 1, H * W)  # 0 where black, else 1
            out = torch.bmm(mix, x.reshape(n * T, C, H * W)).view(n, T, C, H * W)
            out = out.addcmul_(offset, lit)
        else:
            shift = offset.expand(n, T, C, 1).reshape(n * T, C, 1)
            out = torch.baddbmm(shift, mix, x.reshape(n * T, C, H * W))
        return out.view(n, T, C, H, W)

    def _draw(
        self, n: int, C: int, device: torch.device, generator: Generator | None
    ) -> tuple[Tensor, Tensor]:
        """One matrix (n, C, C) and one offset (n, C) for each sequence."""
        w = self.strength * torch.rand(n, 1, 1, generator=generator, device=device)
        rotation = _random_rotations(n, C, device, generator)
        gain = (self.gain * torch.randn(n, 1, 1, generator=generator, device=device)).exp()
        offset = self.offset * torch.randn(n, C, generator=generator, device=device)
        return gain * torch.lerp(
            torch.eye(C, device=device).expand_as(rotation), rotation, w
        ), offset


@dataclass(frozen=True)
class Jitter(View):
    r"""Features of each sequence stretched and shifted, the same at all of its steps.

    .. math:: x' = e^{\sigma \nu} x + \omega \epsilon, \qquad \nu, \epsilon \sim N(0, I_D)

    with :math:`\sigma` the scale and :math:`\omega` the offset; one draw per sequence and feature.

    For **motion** of vectors: level and amplitude are left to content.

    Parameters
    ----------
    scale : float, default=0.1
        Standard deviation of the log of the factor, not negative.
    offset : float, default=0.1
        Standard deviation of the shift, in units of the (standardised) features, not negative.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Jitter
    >>> x = torch.randn(4, 8, 5)
    >>> shift = Jitter(scale=0)(x, torch.Generator().manual_seed(0)) - x
    >>> bool(torch.allclose(shift, shift[:, :1].expand_as(x), atol=1e-6))
    True
    """

    scale: float = 0.1
    offset: float = 0.1

    def __post_init__(self) -> None:
        _real(self, "scale")
        _real(self, "offset")

    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        _check(self, x, frame=("D",))
        size = (x.shape[0], 1, x.shape[2])
        factor = (self.scale * torch.randn(size, generator=generator, device=x.device)).exp()
        shift = self.offset * torch.randn(size, generator=generator, device=x.device)
        return torch.addcmul(shift.to(x.dtype), x, factor.to(x.dtype))


@dataclass(frozen=True)
class Compose(View):
    """Views one after the other, the first one first.

    Parameters
    ----------
    views : sequence
        At least one of whatever :func:`resolve_view` takes, None aside.

    Notes
    -----
    The cheapest order has :class:`RandomFrames` first: the rest then sees those frames only.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Compose, Mirror
    >>> Compose(["random_frames", Mirror(0.5)])
    Compose(views=(RandomFrames(n_frames=1), Mirror(probability=0.5)))
    """

    views: tuple[View, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "views", _resolve_each(self.views, "Compose: views"))

    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        for view in self.views:
            seen = view(x, generator, lengths)
            if seen.shape[1] != x.shape[1]:
                lengths = None
            x = seen
        return x


@dataclass(frozen=True)
class FunctionView(View):
    """A function of the user's as a view.

    Parameters
    ----------
    function : callable
        ``f(x)``, ``f(x, generator)`` or ``f(x, generator, lengths)``, told apart by its signature,
        read once: an argument named ``generator`` or ``lengths`` is given what it is named for, and
        so is a second or third positional argument that has no default. A module is read by its
        ``forward``.

    Raises
    ------
    TypeError
        If ``function`` is not callable or needs other arguments.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import FunctionView
    >>> FunctionView(lambda x: x[:, ::2])(torch.zeros(2, 6, 3)).shape
    torch.Size([2, 3, 3])
    """

    function: Callable[..., Tensor]

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise TypeError(f"FunctionView: function must be callable, got {self.function!r}.")
        object.__setattr__(self, "_arguments", _arguments(self.function))

    def __call__(
        self, x: Tensor, generator: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        given = {"generator": generator, "lengths": lengths}
        by_position, by_name = self._arguments  # type: ignore[attr-defined]  # set frozen
        seen = self.function(x, *(given[a] for a in by_position), **{a: given[a] for a in by_name})
        if not isinstance(seen, Tensor):
            raise ValueError(f"The view {self.function!r} must return a tensor, got {type(seen)}.")
        if seen.ndim != x.ndim or seen.shape[0] != x.shape[0] or seen.shape[2:] != x.shape[2:]:
            raise ValueError(
                f"The view {self.function!r} must return sequences (n, T', *frame) of the same n "
                f"and frames as it got, {tuple(x.shape)}; got {tuple(seen.shape)}."
            )
        return seen


_NAMED: dict[str, type[View]] = {
    "random_frames": RandomFrames,
    "shuffle": Shuffle,
    "mirror": Mirror,
    "color_mix": ColorMix,
    "jitter": Jitter,
}


def resolve_view(view: object, name: str = "view") -> View | None:
    """Make a view of whatever says one.

    Parameters
    ----------
    view : None, str, View, callable, list or tuple
        None for no view; ``"random_frames"``, ``"shuffle"``, ``"mirror"``, ``"color_mix"`` or
        ``"jitter"`` for that view with its defaults; a :class:`View`; a function, see
        :class:`FunctionView`; a list or tuple of these, applied in order.
    name : str, default="view"
        What messages call it: the parameter that the user set.

    Returns
    -------
    View or None
        A callable ``view(x, generator=None, lengths=None)``; None for None.

    Raises
    ------
    ValueError
        If a name is unknown or a list is empty.
    TypeError
        If it is nothing of the above.

    Examples
    --------
    >>> from seqdisentangle.views import resolve_view
    >>> resolve_view(["random_frames", "mirror"])
    Compose(views=(RandomFrames(n_frames=1), Mirror(probability=0.5)))
    >>> resolve_view("mirorr", name="content_view")
    Traceback (most recent call last):
    ...
    ValueError: content_view: unknown view 'mirorr'; the names are 'random_frames', 'shuffle', \
'mirror', 'color_mix', 'jitter'.
    """
    if view is None or isinstance(view, View):
        return view
    if isinstance(view, str):
        if view not in _NAMED:
            names = ", ".join(map(repr, _NAMED))
            raise ValueError(f"{name}: unknown view {view!r}; the names are {names}.")
        return _NAMED[view]()
    if isinstance(view, (list, tuple)):
        return Compose(_resolve_each(view, name))
    if isinstance(view, type) and issubclass(view, View):
        raise TypeError(f"{name}: got the class {view.__name__}; make one: {view.__name__}(...).")
    if callable(view):
        return FunctionView(view)
    raise TypeError(
        f"{name} must be None, the name of a view, a callable, or a list of these; got {view!r}."
    )


def to_config(view: object) -> dict[str, Any] | None:
    """Write a view as plain JSON values.

    Parameters
    ----------
    view : None, str, View, list or tuple
        What :func:`resolve_view` takes, functions aside.

    Returns
    -------
    dict or None
        ``{"view": name, **settings}``, which :func:`from_config` reads; None for None.

    Raises
    ------
    TypeError
        If the view is, or has in it, a function or a class that is not this package's: code cannot
        be written as data.

    Examples
    --------
    >>> from seqdisentangle.views import Mirror, from_config, to_config
    >>> to_config(Mirror(0.25))
    {'view': 'mirror', 'probability': 0.25}
    >>> from_config(to_config(["shuffle", Mirror(0.25)]))
    Compose(views=(Shuffle(), Mirror(probability=0.25)))
    """
    resolved = resolve_view(view)
    if resolved is None:
        return None
    if type(resolved) is Compose:
        return {"view": "compose", "views": [to_config(part) for part in resolved.views]}
    for name, cls in _NAMED.items():
        if type(resolved) is cls:
            settings = {field.name: getattr(resolved, field.name) for field in fields(cls)}  # type: ignore[arg-type]  # each is a dataclass
            return {"view": name, **settings}
    raise TypeError(
        f"{resolved!r} cannot be written as data: only the views of seqdisentangle.views can."
    )


def from_config(config: Mapping[str, Any] | None) -> View | None:
    """Read a view that :func:`to_config` wrote.

    Parameters
    ----------
    config : mapping or None
        As returned by :func:`to_config`.

    Returns
    -------
    View or None
        Equal to the one that was written.

    Raises
    ------
    ValueError
        If it is no such mapping, or names a view or a setting that does not exist.
    """
    if config is None:
        return None
    if not isinstance(config, Mapping) or "view" not in config:
        raise ValueError(f"A view's config must be a mapping with the key 'view', got {config!r}.")
    name = config["view"]
    settings = {key: value for key, value in config.items() if key != "view"}
    try:
        if name == "compose":
            return Compose(tuple(map(from_config, settings["views"])))  # type: ignore[arg-type]  # None is refused there
        return _NAMED[name](**settings)
    except (KeyError, TypeError) as error:
        raise ValueError(f"Not the config of a view: {config!r}.") from error


def _resolve_each(views: object, name: str) -> tuple[View, ...]:
    if not isinstance(views, (list, tuple)):
        raise TypeError(f"{name} must be a list or tuple of views, got {views!r}.")
    if not views:
        raise ValueError(f"{name} is empty; None says that there is no view.")
    resolved = []
    for i, view in enumerate(views):
        part = resolve_view(view, f"{name}[{i}]")
        if part is None:
            raise TypeError(f"{name}[{i}] must be a view, got None.")
        resolved.append(part)
    return tuple(resolved)


def _arguments(function: Callable[..., Tensor]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What ``function`` wants beside x: by position, and by name."""
    target = function.forward if isinstance(function, torch.nn.Module) else function
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):  # a builtin without a signature
        return (), ()
    kind = inspect.Parameter
    by_position, by_name = [], []
    positional = [
        p for p in parameters if p.kind in (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD)
    ]
    for p, role in zip(positional[1:], ("generator", "lengths"), strict=False):
        if p.name != role and (p.name == "lengths" or p.default is not kind.empty):
            break
        by_position.append(role)
    taken = positional[: 1 + len(by_position)]
    for p in parameters:
        if p in taken or p.kind in (kind.VAR_POSITIONAL, kind.VAR_KEYWORD):
            continue
        if p.name in ("generator", "lengths") and p.kind is not kind.POSITIONAL_ONLY:
            by_name.append(p.name)
        elif p.default is kind.empty:
            raise TypeError(
                "A view is called as f(x), f(x, generator) or f(x, generator, lengths); "
                f"{function!r} also needs {p.name!r}."
            )
    return tuple(by_position), tuple(by_name)


def _number(value: Any) -> float:
    """A real number as a float; NaN for anything else, bools included."""
    return math.nan if isinstance(value, bool) or not isinstance(value, Real) else float(value)


def _real(view: View, name: str, high: float = math.inf) -> None:
    """Check that a setting is a finite number in [0, high], and store it as a float."""
    value = getattr(view, name)
    number = _number(value)
    if not 0 <= number <= high or math.isinf(number):
        allowed = f"in [0, {high:g}]" if math.isfinite(high) else "that is finite and not negative"
        raise ValueError(
            f"{type(view).__name__}: {name} must be a number {allowed}, got {value!r}."
        )
    object.__setattr__(view, name, number)


def _check(view: View, x: Tensor, frame: tuple[str, ...] | None = None) -> None:
    """Refuse what is not a floating point batch (n, T, *frame)."""
    name = type(view).__name__
    wanted = "(n, T, *frame)" if frame is None else f"(n, T, {', '.join(frame)})"
    if x.ndim < 2 or (frame is not None and x.ndim != 2 + len(frame)):
        raise ValueError(f"{name} is for sequences of shape {wanted}, got {tuple(x.shape)}.")
    if not x.is_floating_point():
        raise ValueError(f"{name} is for floating point sequences {wanted}, got {x.dtype}.")


def _random_order(x: Tensor, generator: Generator | None, lengths: Tensor | None) -> Tensor:
    """A permutation of the steps of each sequence, (n, T), in which padding comes last."""
    n, T = x.shape[:2]
    key = torch.rand(n, T, generator=generator, device=x.device)
    if lengths is not None:
        step = torch.arange(T, device=x.device)
        # Padding sorts after every key, which is below 1, and in its own order.
        key = torch.where(step < lengths.to(x.device)[:, None], key, 1.0 + step)
    return key.argsort(dim=1)


def _steps(x: Tensor, index: Tensor) -> Tensor:
    """The steps ``index`` (n, k) of each sequence of ``x`` (n, T, *frame): (n, k, *frame)."""
    n, T = x.shape[:2]
    if not x.is_contiguous():  # flattening would copy every frame, those not asked for too
        return x[torch.arange(n, device=x.device)[:, None], index]
    row = index + T * torch.arange(n, device=x.device)[:, None]
    return x.flatten(0, 1).index_select(0, row.flatten()).unflatten(0, index.shape)


def _random_rotations(n: int, C: int, device: torch.device, generator: Generator | None) -> Tensor:
    """Rotations (n, C, C), uniform (Haar) on SO(C).

    Three channels by a unit quaternion, uniform on its sphere (Shoemake, 1992), which on a GPU
    takes no LAPACK; any other number by the QR decomposition of a Gaussian matrix with the signs
    of R's diagonal made positive (Mezzadri, 2007, https://arxiv.org/abs/math-ph/0609050).
    """
    if C == 3:
        q = torch.randn(4, n, generator=generator, device=device)
        a, b, c, d = q / torch.linalg.vector_norm(q, dim=0)
        rows = (
            (1 - 2 * (c * c + d * d), 2 * (b * c - a * d), 2 * (b * d + a * c)),
            (2 * (b * c + a * d), 1 - 2 * (b * b + d * d), 2 * (c * d - a * b)),
            (2 * (b * d - a * c), 2 * (c * d + a * b), 1 - 2 * (b * b + c * c)),
        )
        return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    Q, R = torch.linalg.qr(torch.randn(n, C, C, generator=generator, device=device))
    Q = Q * R.diagonal(dim1=-2, dim2=-1).sign()[:, None, :]
    sign = torch.linalg.det(Q).sign()[:, None, None]
    return torch.cat([Q[..., :1] * sign, Q[..., 1:]], dim=-1)
