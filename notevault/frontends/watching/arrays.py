"""Comparing a gradient array with the right one, and saying what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from sympy import lambdify

from notevault.autodiff import PRIMITIVES, Graph, Tensor, gradients, graph
from notevault.frontends.explain import Explanation
from notevault.frontends.misconceptions import OPERANDS, template
from notevault.frontends.numbers import plain

Array = np.ndarray[Any, Any]
MAX_CHECKED = 6
OTHER_POINTS = 2


def agree(claimed: Array, computed: Array, size: float = 1.0) -> bool:
    """Whether the claimed gradient is the computed one, up to rounding (of numbers of this size) and axes of one."""
    if claimed.shape != computed.shape:
        if claimed.ndim == computed.ndim or claimed.size != computed.size or _core(claimed) != _core(computed):
            return False
        claimed = claimed.reshape(computed.shape)
    single = np.float32 in {claimed.dtype.type, computed.dtype.type}
    scale = float(np.max(np.abs(computed), initial=0.0))
    allowed = (1e-4 if single else 1e-7) * scale + (1e-6 if single else 1e-12) * max(1.0, size)
    return bool(np.all(np.abs(claimed - computed) <= allowed))


def _core(array: Array) -> tuple[int, ...]:
    return tuple(length for length in array.shape if length != 1)


def difference_quotient_agrees(loss: Tensor, at: Tensor, slope: Array) -> bool:
    """The engine's gradient against central differences of the same recorded program, at a few elements."""
    program = graph([loss], [at])
    functions = _forward(program)
    base = np.asarray(at.value, dtype=float)
    flat, slopes = base.reshape(-1), slope.reshape(-1)
    chosen = np.unique(np.linspace(0, flat.size - 1, min(MAX_CHECKED, flat.size)).astype(int))
    scale = float(np.max(np.abs(slopes)))
    for element in chosen:
        step = 1e-5 * max(1.0, abs(float(flat[element])))
        values = []
        for sign in (1, -1):
            moved = flat.copy()
            moved[element] += sign * step
            shaped = moved.reshape(base.shape)
            values.append(
                float(np.asarray(program.replay([shaped if base.shape else shaped[()]], functions)[0]).reshape(()))
            )
        quotient = (values[0] - values[1]) / (2 * step)
        if abs(quotient - float(slopes[element])) > 1e-3 * (scale + abs(quotient)) + 1e-8:
            return False
    return True


def counterexample(claimed: Array, computed: Array, at: Tensor) -> dict[str, Any]:
    """The element in which they differ most, with its place (counted from 0); the shapes where those differ."""
    if claimed.shape != computed.shape and (claimed.size != computed.size or _core(claimed) != _core(computed)):
        return {"at": {}, "claimed": str(claimed.shape), "computed": str(computed.shape)}
    if claimed.shape != computed.shape:
        claimed = claimed.reshape(computed.shape)
    place = np.unravel_index(int(np.argmax(np.abs(claimed - computed))), computed.shape)
    where: dict[str, int | float] = {f"index {axis}": int(i) for axis, i in enumerate(place)}
    if not computed.shape and at.name:
        where = {at.name: plain(np.asarray(at.value).reshape(()).item())}
    return {"at": where, "claimed": plain(claimed[place].item()), "computed": plain(computed[place].item())}


def usable(claimed: Array, computed: Array) -> bool:
    """Whether two gradients can be compared: finite numbers, and not all zero."""
    return claimed.dtype.kind in "fi" and bool(
        np.all(np.isfinite(claimed)) and np.all(np.isfinite(computed)) and np.any(computed)
    )


def is_decay(claimed: Array, computed: Array, parameter: Array) -> bool:
    """Whether the claimed gradient is the right one plus a positive multiple of the parameter."""
    if claimed.shape != computed.shape or parameter.size < 2:
        return False
    ratio = _ratio(claimed - computed, parameter)
    return ratio is not None and ratio > 0


def at_points(claimed: Any, computed: Tensor, leaves: Sequence[Tensor]) -> list[tuple[Array, Array]]:
    """The claimed and the computed gradient where the block is, and with its parameters moved, for a second look."""
    here = np.asarray(claimed.value if isinstance(claimed, Tensor) else claimed), np.asarray(computed.value)
    if not isinstance(claimed, Tensor):
        return [here]
    program = graph([claimed, computed], leaves)
    found = [here]
    if any(_is_masked(node.parameters.get("index")) for node in program.nodes):
        return found  # which elements a mask picks was settled here, and would be stale elsewhere
    for seed in range(OTHER_POINTS):
        source = np.random.default_rng(seed)
        moved = [
            np.asarray(leaf.value) * (0.8 + 0.1 * source.random(leaf.shape)) + 0.05 * source.random(leaf.shape)
            for leaf in leaves
        ]
        said, right = program.replay([m[()] for m in moved], _forward(program))
        if usable(np.asarray(said), np.asarray(right)):
            found.append((np.asarray(said), np.asarray(right)))
    return found


