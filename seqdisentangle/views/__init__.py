"""Views: the part of a batch of sequences that an encoder sees in training.

The content encoder and the motion encoder each see a transform of their own of every sequence,
while the reconstruction's target stays the original. What an encoder cannot see its code cannot
carry, so the other code must: an encoder of motion that sees the colours mixed leaves the colours
to content, one of content that sees a single frame leaves the order to motion. A view costs no
extra pass and no extra term of the loss, and there is none at test time.

A view is a callable ``view(x, rng=None, lengths=None)``. It takes a batch ``x`` of shape
``(n, T, *frame)``, a frame being ``(C, H, W)`` with values in [0, 1] or ``(D,)`` standardised,
draws **once per sequence**, and returns a new tensor ``(n, T', *frame)``; ``x`` itself stays as it
was. All of its randomness comes from ``rng``, a :class:`torch.Generator` on the device of
``x``. ``lengths`` says how many steps of each sequence are real in a padded batch; where ``T'``
differs from ``T``, all of the steps returned are real. A view for motion keeps the steps, each of
which has a code.

Write your own as a function of ``x``, of ``(x, rng)``, or as a subclass of :class:`View`.
"""

from .base import FunctionView, View
from .compose import VIEWS, Compose, resolve_view
from .frames import RandomFrames, Shuffle
from .images import ColorMix, Mirror
from .vectors import Jitter

__all__ = [
    "VIEWS",
    "ColorMix",
    "Compose",
    "FunctionView",
    "Jitter",
    "Mirror",
    "RandomFrames",
    "Shuffle",
    "View",
    "resolve_view",
]
