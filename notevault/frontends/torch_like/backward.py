"""`torch.autograd` and the switches of recording."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import gradients
from notevault.frontends.torch_like import tape
from notevault.frontends.torch_like.tensor import Tensor


class _Switch:
    """A context and a decorator that turns recording on or off."""

    on = False

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(tape.Mode.recording)
        tape.Mode.recording = self.on

    def __exit__(self, *_: object) -> None:
        tape.Mode.recording = self._before.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def switched(*arguments: Any, **options: Any) -> Any:
            with tape.recording(self.on):
                return function(*arguments, **options)

        return switched


class NoGrad(_Switch):
    """`torch.no_grad`."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        made = super().__new__(cls)
        if function is None:
            return made
        made.__init__()  # type: ignore[misc]
        return made(function)


class EnableGrad(NoGrad):
    """`torch.enable_grad`."""

    on = True


class SetGradEnabled(_Switch):
    """`torch.set_grad_enabled(mode)`: at once, and as a context."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._before.append(tape.Mode.recording)
        tape.Mode.recording = bool(mode)

    def __enter__(self) -> None:
        """Recording was already set when the object was made."""


def grad(  # noqa: PLR0917 - PyTorch's signature
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]:
    """`torch.autograd.grad`: the derivatives themselves, which can be differentiated again with `create_graph`."""
    (output,) = [outputs] if isinstance(outputs, Tensor) else outputs
    wanted = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if grad_outputs is None and output.array.size != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    given = grad_outputs[0] if isinstance(grad_outputs, list | tuple) else grad_outputs
    cotangent = np.ones_like(output.array) if given is None else given.operand
    nodes = [x.operand for x in wanted]
    reached = {node.index for node in tape.behind([output.operand])}
    unused = [not isinstance(node, Node) or node.index not in reached for node in nodes]
    if any(unused) and not allow_unused:
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True "
            "if this is the desired behavior."
        )
    used = [node for node, missing in zip(nodes, unused, strict=True) if not missing]
    with np.errstate(all="ignore"):
        slopes = iter(gradients(output.operand, used, cotangent=cotangent))
    made = [None if missing else next(slopes) for missing in unused]
    return tuple(None if slope is None else _result(slope, create_graph) for slope in made)


def _result(slope: Node, create_graph: bool) -> Tensor:
    if create_graph and slope.operands:
        return Tensor.made(slope, _made_by(slope))
    return Tensor.of(np.asarray(slope.value))


def _made_by(slope: Node) -> str:
    name = slope.primitive.name if slope.primitive is not None else "mul"
    return {"chain": "MulBackward0", "mul": "MulBackward0", "add": "AddBackward0"}.get(name, f"{name.title()}Backward0")
