"""Networks for single frames, by name."""

from __future__ import annotations

from typing import Any

from .._parts import Registry
from .auto import AutoNetwork
from .base import CodeShape, FrameEncoder, FrameNetwork
from .conv import Conv
from .custom import OwnModules
from .mlp import MLP
from .parts import Parts
from .resnet import ResNet

__all__ = [
    "MLP",
    "NETWORKS",
    "AutoNetwork",
    "CodeShape",
    "Conv",
    "FrameEncoder",
    "FrameNetwork",
    "OwnModules",
    "Parts",
    "ResNet",
    "resolve_network",
]

NETWORKS: Registry[FrameNetwork] = Registry(
    "network",
    {
        "auto": AutoNetwork,
        "mlp": MLP,
        "conv": Conv,
        "resnet": ResNet,
        "parts": Parts,
    },
)


def resolve_network(network: Any, frame_shape: tuple[int, ...], generator: str) -> FrameNetwork:
    """Turn a `network` parameter into the frame network it means for frames of this shape.

    Parameters
    ----------
    network : name, FrameNetwork or pair of modules
        A name in ``NETWORKS``; a pair is (encoder, decoder).
    frame_shape : tuple of int
        (D,) or (C, H, W).
    generator : {"style", "concat"}
        The form of the generator where that of the network is ``"auto"``.

    Raises
    ------
    ValueError
        If the name is unknown or the network is not for such frames.
    TypeError
        If it is none of the above.

    Examples
    --------
    >>> resolve_network("auto", (3, 64, 64), "style")
    Conv(width=16, palette=16, generator='style')
    >>> resolve_network(Conv(width=64, generator="concat"), (3, 64, 64), "style")
    Conv(width=64, palette=16, generator='concat')
    """
    if isinstance(network, tuple | list) and len(network) == 2:
        network = OwnModules(*network)
    if isinstance(network, str):
        network = NETWORKS.make(network, "network")
    if not isinstance(network, FrameNetwork):
        raise TypeError(
            f"network must be a name ({NETWORKS.listed}), a FrameNetwork or a pair "
            f"(encoder, decoder) of torch modules, got {network!r}"
        )
    return network.resolved(frame_shape, generator)
