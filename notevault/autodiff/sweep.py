"""The two passes over the tape: cotangents backward through VJPs, tangents forward through JVPs. No
recursion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from notevault.autodiff.errors import NotScalarError
from notevault.autodiff.primitive import PRIMITIVES, Value
from notevault.autodiff.tensor import Tensor, record, shape_of, value_of

COMPLEX = frozenset(map(np.dtype, "FDG"))

_continued: list[bool] = []
"""Not empty while a function of real numbers is evaluated beside the real line."""


@contextmanager
def continued_to_complex() -> Iterator[None]:
    """Within, cotangents of real nodes keep an imaginary part: a complex step is read off it."""
    _continued.append(True)
    try:
        yield
    finally:
        _continued.pop()


def recorded(outputs: Iterable[Tensor], oldest: int = -1) -> list[Tensor]:
    """Every tensor the outputs were made from, in order of creation; none older than `oldest`."""
    found: dict[int, Tensor] = {}
    pending = list(outputs)
    while pending:
        node = pending.pop()
        index = node.index
        if index in found or index < oldest:
            continue
        found[index] = node
        for operand in node.operands:
            if isinstance(operand, Tensor):
                pending.append(operand)
    return [found[index] for index in sorted(found)]


def active(nodes: Sequence[Tensor], wrt: Iterable[Tensor]) -> dict[int, Tensor]:
    """The nodes on a path from `wrt`, by index, in order of creation; `wrt` themselves included."""
    chosen = {node.index for node in wrt}
    paths: dict[int, Tensor] = {}
    for node in nodes:
        if node.index in chosen:
            paths[node.index] = node
        elif node.primitive is not None and node.primitive.differentiable:
            for operand in node.operands:
                if isinstance(operand, Tensor) and operand.index in paths:
                    paths[node.index] = node
                    break
    return paths


def pull_back(
    outputs: Sequence[Tensor],
    cotangents: Sequence[Value],
    wrt: Sequence[Tensor],
    *,
    recording: bool,
    keep: dict[int, Value] | None = None,
) -> list[Value]:
    """The cotangents of `wrt`, given those of the outputs; None where no path leads.

    recording: compute with tensors, so that the result can be differentiated again; else with plain values.
    keep: receives the adjoint of every node on a path, by index.
    """
    if not wrt:
        return []
    chosen = frozenset(node.index for node in wrt)
    paths = active(recorded(outputs, min(chosen)), wrt)
    adjoints: dict[int, Value] = {}
    for output, cotangent in zip(outputs, cotangents, strict=True):
        k = output.index
        if k in paths:
            adjoints[k] = adjoints[k] + cotangent if k in adjoints else cotangent
    with np.errstate(all="ignore"):
        for index in reversed(paths):
            adjoint = adjoints.get(index) if index in chosen else adjoints.pop(index, None)
            if adjoint is None:
                continue
            if keep is not None:
                keep[index] = adjoint
            node = paths[index]
            if node.primitive is None:
                continue
            for k, g in node_cotangents(node, adjoint, paths, recording=recording):
                adjoints[k] = adjoints[k] + g if k in adjoints else g
    return [_in_numbers_of(node, adjoints.get(node.index)) for node in wrt]


def _in_numbers_of(node: Tensor, g: Value) -> Value:
    """The cotangent of a real node is real, though what was computed from it may be complex."""
    if g is not None and getattr(g, "dtype", None) in COMPLEX and node.dtype not in COMPLEX and not _continued:
        return record(PRIMITIVES["real"], (g,), {})
    return g


def node_cotangents(
    node: Tensor, adjoint: Value, paths: Mapping[int, Any], *, recording: bool
) -> list[tuple[int, Value]]:
    """What one node sends back along each of its edges: (index of the operand, cotangent)."""
    row = node.primitive
    sent: list[tuple[int, Value]] = []
    if row is None:
        return sent
    y, operands = (node, node.operands) if recording else (node.value, node.arguments)
    if row.joint_vjp is not None:
        pulled = row.joint_vjp(adjoint, y, *operands, **node.parameters)
        return [
            (operand.index, g)
            for operand, g in zip(node.operands, pulled, strict=True)
            if g is not None and isinstance(operand, Tensor) and operand.index in paths
        ]
    for k, operand in enumerate(node.operands):
        if isinstance(operand, Tensor) and operand.index in paths:
            rule = row.vjp[k]
            g = None if rule is None else rule(adjoint, y, *operands, **node.parameters)
            if g is not None:
                sent.append((operand.index, g))
    return sent


def push_forward(
    outputs: Sequence[Tensor], wrt: Sequence[Tensor], tangents: Sequence[Value], *, recording: bool
) -> list[Value]:
    """The tangents of the outputs, given those of `wrt`; None where no path leads."""
    if not wrt:
        return [None for _ in outputs]
    given = frozenset(node.index for node in wrt)
    paths = active(recorded(outputs, min(given)), wrt)
    pushed: dict[int, Value] = {}
    for leaf, tangent in zip(wrt, tangents, strict=True):
        pushed[leaf.index] = tangent
    with np.errstate(all="ignore"):
        for index, node in paths.items():
            row = node.primitive
            if index in given or row is None:
                continue
            incoming = tuple(
                pushed.get(operand.index) if isinstance(operand, Tensor) else None for operand in node.operands
            )
            if any(t is not None for t in incoming):
                y, operands = (node, node.operands) if recording else (node.value, node.arguments)
                pushed[index] = row.jvp(incoming, y, *operands, **node.parameters)
    return [pushed.get(output.index) for output in outputs]


def unit_cotangent(output: Tensor) -> Value:
    """The one that a reverse pass starts from, in the output's own number type."""
    if output.size != 1:
        raise NotScalarError(output.shape)
    return ones_like(output)


def ones_like(x: Value) -> Value:
    """Ones of the shape and number type of x, plain."""
    value = value_of(x)
    if isinstance(value, np.ndarray):
        return np.ones_like(value)
    return type(value)(1)


def zeros_like(x: Value) -> Value:
    """Zeros of the shape and number type of x, plain."""
    value = value_of(x)
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    return type(value)(0)


def as_shape_of(cotangent: Any, output: Tensor) -> Value:
    """A cotangent, checked to have the output's shape."""
    if shape_of(cotangent) != output.shape and not isinstance(cotangent, Tensor):
        cotangent = np.asarray(cotangent, dtype=output.dtype)
    if shape_of(cotangent) != output.shape:
        raise ValueError(f"a cotangent of shape {shape_of(cotangent)} for an output of shape {output.shape}")
    return cotangent
