"""Faults of the gradient as a whole: transposed, the wrong sign, a factor, the sum for the mean."""

from __future__ import annotations

import ast
from collections.abc import Collection
from fractions import Fraction

import numpy as np

from notevault.autodiff import Tensor
from notevault.autodiff.sweep import recorded
from notevault.frontends.backward.points import OTHER_POINTS, Array, agree, core
from notevault.frontends.backward.search import Search
from notevault.frontends.explain import Explanation

_REDUCTIONS = frozenset({"sum", "mean", "mse", "cross_entropy", "bce", "matmul", "dot", "norm", "var"})


def transposed(search: Search) -> Explanation | None:
    """The right values with rows and columns exchanged."""
    claimed, right = search.here
    if claimed.ndim != 2 or claimed.T.shape != right.shape or (claimed.shape == right.shape and min(claimed.shape) < 2):
        return None
    turned = search.claimed.T
    shapes = f": its shape is {_shape(claimed)}, that of {search.parameter} {_shape(right)}"
    more = shapes if claimed.shape != right.shape else ""
    if search.is_right(turned):
        return Explanation("transposed", f"{search.name} is transposed{more}")
    if claimed.shape != right.shape:
        times = ratio(right, claimed.T)
        if times is not None and search.is_right(turned * float(times)):
            return Explanation("transposed", f"{search.name} is transposed{more}; and it must be multiplied by {times}")
    return None


def sign_or_factor(search: Search) -> Explanation | None:
    """A number that the whole gradient must be multiplied by, the same at all points."""
    sides = [search.here]
    for seed in range(OTHER_POINTS):
        moved = search.points.at(seed, [search.claimed, search.right])
        if moved is not None and bool(np.all(np.isfinite(moved[0])) and np.all(np.isfinite(moved[1]))):
            sides.append((moved[0], moved[1]))
    claimed, right = search.here
    if claimed.size != right.size or core(claimed.shape) != core(right.shape):
        return None
    found = ratio(np.concatenate([r.ravel() for _, r in sides]), np.concatenate([c.ravel() for c, _ in sides]))
    if found == -1:
        return Explanation("sign", f"the sign of {search.name} is wrong" if search.name else "the sign is wrong")
    if (
        found is None
        or found == 1
        or (abs(found.numerator * found.denominator) >= 100 and right.size * len(sides) <= 2)
    ):
        return None
    return _factor(found, search)


def missing_sum(search: Search) -> Explanation | None:
    """One number (or row) for each sample, where their sum belongs."""
    claimed, right = search.here
    for axis in range(claimed.ndim):
        if claimed.shape[axis] > 1 and core(claimed.sum(axis=axis).shape) == core(right.shape):
            summed = search.claimed.sum(axis=axis)
            if search.is_right(summed):
                text = (
                    f"{search.name} is not summed over axis {axis}: {search.parameter} serves all "
                    f"{claimed.shape[axis]} of them, so its gradient is their sum"
                )
                return Explanation("missing sum", text)
    if claimed.size == 1 < right.size and agree(claimed.reshape(()), np.asarray(right.sum())):
        text = f"{search.name} is summed over all axes: {search.parameter} has the shape {_shape(right)}"
        return Explanation("shape", text)
    return None


def ratio(above: Array, below: Array) -> Fraction | None:
    """The number that above / below is in every element, when it is a simple fraction."""
    if above.shape != below.shape:
        return None
    used = np.abs(above) > 1e-9 * float(np.max(np.abs(above), initial=0.0))
    if not np.all(used == (np.abs(below) > 1e-9 * float(np.max(np.abs(below), initial=0.0)))) or not np.any(used):
        return None
    ratios = above[used] / below[used]
    if float(np.ptp(ratios)) > 1e-6 * abs(float(ratios.flat[0])):
        return None
    middle = float(np.median(ratios))
    near = Fraction(middle).limit_denominator(10_000)
    return near if near and abs(float(near) / middle - 1) < 1e-6 else None


def _factor(found: Fraction, search: Search) -> Explanation:
    for times in (Fraction(1), Fraction(-1), Fraction(2), Fraction(1, 2)):
        text = count_of_mean(search, found / times)
        if text is not None and (times == 1 or found.numerator * found.denominator > 4):
            also = (
                ""
                if times == 1
                else "; and the sign is wrong"
                if times == -1
                else f"; and it must be multiplied by {times}"
            )
            return Explanation("sum for mean", text + also)
    if found.denominator == 1 and found > 0:
        return Explanation("factor", f"the factor {found} is missing")
    if found.numerator == 1 and found > 0:
        return Explanation("factor", f"the factor {found.denominator} is too much")
    return Explanation("factor", f"it must be multiplied by {found}")


def count_of_mean(search: Search, times: Fraction) -> str | None:
    """What is to be said where a sum stands for a mean, or a mean for a sum: the factor is 1/n, or n."""
    lengths = _lengths(search.loss)
    if times.numerator == 1 and times.denominator in lengths and times != 1:
        count = times.denominator
        if count not in _averaged(search.loss, lengths) or (count == 2 and _divides(search)):
            return None
        name = search.wording.count(count) or "n"
        return f"the factor 1/{name} is missing: the loss is a mean over {name} = {count} {lengths[count]}"
    if times.denominator == 1 and times.numerator in lengths and times.numerator > 2 and _divides(search):
        count = times.numerator
        name = search.wording.count(count) or "n"
        return f"the factor 1/{name} is too much: the loss is no mean over the {name} = {count} {lengths[count]}"
    return None


def _divides(search: Search) -> bool:
    """Whether the claimed line divides, or takes a mean."""
    expression = search.line.expression
    return expression is None or any(
        isinstance(node, ast.Div) or (isinstance(node, ast.Attribute) and node.attr in {"mean", "average"})
        for node in ast.walk(expression)
    )


def _averaged(loss: Tensor, lengths: Collection[int]) -> set[int]:
    """The lengths by which the loss is divided: those of its means, and n where it holds n, 1/n, 2n or 1/(2n)."""
    found: set[int] = set()
    for node in recorded([loss]):
        name = node.primitive.name if node.primitive is not None else ""
        if name in {"mean", "var", "std"}:
            found.add(round(np.size(node.arguments[0]) / max(1, np.size(node.value))))
        for operand in node.arguments if name in {"mul", "div"} else ():
            number = np.asarray(operand)
            if number.ndim == 0 and number.dtype.kind in "fiu" and number != 0:
                size = max(abs(float(number)), 1 / abs(float(number)))
                counts = [round(part) for part in (size, size / 2, 2 * size) if abs(part - round(part)) < 1e-9 * part]
                found |= set([count for count in counts if count in lengths and count > 2][:1])
    return found


def _lengths(loss: Tensor) -> dict[int, str]:
    """The lengths over which the recorded program sums or averages, each with what it counts."""
    found: dict[int, str] = {}
    for node in recorded([loss]):
        if node.primitive is None or node.primitive.name not in _REDUCTIONS:
            continue
        for shape in (np.shape(operand) for operand in node.arguments[:2]):
            counted = [(length, "rows" if len(shape) > 1 else "values") for length in shape[:1]]
            counted += [(length, "columns") for length in shape[1:]]
            for length, what in [*counted, (int(np.prod(shape, dtype=int)), "values")]:
                if length > 1:
                    found.setdefault(length, what)
    return found


def _shape(value: Array) -> str:
    return str(tuple(value.shape))
