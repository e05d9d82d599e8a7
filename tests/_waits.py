"""Operations that a GPU is waited for, found on a CPU."""

from torch.utils._python_dispatch import TorchDispatchMode

# A look at a value; a tensor of Python's numbers, which is sent; results of a size that is counted.
WAITING = ("_local_scalar_dense", "lift_fresh", "nonzero", "masked_select", "equal")


class Waits(TorchDispatchMode):
    """The operations seen that a GPU would be waited for."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.__name__.split(".")[0]
        if name in WAITING:
            self.found.add(name)
        return function(*args, **(kwargs or {}))
