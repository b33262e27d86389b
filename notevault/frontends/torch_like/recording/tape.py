"""What a tensor has to do with the engine: recording an operation, leaves, the backward pass with its hooks."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply, custom_rule, tensor
from notevault.autodiff.sweep import active, node_cotangents, recorded
from notevault.frontends.torch_like.operations import corners
from notevault.frontends.torch_like.recording import saved
from notevault.frontends.unsupported import UnsupportedError

if TYPE_CHECKING:
    from notevault.frontends.torch_like.tensor import Tensor

Array = np.ndarray[Any, Any]


class Mode:
    """Whether operations are recorded; `no_grad` turns it off."""

    recording = True


LEAVES: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
"""The tensors that keep a gradient, by the index of their node."""

SEEN: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
"""The views of leaves, by the index of their node, which has a copy of their numbers."""

HOOKS: dict[int, dict[int, Callable[[Any], Any]]] = {}
"""What is called with the gradient of a node, and may change it, by the index of the node."""

_spent: weakref.WeakValueDictionary[int, Node] = weakref.WeakValueDictionary()
"""The nodes whose saved values are gone, by index: nodes compare element by element, so no set can hold them."""


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
    with np.errstate(all="ignore"):
        value = apply(primitive, *operands, **parameters)
    if isinstance(value, Node):
        if isinstance(value.value, np.generic):
            value.value = np.asarray(value.value)  # an array, because the note may change it in place
        saved.keep(value, primitive, [_numbers(operand) for operand in operands], operands)
    return value


def _numbers(operand: Any) -> Array | None:
    """The numbers that the note can change: those of the tensor, where the node has its own copy."""
    if isinstance(operand, Node):
        leaf = _holder(operand)
        operand = operand.value if leaf is None else leaf.array
    return operand if isinstance(operand, np.ndarray) else None


def _holder(node: Node) -> Tensor | None:
    """The tensor that has the numbers of which the node has a copy."""
    seen = SEEN.get(node.index)
    return LEAVES.get(node.index) if seen is None else seen


def leaf(array: Array) -> Node:
    """A new leaf of the tape, with a copy: what is recorded stays as it was when the tensor is changed."""
    return tensor(array.copy())


def renewed(node: Node, array: Array) -> Node:
    """A node with the numbers that its tensor has by now; what is behind it stays behind it."""
    fresh: Node = custom_rule(lambda _: array, vjp=[lambda g, y, x: g], name="identity")(node)
    return fresh


def backward(
    output: Node, cotangent: Any, wanted: Sequence[Node], *, keep: bool = False, create: bool = False
) -> list[Any]:
    """The gradients of `wanted` (None where no path leads), as nodes if they are to be differentiated again.

    Hooks are called when the gradient of their node is complete. Raises RuntimeError, in PyTorch's words, where the
    saved values are gone or were changed.
    """
    nodes = recorded([output])
    if any(node.index in _spent and not saved.is_free(node) for node in nodes):
        raise RuntimeError(
            "Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
            "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
            "you need to access saved tensors after calling backward."
        )
    saved.check(nodes)
    _check_leaves(nodes)
    paths = active(nodes, [*wanted, *(node for node in nodes if node.index in HOOKS)])
    adjoints: dict[int, Any] = {output.index: cotangent}
    complete: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for index in reversed(paths):
            adjoint = adjoints.pop(index, None)
            if adjoint is None:
                continue
            for hook in list(HOOKS.get(index, {}).values()):
                adjoint = hook(adjoint)
            complete[index] = adjoint
            sent = node_cotangents(paths[index], adjoint, paths, recording=create)
            for k, g in sent if create else corners.as_in_pytorch(paths[index], adjoint, paths, sent):
                adjoints[k] = g if k not in adjoints else adjoints[k] + g
    if not keep:
        asked = {node.index for node in wanted}
        passed = {index: paths[index] for index in complete if index not in asked or _leads_on(paths[index], paths)}
        _spent.update({index: node for index, node in passed.items() if node.operands})
    return [complete.get(node.index) for node in wanted]


def _leads_on(node: Node, paths: dict[int, Node]) -> bool:
    """Whether the backward pass goes on behind a node."""
    return any(isinstance(operand, Node) and operand.index in paths for operand in node.operands)


def _check_leaves(nodes: Sequence[Node]) -> None:
    """Raises UnsupportedError where a leaf has new numbers that nothing told of: PyTorch would use those."""
    for node in nodes:
        for operand in saved.kept_operands(node):
            is_copy = isinstance(operand, Node) and (not operand.operands or operand.index in SEEN)
            leaf = _holder(operand) if is_copy else None
            if leaf is not None and not np.array_equal(leaf.array, operand.value, equal_nan=True):
                raise UnsupportedError("torch: backward after numbers that an operation may need were changed in place")


def hooks_of(node: Node) -> dict[int, Callable[[Any], Any]]:
    """The hooks of a node, for as long as it lives."""
    if node.index not in HOOKS:
        HOOKS[node.index] = {}
        weakref.finalize(node, HOOKS.pop, node.index, None)
    return HOOKS[node.index]


def leaves_behind(output: Node) -> list[Node]:
    """The nodes behind an output whose tensors keep a gradient, in order of creation."""
    return [node for node in recorded([output]) if node.index in LEAVES]