def _is_masked(index: Any) -> bool:
    """Whether an index picks elements by a mask, or by positions that may have been computed."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, np.ndarray | list) for part in parts)


def _forward(program: Graph) -> dict[str, Any]:
    return {
        node.primitive: PRIMITIVES[node.primitive].forward for node in program.nodes if node.primitive in PRIMITIVES
    }


def explain_arrays(pairs: Sequence[tuple[Array, Array]], loss: Tensor, at: Tensor) -> Explanation:
    """The smallest change that makes the claimed gradient right at all the points; the first is where the block is."""
    claimed, computed = pairs[0]
    if claimed.ndim == 2 and claimed.T.shape == computed.shape and all(agree(c.T, r) for c, r in pairs):
        text = f"it is transposed: its shape is {claimed.shape}, that of the parameter {computed.shape}"
        return Explanation("transposed", text)
    if claimed.size != computed.size or _core(claimed) != _core(computed):
        shapes = f"it has the shape {claimed.shape}, the parameter {computed.shape}"
        return Explanation("transposed" if claimed.T.shape == computed.shape else "shape", shapes)
    ratio = _ratio(np.concatenate([r.ravel() for _, r in pairs]), np.concatenate([c.ravel() for c, _ in pairs]))
    if ratio == -1:
        return Explanation("sign", "the sign is wrong")
    if ratio is not None and (ratio.numerator * ratio.denominator < 100 or computed.size * len(pairs) > 2):
        return _factor(ratio, loss)
    return _wrong_local_derivative(claimed, loss, at) or Explanation("not localised", "wrong, not localised")


def _ratio(above: Array, below: Array) -> Fraction | None:
    """The number that above / below is in every element, when it is a simple fraction."""
    used = np.abs(above) > 1e-9 * float(np.max(np.abs(above)))
    if not np.all(used == (np.abs(below) > 1e-9 * float(np.max(np.abs(below), initial=0.0)))) or not np.any(used):
        return None
    ratios = above[used] / below[used]
    if float(np.ptp(ratios)) > 1e-6 * abs(float(ratios.flat[0])):
        return None
    near = Fraction(float(np.median(ratios))).limit_denominator(10_000)
    return near if near and abs(float(near) / float(np.median(ratios)) - 1) < 1e-6 else None


def _factor(ratio: Fraction, loss: Tensor) -> Explanation:
    counts = _lengths(loss)
    for times in (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(-1)):
        rest = ratio / times
        also = "" if times == 1 else f", and the factor {times} is missing"
        if rest.numerator == 1 and rest.denominator in counts:
            text = f"it is the gradient of the sum, not of the mean: the factor 1/{rest.denominator} is missing{also}"
            return Explanation("sum for mean", text)
        if rest.denominator == 1 and rest.numerator in counts and rest != 1:
            text = f"it is the gradient of the mean, not of the sum: the factor 1/{rest.numerator} is too much{also}"
            return Explanation("sum for mean", text)
    if ratio.denominator == 1 and ratio > 0:
        return Explanation("factor", f"the factor {ratio} is missing")
    return Explanation("factor", f"it must be multiplied by {ratio}")


def _lengths(loss: Tensor) -> set[int]:
    """The lengths over which the recorded program sums or averages."""
    found: set[int] = set()
    program = graph([loss], [])
    for node in program.nodes:
        if node.primitive in {"sum", "mean", "mse", "cross_entropy", "bce", "matmul", "dot"}:
            value = np.asarray(program.nodes[node.parents[0]].value)
            found |= {length for length in (*value.shape, value.size) if length > 2}
    return found


def _wrong_local_derivative(claimed: Array, loss: Tensor, at: Tensor) -> Explanation | None:
    """One elementwise operation on the way was passed with a wrong local derivative, or as if it were 1."""
    total = np.asarray(gradients(loss, [at])[0].value)
    for node in _elementwise_between(loss, at):
        row = node.primitive
        if row is None:
            continue
        above = gradients(loss, [node])[0].value
        for place, operand in enumerate(node.operands):
            if not isinstance(operand, Tensor):
                continue
            rest = total - np.asarray(gradients(node, [at], cotangent=above)[0].value)
            for local, kind, text in _tried(row.name, place, node):
                through = np.asarray(gradients(operand, [at], cotangent=_summed(above * local, operand.shape))[0].value)
                if agree(claimed, rest + through):
                    return Explanation(kind, text)
    return None


def _summed(cotangent: Array, shape: tuple[int, ...]) -> Array:
    """A cotangent summed over the axes along which its operand was spread out."""
    array = np.asarray(cotangent)
    array = array.sum(axis=tuple(range(array.ndim - len(shape))))
    spread = tuple(axis for axis, length in enumerate(shape) if length == 1 and array.shape[axis] != 1)
    return np.asarray(array.sum(axis=spread, keepdims=True))


def _tried(name: str, place: int, node: Tensor) -> Iterator[tuple[Any, str, str]]:
    """Local derivatives that people put in the place of the right one: none at all, and the known misconceptions."""
    what = "other factor of the product" if name == "mul" else f"derivative of {name}"
    yield 1.0, "missing chain factor", f"the {what} is missing in the chain"
    for number, misconception in enumerate(PRIMITIVES[name].misconceptions):
        wrong = template(name, number)
        if wrong is None or misconception.operand != place:
            continue
        local = lambdify([sympy.Symbol(letter) for letter in OPERANDS], wrong, "numpy")
        operands = [*node.arguments, *[None] * (2 - len(node.arguments))]
        yield (
            local(*operands[:2], node.value),
            "wrong local derivative",
            f"the local derivative of {name} is wrong: {misconception.why}",
        )


def _elementwise_between(loss: Tensor, at: Tensor) -> list[Tensor]:
    """The elementwise operations with a derivative other than 1 or -1 behind the loss, the last first."""
    found: dict[int, Tensor] = {}
    pending = [loss]
    while pending:
        node = pending.pop()
        if node.index in found or node is at:
            continue
        found[node.index] = node
        pending.extend(operand for operand in node.operands if isinstance(operand, Tensor))
    plain_ones = {"add", "sub", "neg", "identity", "cast"}
    return [
        node
        for _, node in sorted(found.items(), reverse=True)
        if node.primitive is not None and node.primitive.elementwise and node.primitive.name not in plain_ones
    ][:40]
