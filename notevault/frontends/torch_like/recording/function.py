"""`torch.autograd.Function`: an operation with a forward and a backward step of the note's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.autodiff import Primitive
from notevault.autodiff import Tensor as Node
from notevault.autodiff.tensor import record
from notevault.frontends.torch_like.recording import tape
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


class Context:
    """What `forward` leaves for `backward`."""

    saved_tensors: tuple[Any, ...] = ()
    needs_input_grad: tuple[bool, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def mark_non_differentiable(self, *_: Any) -> None:
        """Nothing to remember: such results are never asked for a gradient."""

    def set_materialize_grads(self, value: bool) -> None:
        """Gradients are always numbers here."""


class Function:
    """The base; `apply` is what a note calls."""

    @staticmethod
    def forward(*arguments: Any, **options: Any) -> Any:
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(context: Any, *slopes: Any) -> Any:
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @classmethod
    def apply(cls, *arguments: Any) -> Any:
        context = Context()
        context.needs_input_grad = tuple(isinstance(x, Tensor) and x.requires_grad for x in arguments)
        with tape.recording(False):
            if "setup_context" in cls.__dict__:
                output = cls.forward(*arguments)
                cls.setup_context(context, arguments, output)  # type: ignore[attr-defined]
            else:
                output = cls.forward(context, *arguments)
        if not isinstance(output, Tensor):
            raise UnsupportedError("torch.autograd.Function with several results")
        operands = [x.operand for x in arguments if isinstance(x, Tensor)]
        node = record(_row(cls, context, arguments, output), operands, {})
        return Tensor.made(node, f"{cls.__name__}Backward")


def _row(cls: Any, context: Context, arguments: tuple[Any, ...], output: Tensor) -> Primitive:
    """The operation as the engine sees it: the numbers are there already, the note's `backward` is its rule."""
    tensors = [k for k, x in enumerate(arguments) if isinstance(x, Tensor)]

    def joint_vjp(g: Any, y: Any, *operands: Any) -> list[Any]:
        if isinstance(g, Node) or isinstance(y, Node):
            raise UnsupportedError("torch.autograd.Function differentiated twice")
        with tape.recording(False):
            given = cls.backward(context, Tensor.of(np.array(g, dtype=output.array.dtype)))
        slopes = given if isinstance(given, tuple) else (given,)
        if len(slopes) != len(arguments):
            raise RuntimeError(
                f"function {cls.__name__}Backward returned an incorrect number of gradients (expected "
                f"{len(arguments)}, got {len(slopes)})"
            )
        return [None if slopes[k] is None else slopes[k].array for k in tensors]

    return Primitive(
        name=cls.__name__, forward=lambda *_: output.array, vjp=(), joint_vjp=joint_vjp, jvp=_no_jvp,
        latex=rf"\operatorname{{{cls.__name__}}}(#*)", complex_step=False,
    )  # fmt: skip


def _no_jvp(*_: Any, **__: Any) -> Any:
    raise UnsupportedError("torch.autograd.Function in forward mode")
