"""Arithmetic of scalars and vectors, as formulas mean it: a row times a column is a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import sympy

from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.symbolic.expressions import Expr


@dataclass(frozen=True, slots=True)
class Vec:
    """A vector; `row` when it is transposed."""

    items: tuple[Expr, ...]
    row: bool = False


Value = Expr | Vec


def scaled(factor: Expr, value: Value) -> Value:
    if isinstance(value, Vec):
        return replace(value, items=tuple(factor * item for item in value.items))
    return factor * value


def _zipped(operation: Callable[[Expr, Expr], Expr]) -> Callable[[Value, Value], Value]:
    def combine(left: Value, right: Value) -> Value:
        if isinstance(left, Vec) and isinstance(right, Vec) and len(left.items) == len(right.items):
            return replace(left, items=tuple(operation(a, b) for a, b in zip(left.items, right.items, strict=True)))
        if isinstance(left, Vec) or isinstance(right, Vec):
            raise NotUnderstoodError("+", 0, "a vector and a number")
        return operation(left, right)

    return combine


def _times(left: Value, right: Value) -> Value:
    if isinstance(left, Vec) and isinstance(right, Vec):
        if left.row and not right.row and len(left.items) == len(right.items):
            return sympy.Add(*(a * b for a, b in zip(left.items, right.items, strict=True)))
        raise NotUnderstoodError("*", 0, "a product of two vectors")
    if isinstance(left, Vec):
        return scaled(right, left)
    return scaled(left, right)


def _dot(left: Value, right: Value) -> Value:
    if isinstance(left, Vec) and isinstance(right, Vec) and len(left.items) == len(right.items):
        return sympy.Add(*(a * b for a, b in zip(left.items, right.items, strict=True)))
    return _times(left, right)


def _over(left: Value, right: Value) -> Value:
    if isinstance(right, Vec):
        raise NotUnderstoodError("/", 0, "a division by a vector")
    if right == 0:
        raise NotUnderstoodError("/", 0, "a division by zero")
    return scaled(1 / right, left)


def length_of(value: Vec, order: int) -> Expr:
    if order == 1:
        return sympy.Add(*(sympy.Abs(item) for item in value.items))
    return sympy.sqrt(sympy.Add(*(item**2 for item in value.items)))


ARITHMETIC: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": _zipped(lambda a, b: a + b),
    "-": _zipped(lambda a, b: a - b),
    "*": _times,
    "dot": _dot,
    "odot": _zipped(lambda a, b: a * b),
    "/": _over,
}
