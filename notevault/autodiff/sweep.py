"""The two passes over the tape: cotangents backward through VJPs, tangents forward through JVPs. No
recursion."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from notevault.autodiff.errors import NotScalarError, OutputError
from notevault.autodiff.primitive import PRIMITIVES, Value
from notevault.autodiff.tensor import Tensor, record, shape_of, value_of

COMPLEX = frozenset(map(np.dtype, "FDG"))


class _Continued(threading.local):
    """Whether this thread evaluates a function of real numbers beside the real line."""

    to_complex = False


_continued = _Continued()


@contextmanager
def continued_to_complex() -> Iterator[None]:
    """Within, cotangents of real nodes keep an imaginary part: a complex step is read off it."""
    before, _continued.to_complex = _continued.to_complex, True
    try:
        yield
    finally:
        _continued.to_complex = before


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
    """The cotangent in the number type of its node, though what was computed from it may be complex, or wider."""
    own, given = getattr(node.value, "dtype", None), getattr(g, "dtype", None)
    if own is given or own is None or given is None or own == given or _continued.to_complex:
        return g
    if own.kind == "O" or given.kind == "O":
        return g
    if given.kind == "c" and own.kind != "c":
        return _in_numbers_of(node, record(PRIMITIVES["real"], (g,), {}))
    return record(PRIMITIVES["cast"], (g,), {"dtype": own})


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


def like_value_of(node: Tensor, given: Any, what: str = "cotangent") -> Value:
    """A cotangent or tangent, checked to have the node's shape, in the node's number type."""
    kind, own = node.dtype, getattr(given, "dtype", None)
    if kind.kind != "O" and (own is None or own != kind) and not isinstance(given, Tensor):
        array = np.asarray(given)
        if array.dtype.kind == "c" and kind.kind != "c":
            raise ValueError(f"a complex {what} for real numbers")
        given = array.astype(kind)[()]
    if shape_of(given) != node.shape:
        raise ValueError(f"a {what} of shape {shape_of(given)} for an array of shape {node.shape}")
    return given


def refuse_complex(output: Tensor, wrt: Iterable[Tensor]) -> None:
    """OutputError where a complex output is to be differentiated by real variables without a cotangent."""
    if output.dtype.kind == "c" and not _continued.to_complex and any(w.dtype.kind == "f" for w in wrt):
        raise OutputError("a complex number", "take its real part or its absolute value, or use jacobian")
