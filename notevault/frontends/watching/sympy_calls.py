"""Sympy's ways to differentiate, and what each call claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.tensor import array

from notevault.frontends.derivation import Layout, implicit, jacobian
from notevault.frontends.gradients import is_scalar

MAX_ORDER = 4


@dataclass(frozen=True, slots=True)
class Call:
    """That the result of a call is the derivative of `function` by `by`."""

    function: Any
    by: tuple[Any, ...]
    layout: Layout | None = None


Reader = Callable[..., Call | None]
"""From the arguments of a call to what it claims; None when that is nothing that can be looked at."""


def _diff(function: Any, *arguments: Any, **_: Any) -> Call | None:
    """The variables of `diff(f, x, 2, y)` one by one; None when they are not names, matrices of names, and counts."""
    by: list[Any] = []
    for argument in arguments:
        if isinstance(argument, int | sympy.Integer):
            if not by or not 1 <= int(argument) <= MAX_ORDER:
                return None
            by += [by[-1]] * (int(argument) - 1)
        elif isinstance(argument, tuple | list | sympy.Tuple):
            more = _counted(argument)
            if more is None:
                return None
            by += more
        elif is_name(argument) or isinstance(argument, sympy.MatrixBase | sympy.MatrixSymbol | sympy.NDimArray):
            by.append(argument)
        else:
            return None
    if not arguments and is_scalar(function):
        by = list(function.free_symbols)
        if len(by) != 1:
            return None
    return Call(function, tuple(by)) if by and _differentiable(function) else None


def _counted(pair: Any) -> list[Any] | None:
    """`(x, 2)`, or `[[x, y]]` for the derivatives by each."""
    if len(pair) == 2 and is_name(pair[0]) and isinstance(pair[1], int | sympy.Integer):
        return [pair[0]] * int(pair[1]) if 1 <= int(pair[1]) <= MAX_ORDER else None
    if len(pair) == 1 and isinstance(pair[0], list | tuple | sympy.Tuple):
        return [list(pair[0])]
    return None


def is_name(value: Any) -> bool:
    """Whether sympy differentiates by it: a symbol, or an entry of an array of symbols."""
    return isinstance(value, sympy.Symbol | sympy.Indexed | sympy.matrices.expressions.matexpr.MatrixElement)


def _differentiable(value: Any) -> bool:
    return is_scalar(value) or isinstance(value, sympy.MatrixBase | sympy.MatrixExpr | sympy.NDimArray)


def _jacobian(function: Any, by: Any) -> Call:
    return Call(function, (by,), jacobian)


def _hessian(function: Any, by: Any, constraints: Any = ()) -> Call | None:
    names = list(by)
    return None if constraints or not is_scalar(function) else Call(function, (names, names))


def _by_array(function: Any, by: Any) -> Call | None:
    names = by if hasattr(by, "shape") or is_name(by) else list(by)
    return Call(function, (names,)) if _differentiable(function) or isinstance(function, list | tuple) else None


def _doit(derivative: Any, **_: Any) -> Call | None:
    by = [name for name, count in derivative.variable_count for _ in range(int(count))]
    return Call(derivative.expr, tuple(by)) if len(by) <= MAX_ORDER and _differentiable(derivative.expr) else None


def _implicit(equation: Any, y: Any, x: Any, n: Any = 1) -> Call | None:
    if n != 1 or not is_name(y) or not is_scalar(equation):
        return None
    return Call(equation, (y, x), implicit)


WATCHED: tuple[tuple[Any, str, Reader], ...] = (
    (sympy, "diff", _diff),
    (sympy.Expr, "diff", _diff),
    (sympy.MatrixBase, "diff", _diff),
    (sympy.MatrixBase, "jacobian", _jacobian),
    (sympy, "hessian", _hessian),
    (sympy.matrices, "hessian", _hessian),
    (sympy, "derive_by_array", _by_array),
    (array, "derive_by_array", _by_array),
    (sympy.Derivative, "doit", _doit),
    (sympy, "idiff", _implicit),
)
"""Where sympy differentiates: an object, the name in it, and how its calls are read."""
