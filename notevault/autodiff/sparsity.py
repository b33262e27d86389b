"""Which second derivatives can be other than zero, and how few products with the Hessian find them all.

The pattern is read off the tape, not off numbers, so it holds at every point at which the same operations run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.graph import label
from notevault.autodiff.sweep import active, recorded
from notevault.autodiff.tensor import Tensor, value_of

Pattern = np.ndarray[Any, np.dtype[np.bool_]]

MOVES = frozenset({
    "reshape", "transpose", "broadcast", "squeeze", "getitem", "concat", "stack", "split", "flip", "roll", "gather",
    "diagonal", "embedding",
})  # fmt: skip
"""Operations whose every output element is one input element."""
TOTALS = frozenset({"sum", "mean"})
PRODUCTS = frozenset({"mul", "chain"})
LINEAR_IN_FIRST = frozenset({"div"})
LINEAR = frozenset({
    "sum_to", "scatter", "cumsum", "matmul", "dot", "outer", "tensordot", "einsum", "trace", "tril", "triu", "diag",
    "pad", "windows", "overlap_add", "conv1d", "conv2d", "avgpool", "linear", "dropout",
})  # fmt: skip
"""Operations that are linear in each single operand."""


def hessian_pattern(output: Tensor, x: Tensor) -> Pattern:
    """Where the Hessian of a scalar output by x can be other than zero: (x.size, x.size).

    >>> from notevault.autodiff.tensor import tensor
    >>> x = tensor([1.0, 2.0, 3.0])
    >>> hessian_pattern((x[1:] * x[:-1]).sum(), x).astype(int)
    array([[0, 1, 0],
           [1, 0, 1],
           [0, 1, 0]])
    """
    pattern = np.zeros((x.size, x.size), dtype=bool)
    reach: dict[int, Pattern] = {}
    for index, node in active(recorded([output], x.index), [x]).items():
        if node is x:
            reach[index] = np.eye(x.size, dtype=bool)
        else:
            inputs = [reach.get(o.index) if isinstance(o, Tensor) else None for o in node.operands]
            reach[index] = _step(node, inputs, pattern)
    return pattern | pattern.T


def _step(node: Tensor, inputs: Sequence[Pattern | None], pattern: Pattern) -> Pattern:
    """On which elements of x each element of the node depends; adds the pairs the node multiplies to `pattern`."""
    row: Any = node.primitive
    size = node.size
    name = label(row)
    if name in MOVES:
        return _moved(node, inputs)
    if name in TOTALS:
        return _totals(node, inputs[0])
    if row.elementwise:
        spread = [None if d is None else _spread(d, o, node) for d, o in zip(inputs, node.operands, strict=True)]
        linear = all(isinstance(p, int) for p in row.partials)
        if not linear:
            _cross(spread, name, pattern)
        return _union(spread)
    everything = _union([None if d is None else np.atleast_2d(d.any(axis=0)) for d in inputs])
    live = sum(d is not None for d in inputs)
    if live > 1 or name not in LINEAR:
        pattern |= everything.T & everything
    return np.repeat(everything, size, axis=0)


def _union(parts: Sequence[Pattern | None]) -> Pattern:
    known = [part for part in parts if part is not None]
    whole: Pattern = np.logical_or.reduce(known)
    return whole


def _cross(spread: Sequence[Pattern | None], name: str, pattern: Pattern) -> None:
    for k, left in enumerate(spread):
        for j, right in enumerate(spread[: k + 1]):
            if left is None or right is None:
                continue
            if j == k and (name in PRODUCTS or (name in LINEAR_IN_FIRST and k == 0)):
                continue
            pattern |= (left.T.astype(np.float32) @ right.astype(np.float32)) > 0


def _spread(reach: Pattern, operand: Any, node: Tensor) -> Pattern:
    """The reach of an operand's elements, repeated as broadcasting repeats them."""
    positions = np.arange(len(reach)).reshape(np.shape(value_of(operand)))
    return reach[np.broadcast_to(positions, node.shape).reshape(-1)]


def _moved(node: Tensor, inputs: Sequence[Pattern | None]) -> Pattern:
    """Follow numbered elements through the operation."""
    start, numbered, rows = 0, [], []
    width = next(d.shape[1] for d in inputs if d is not None)
    for operand, reach in zip(node.operands, inputs, strict=True):
        shape = np.shape(value_of(operand))
        count = math.prod(shape)
        numbered.append(np.arange(start, start + count).reshape(shape))
        rows.append(np.zeros((count, width), dtype=bool) if reach is None else reach)
        start += count
    forward: Callable[..., Any] = node.primitive.forward  # type: ignore[union-attr]
    places = np.asarray(forward(*numbered, **node.parameters)).reshape(-1)
    moved: Pattern = np.concatenate(rows)[places]
    return moved


def _totals(node: Tensor, reach: Any) -> Pattern:
    whole: Pattern = reach.reshape(*np.shape(value_of(node.operands[0])), reach.shape[1])
    axis = node.parameters.get("axis")
    ndim = whole.ndim - 1
    axes = (
        tuple(range(ndim)) if axis is None else tuple(k % ndim for k in (axis if isinstance(axis, tuple) else (axis,)))
    )
    return np.asarray(whole.any(axis=axes)).reshape(-1, reach.shape[1])


def colours(pattern: Pattern) -> list[int]:
    """A colour for each column such that columns of one colour share no row: greedy, densest column first.

    Source: Curtis, Powell, Reid, On the estimation of sparse Jacobian matrices (1974).

    >>> colours(np.eye(4, dtype=bool) | np.eye(4, k=1, dtype=bool))
    [1, 0, 1, 0]
    """
    taken: list[Pattern] = []
    chosen = [0] * pattern.shape[1]
    for column in sorted(range(pattern.shape[1]), key=lambda j: (-int(pattern[:, j].sum()), j)):
        rows = pattern[:, column]
        colour = next((c for c, used in enumerate(taken) if not (used & rows).any()), len(taken))
        if colour == len(taken):
            taken.append(np.zeros(pattern.shape[0], dtype=bool))
        taken[colour] |= rows
        chosen[column] = colour
    return chosen
