"""Masks and choices: comparisons, where, maximum, minimum, clip. A mask is a primitive too, so a recorded
gradient that depends on one holds at every other point."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from notevault.autodiff.operations.identities import cast
from notevault.autodiff.primitive import Kink, Reals, Sample, Value
from notevault.autodiff.rules import broadcast_like, elementwise, mask, operation, unbroadcast
from notevault.autodiff.tensor import dtype_of, shape_of

PAIR = (Sample((Reals((3, 4)), Reals((4,)))),)
BOTH = (Sample((Reals(), Reals())), Sample((Reals((3, 4)), Reals((4,)))))


@mask(latex="#1 > #2", sympy="StrictGreaterThan", code="np.greater({0}, {1}, out={out})", samples=PAIR)
def greater(a: Value, b: Value) -> Value:
    """Whether a > b, element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(greater(2.0, 1.0))
    True
    """
    return operator.gt(a, b)


@mask(latex=r"#1 \geq #2", sympy="GreaterThan", code="np.greater_equal({0}, {1}, out={out})", samples=PAIR)
def greater_equal(a: Value, b: Value) -> Value:
    """Whether a >= b, element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(greater_equal(1.0, 1.0))
    True
    """
    return operator.ge(a, b)


@mask(latex="#1 < #2", sympy="StrictLessThan", code="np.less({0}, {1}, out={out})", samples=PAIR)
def less(a: Value, b: Value) -> Value:
    """Whether a < b, element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(less(2.0, 1.0))
    False
    """
    return operator.lt(a, b)


@mask(latex=r"#1 \leq #2", sympy="LessThan", code="np.less_equal({0}, {1}, out={out})", samples=PAIR)
def less_equal(a: Value, b: Value) -> Value:
    """Whether a <= b, element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(less_equal(1.0, 1.0))
    True
    """
    return operator.le(a, b)


@mask(latex="#1 = #2", sympy="Equality", code="np.equal({0}, {1}, out={out})", samples=PAIR)
def equal(a: Value, b: Value) -> Value:
    """Whether a = b, element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(equal(1.0, 1.0))
    True
    """
    return operator.eq(a, b)


@mask(latex=r"#1 \neq #2", sympy="Unequality", code="np.not_equal({0}, {1}, out={out})", samples=PAIR)
def not_equal(a: Value, b: Value) -> Value:
    """Whether a and b differ, element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(not_equal(1.0, 1.0))
    False
    """
    return operator.ne(a, b)


@mask(latex=r"#1 \land #2", sympy="And", code="np.logical_and({0}, {1}, out={out})", samples=PAIR)
def logical_and(a: Value, b: Value) -> Value:
    """Whether both are true (not 0), element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(logical_and(True, False))
    False
    """
    return np.logical_and(a, b)


@mask(latex=r"#1 \lor #2", sympy="Or", code="np.logical_or({0}, {1}, out={out})", samples=PAIR)
def logical_or(a: Value, b: Value) -> Value:
    """Whether one of them is true (not 0), element by element; a mask.

    Shapes: a, b broadcast -> their common shape. Rule: the derivative is 0.

    >>> bool(logical_or(True, False))
    True
    """
    return np.logical_or(a, b)


def _pick(condition: Value, a: Value, b: Value) -> Value:
    if np.ndim(condition) == 0 and np.ndim(a) == 0 and np.ndim(b) == 0:
        chosen, other = (a, b) if condition else (b, a)
        # a whole number takes the type of the other side, as in np.where: the type must not depend on the condition
        if isinstance(chosen, int) and not isinstance(other, int):
            return other.dtype.type(chosen) if hasattr(other, "dtype") else type(other)(chosen)
        return chosen
    return np.where(condition, a, b)


def _pull_chosen(g: Value, y: Value, condition: Value, a: Value, b: Value) -> Value:
    return unbroadcast(where(condition, g, 0), a)


def _pull_other(g: Value, y: Value, condition: Value, a: Value, b: Value) -> Value:
    return unbroadcast(where(condition, 0, g), b)


def _push_where(tangents: Any, y: Value, condition: Value, a: Value, b: Value) -> Value:
    _, da, db = tangents
    if da is None and db is None:
        return None
    return broadcast_like(where(condition, 0 if da is None else da, 0 if db is None else db), y)


@operation(
    vjp=(None, _pull_chosen, _pull_other),
    jvp=_push_where,
    latex=r"\begin{cases} #2 & #1 \\ #3 & \text{otherwise} \end{cases}",
    partials_latex=("0", "[#1]", r"[\lnot #1]"),
    sympy="Piecewise",
    samples=(
        Sample((np.True_, Reals(), Reals())),
        Sample((lambda: np.arange(12).reshape(3, 4) % 3 == 0, Reals((3, 4)), Reals((4,)))),
    ),
)
def where(condition: Value, a: Value, b: Value) -> Value:
    """a where the condition holds, else b.

    Shapes: the three broadcast. Rule: dy = da where the condition holds, else db; nothing, not even 0 * NaN,
    comes from the side that was not chosen.

    >>> where(np.array([True, False]), 1.0, 2.0)
    array([1., 2.])
    """
    return _pick(condition, a, b)


def _share(y: Value, x: Value, other: Value) -> Value:
    """1 where x is the value chosen, 0 where it is not, one half where both are."""
    kind = dtype_of(x if shape_of(x) else y)
    return cast(equal(x, y), dtype=kind) / (1 + cast(equal(x, other), dtype=kind))


@elementwise(
    partials=(_share, lambda y, a, b: _share(y, b, a)),
    latex=r"\max(#1, #2)",
    partials_latex=("[#1 > #2]", "[#2 > #1]"),
    sympy="Max",
    kinks=(Kink("#1 = #2", "one half to each", lambda a, b: np.abs(a - b)),),
    complex_step=False,
    code="np.maximum({0}, {1}, out={out})",
    samples=BOTH,
)
def maximum(a: Value, b: Value) -> Value:
    """The larger of a and b.

    Shapes: a, b broadcast -> their common shape. Rule: the cotangent goes to the larger; half to each at a
    tie.

    >>> float(maximum(1.0, 2.0))
    2.0
    """
    return np.maximum(a, b)


@elementwise(
    partials=(_share, lambda y, a, b: _share(y, b, a)),
    latex=r"\min(#1, #2)",
    partials_latex=("[#1 < #2]", "[#2 < #1]"),
    sympy="Min",
    kinks=(Kink("#1 = #2", "one half to each", lambda a, b: np.abs(a - b)),),
    complex_step=False,
    code="np.minimum({0}, {1}, out={out})",
    samples=BOTH,
)
def minimum(a: Value, b: Value) -> Value:
    """The smaller of a and b.

    Shapes: a, b broadcast -> their common shape. Rule: the cotangent goes to the smaller; half to each at a
    tie.

    >>> float(minimum(1.0, 2.0))
    1.0
    """
    return np.minimum(a, b)


def _inside(y: Value, x: Value, *, low: Any = None, high: Any = None) -> Value:
    return equal(x, y)


def _to_bounds(x: Value, *, low: Any = None, high: Any = None) -> Value:
    bounds = [np.abs(x - bound) for bound in (low, high) if bound is not None]
    return np.minimum(*bounds) if len(bounds) == 2 else bounds[0]


@elementwise(
    partials=(_inside,),
    latex=r"\operatorname{clip}(#1)",
    partials_latex=(r"[\ell \leq #1 \leq h]",),
    sympy="Clip",
    kinks=(Kink(r"#1 \in \{\ell, h\}", "1, the slope inside", _to_bounds),),
    complex_step=False,
    samples=(
        Sample((Reals(),), {"low": -1.05, "high": 1.0}),
        Sample((Reals((3, 4)),), {"low": -1.05, "high": 1.0}),
        Sample((Reals((3, 4)),), {"low": 0.1, "high": None}),
    ),
)
def clip(x: Value, *, low: Any = None, high: Any = None) -> Value:
    """x held between low and high; None leaves a side open.

    Shapes: any -> the same; bounds are numbers or arrays that broadcast to it. Rule: dy = dx where low <= x
    <= high, else 0.

    >>> clip(np.array([-2.0, 0.5, 2.0]), low=-1.0, high=1.0)
    array([-1. ,  0.5,  1. ])
    """
    return x if low is None and high is None else np.clip(x, low, high)
