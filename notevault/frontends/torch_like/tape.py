"""What a tensor has to do with the engine: recording an operation, leaves, and the switch that turns recording off."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from notevault.autodiff import PRIMITIVES, gradients, tensor
from notevault.autodiff import Tensor as Node

if TYPE_CHECKING:
    from notevault.frontends.torch_like.tensor import Tensor

_LINEAR = frozenset(
    {"add", "sub", "neg", "sum", "mean", "reshape", "transpose", "broadcast", "sum_to", "cast", "identity"}
)
"""Operations that need no saved values to go backward: a second pass through them is no mistake."""


class Mode:
    """Whether operations are recorded; `no_grad` turns it off."""

    recording = True


LEAVES: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
"""The tensors that keep a gradient, by the index of their node."""

_spent: weakref.WeakSet[Node] = weakref.WeakSet()


@contextmanager
def recording(on: bool) -> Iterator[None]:
    """Turn recording on or off for a while."""
    before, Mode.recording = Mode.recording, on
    try:
        yield
    finally:
        Mode.recording = before


def run(primitive: str, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
    """Apply an engine operation to nodes and arrays: a node when one of them is a node, else an array."""
    from notevault.autodiff import apply

    with np.errstate(all="ignore"):
        return apply(primitive, *operands, **parameters)


def leaf(array: np.ndarray[Any, Any]) -> Node:
    """A new leaf of the tape."""
    return tensor(array)


def behind(outputs: Sequence[Node]) -> list[Node]:
    """The nodes that the outputs were computed from, themselves included."""
    found: dict[int, Node] = {}
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if node.index not in found:
            found[node.index] = node
            pending.extend(operand for operand in node.operands if isinstance(operand, Node))
    return list(found.values())


def backward(output: Node, cotangent: np.ndarray[Any, Any] | None, keep: bool) -> list[tuple[Tensor, Node]]:
    """The gradient of every tensor behind `output` that keeps one."""
    nodes = behind([output])
    if any(node in _spent and node.primitive is not None and node.primitive.name not in _LINEAR for node in nodes):
        raise RuntimeError(
            "Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
            "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
            "you need to access saved tensors after calling backward."
        )
    wanted = sorted((node for node in nodes if node.index in LEAVES), key=lambda node: node.index)
    with np.errstate(all="ignore"):
        slopes = gradients(output, wanted, cotangent=cotangent)
    if not keep:
        _spent.update(node for node in nodes if node.operands)
    return [(LEAVES[node.index], slope) for node, slope in zip(wanted, slopes, strict=True)]


def known(primitive: str) -> bool:
    """Whether the engine has an operation."""
    return primitive in PRIMITIVES
