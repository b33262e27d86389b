"""What a program is rewritten to: a table of lowerings into smaller operations, and a table of simplifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from notevault.autodiff.primitive import PRIMITIVES

if TYPE_CHECKING:
    from notevault.autodiff.compiler.program import Builder

Rewrite = Callable[["Builder", Sequence[int], Mapping[str, Any]], int | None]


# lowerings: what forward and backward pass share becomes visible


def _exponentials(b: Builder, x: int, axis: int) -> tuple[int, int, int]:
    """x minus its largest element, e to that, and the sum of it, along the axis."""
    shifted = b.add("sub", x, b.add("max", x, axis=axis, keepdims=True))
    weights = b.add("exp", shifted)
    return shifted, weights, b.add("sum", weights, axis=axis, keepdims=True)


def _softmax(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int:
    _, weights, total = _exponentials(b, operands[0], _counted(b, operands[0], parameters.get("axis", -1)))
    return b.add("div", weights, total)


def _log_softmax(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int:
    shifted, _, total = _exponentials(b, operands[0], _counted(b, operands[0], parameters.get("axis", -1)))
    return b.add("sub", shifted, b.add("log", total))


def _counted(b: Builder, x: int, axis: int) -> int:
    return axis % max(1, len(b[x].shape))


def _cross_entropy(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    scores, target = operands
    plain = parameters.get("weight") is None and parameters.get("ignore") is None
    if not plain or b[target].dtype.kind not in "iu" or len(b[scores].shape) != 2:
        return None
    shifted, _, total = _exponentials(b, scores, 1)
    loss = b.add("sub", b.add("reshape", b.add("log", total), shape=b[target].shape), b.add("pick", shifted, target))
    reduction = parameters.get("reduction", "mean")
    if reduction == "none":
        return loss
    whole = b.add("sum", loss, axis=None, keepdims=False)
    return whole if reduction == "sum" else b.add("div", whole, b.constant(len(b[target].value)))


def _mse(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    difference = b.add("sub", *operands)
    squares = b.add("square", difference)
    reduction = parameters.get("reduction", "mean")
    if reduction == "none":
        return squares
    whole = b.add("sum", squares, axis=None, keepdims=False)
    return whole if reduction == "sum" else b.add("div", whole, b.constant(int(np.size(b[squares].value))))


def _linear(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    if len(b[operands[1]].shape) != 2:
        return None
    product = b.add("matmul", operands[0], b.add("transpose", operands[1], axes=None))
    return product if len(operands) == 2 else b.add("add", product, operands[2])


def _mean(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    x = operands[0]
    if b[x].dtype.kind != "f" or parameters.get("axis") is not None or parameters.get("keepdims"):
        return None
    count = int(np.size(b[x].value))
    return b.add("div", b.add("sum", x, axis=None, keepdims=False), b.constant(count)) if b[x].shape else x


def _dot(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    return None if all(b[k].shape for k in operands) else b.add("mul", *operands)


LOWER: Mapping[str, Rewrite] = {
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "cross_entropy": _cross_entropy,
    "mse": _mse,
    "linear": _linear,
    "mean": _mean,
    "dot": _dot,
}


# simplifications


def _same(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int:
    return operands[0]


def _chain(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    """Upstream times local is an ordinary product where the local derivative is finite, or the upstream not zero."""
    g, local = operands
    number = b.scalar(g)
    if b.tame[local] or (number is not None and number != 0 and np.isfinite(number)):
        return b.add("mul", g, local)
    return None


def _mask(b: Builder, operands: Sequence[int]) -> int | None:
    """g * [x > 0] where r = relu(x) is known: g * [r > 0], so that x can be overwritten by r.

    np.sign(r) would be a number already; but in place it branches at every element, and took 350 of 3,150 us of a
    training step on 512 x 128 float32, where the mask and its product take 20 us.
    """
    for g, other in (operands, operands[::-1]):
        node = b[other]
        if node.shape and node.op == "greater" and b.scalar(node.operands[1]) == 0 and b[g].dtype.kind == "f":
            known = b.known("relu", node.operands[0])
            if known is not None:
                return b.add("mul", g, b.add("greater", known, node.operands[1]))
    return None


def _number_first(b: Builder, operands: Sequence[int]) -> tuple[float | None, int, int]:
    x, y = operands
    if b.scalar(y) is not None and b.scalar(x) is None:
        x, y = y, x
    return b.scalar(x), x, y


def _inner_number(b: Builder, number: float, product: int) -> int | None:
    """number ((c x) y) as (number c) (x y), for single numbers: so that numbers meet and become one."""
    for left, right in (b[product].operands, b[product].operands[::-1]):
        inner = b[left]
        if inner.op == "mul" and not inner.shape:
            second, constant, x = _number_first(b, inner.operands)
            if second is not None:
                return b.add("mul", b.add("mul", b.constant(number), constant), b.add("mul", x, right))
    return None


def _mul(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    masked = _mask(b, operands)
    if masked is not None:
        return masked
    number, _, other = _number_first(b, operands)
    shape = np.broadcast_shapes(*(b[k].shape for k in operands))
    if number is None:
        for left, right in (operands, operands[::-1]):
            if b[left].op == "neg":
                return b.add("neg", b.add("mul", b[left].operands[0], right))
    if number is None or b[other].shape != shape or b[other].dtype.kind != "f":
        return None
    if number == 1:
        return other
    if number == -1:
        return b.add("neg", other)
    inner = b[other]
    if inner.op == "mul":
        for constant, x in (inner.operands, inner.operands[::-1]):
            if b[constant].op == "constant" and b[constant].dtype.kind in "fiu" and b[x].shape == shape:
                return b.add("mul", b.add("mul", b.constant(number), constant), x)
        if not shape:
            return _inner_number(b, number, other)
    if inner.op == "neg":
        return b.add("mul", b.constant(-number), inner.operands[0])
    return None


def _add(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    if operands[0] == operands[1] and b[operands[0]].dtype.kind == "f":
        return b.add("mul", b.constant(2), operands[0])
    number, _, other = _number_first(b, operands)
    shape = np.broadcast_shapes(*(b[k].shape for k in operands))
    if number == 0 and b[other].shape == shape:
        return other
    left, right = operands
    if b[right].op == "neg":
        return b.add("sub", left, b[right].operands[0])
    if b[left].op == "neg":
        return b.add("sub", right, b[left].operands[0])
    return None


def _sub(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    left, right = operands
    if b[right].op == "neg":
        return b.add("add", left, b[right].operands[0])
    return None


def _neg(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    inner = b[operands[0]]
    if inner.op == "neg":
        return inner.operands[0]
    if inner.op == "sub":
        return b.add("sub", inner.operands[1], inner.operands[0])
    return None


def _pow(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    exponent = b.scalar(operands[1])
    if exponent == 2 and b[operands[0]].shape == np.broadcast_shapes(*(b[k].shape for k in operands)):
        return b.add("square", operands[0])
    return None


def _unchanged_shape(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    """An operation that only moves elements, asked for the shape that is there already."""
    x = operands[0]
    return x if parameters["shape"] == b[x].shape else None


def _transpose(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    inner = b[operands[0]]
    if parameters.get("axes") is None and inner.op == "transpose" and inner.parameters.get("axes") is None:
        return inner.operands[0]
    return operands[0] if len(inner.shape) < 2 and parameters.get("axes") is None else None


def _cast(b: Builder, operands: Sequence[int], parameters: Mapping[str, Any]) -> int | None:
    return operands[0] if b[operands[0]].dtype == parameters["dtype"] else None


SIMPLIFY: Mapping[str, Rewrite] = {
    "identity": _same,
    "stop_gradient": _same,
    "chain": _chain,
    "mul": _mul,
    "add": _add,
    "sub": _sub,
    "neg": _neg,
    "pow": _pow,
    "reshape": _unchanged_shape,
    "broadcast": _unchanged_shape,
    "sum_to": _unchanged_shape,
    "transpose": _transpose,
    "cast": _cast,
}


def simplify_operands(b: Builder, op: str, operands: Sequence[int], parameters: Mapping[str, Any]) -> tuple[int, ...]:
    """Operands of an elementwise operation without repetition: numpy's broadcasting does it as well."""
    row = PRIMITIVES[op]
    if len(operands) < 2 or not (row.elementwise or not row.differentiable):
        return tuple(operands)
    shape = np.broadcast_shapes(*(b[k].shape for k in operands))
    leaner = list(operands)
    for place, index in enumerate(operands):
        smaller = _without_repetition(b, index)
        others = [b[k].shape for j, k in enumerate(leaner) if j != place]
        if smaller != index and np.broadcast_shapes(b[smaller].shape, *others) == shape:
            leaner[place] = smaller
    return tuple(leaner)


def _without_repetition(b: Builder, index: int) -> int:
    node = b[index]
    if node.op == "broadcast":
        return _without_repetition(b, node.operands[0])
    number = b.scalar(index)
    if number is not None and node.shape and node.dtype.kind == "f":
        return b.constant(node.dtype.type(number)) if node.dtype != np.float64 else b.constant(number)
    return index
