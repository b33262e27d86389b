"""What `grad_fn` shows: the operation that made a tensor, by PyTorch's name for its backward step."""

from __future__ import annotations

from typing import Any

from notevault.frontends.unsupported import UnsupportedError

UNSURE = "?"
"""In place of a name that is not known: to show it is unsupported, to compute with the tensor is not."""


class GradFn:
    """The base of the steps; each has its own type, because notes print `type(y.grad_fn).__name__`."""

    def name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedError(f"torch.Tensor.grad_fn.{name}")


def grad_fn(name: str) -> GradFn:
    """The step of this name. Raises UnsupportedError where the name is not known."""
    if name == UNSURE:
        raise UnsupportedError("torch.Tensor.grad_fn where its name is not known")
    made: GradFn = type(name, (GradFn,), {})()
    return made
