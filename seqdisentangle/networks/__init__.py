"""Networks for single frames, by name."""

from __future__ import annotations

from typing import Any

from torch import nn

from .base import CodeShape, FrameNetwork
from .conv import Conv
from .custom import OwnModules
from .mlp import MLP
from .resnet import ResNet

__all__ = [
    "MLP",
    "NETWORKS",
    "CodeShape",
    "Conv",
    "FrameNetwork",
    "OwnModules",
    "ResNet",
    "resolve_network",
]

NETWORKS: dict[str, type[FrameNetwork]] = {"mlp": MLP, "conv": Conv, "resnet": ResNet}


def resolve_network(network: Any, frame_shape: tuple[int, ...]) -> FrameNetwork:
    """Turn a `network` parameter into the frame network it means for frames of this shape.

    Parameters
    ----------
    network : "auto", name, FrameNetwork or pair of modules
        ``"auto"`` is ``"conv"`` for images and ``"mlp"`` for vectors. A pair is (encoder, decoder).
    frame_shape : tuple of int
        (D,) or (C, H, W).

    Raises
    ------
    ValueError
        If the name is unknown or the network is not for such frames.
    TypeError
        If it is none of the above.

    Examples
    --------
    >>> resolve_network("auto", (3, 64, 64))
    Conv(width=16, palette=16)
    >>> resolve_network(Conv(width=64), (3, 64, 64))
    Conv(width=64, palette=16)
    """
    if isinstance(network, tuple | list) and len(network) == 2:
        if not all(isinstance(module, nn.Module) for module in network):
            raise TypeError(f"network as a pair must be two torch modules, got {network!r}")
        return OwnModules(*network)
    if isinstance(network, str):
        if network == "auto":
            network = "conv" if len(frame_shape) == 3 else "mlp"
        if network not in NETWORKS:
            raise ValueError(
                f"network must be 'auto' or one of {sorted(NETWORKS)}, got {network!r}"
            )
        network = NETWORKS[network]()
    if not isinstance(network, FrameNetwork):
        raise TypeError(
            "network must be a name, a FrameNetwork or a pair (encoder, decoder) of torch modules, "
            f"got {network!r}"
        )
    network.check(frame_shape)
    return network
