"""Sums, products, indexed names and functions made of others, as steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sympy
from sympy.core.function import Subs

from notevault.frontends.symbolic.differentiating import differentiate
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.flattening import Expansion, Flattener, Scope
from notevault.frontends.symbolic.steps import TooLargeError, UnknownHeadError, UnknownSizeError

MAX_TERMS = 500
MAX_ORDER = 6


def _over_a_range(head: str, empty: int) -> Expansion:
    """A sum or a product; `empty` is its value over no range at all."""

    def expand(flattener: Flattener, part: Expr, scope: Scope) -> int:
        terms = list(_terms(flattener, part.function, tuple(part.limits), scope))
        if not terms:
            return flattener.builder.number(sympy.Integer(empty))
        return terms[0] if len(terms) == 1 else flattener.builder.apply(head, *terms)

    return expand


def _terms(flattener: Flattener, function: Expr, limits: Sequence[Expr], scope: Scope) -> Iterator[int]:
    """The first limit is the innermost, as sympy has it."""
    if not limits:
        yield flattener.scalar(function, scope)
        return
    *inner, limit = limits
    if len(limit) != 3:
        raise UnknownSizeError(f"the range of {limit[0]}")
    name, low, high = limit[0], flattener.whole(limit[1], scope), flattener.whole(limit[2], scope)
    if high < low - 1 or high - low >= MAX_TERMS:
        raise TooLargeError(f"a range from {low} to {high}")
    for value in range(low, high + 1):
        reading = scope.reading({name: flattener.builder.number(sympy.Integer(value))})
        yield from _terms(flattener, function, inner, reading)


def _indexed(flattener: Flattener, part: Expr, scope: Scope) -> int:
    label = part.base.label
    if not isinstance(label, sympy.Symbol):
        raise UnknownHeadError("Indexed")
    places = ", ".join(str(flattener.whole(index, scope)) for index in part.indices)
    return flattener.builder.symbol(entry(label, places))


def entry(label: Expr, places: str) -> Expr:
    """The symbol of one entry of an array of symbols."""
    assumed = {name: label.assumptions0.get(name) for name in ("positive", "negative", "integer", "nonnegative")}
    return sympy.Symbol(f"{label.name}[{places}]", **{name: True for name, holds in assumed.items() if holds})


def _index(flattener: Flattener, part: Expr, scope: Scope) -> int:
    """An `Idx` that no sum binds stands for its label."""
    return flattener.scalar(part.label, scope)


def _derivative(flattener: Flattener, part: Expr, scope: Scope) -> int:
    """A derivative that was written and not taken: the engine takes it."""
    names = [variable for variable, _ in part.variable_count]
    inside = scope.reading({}, without=names)
    step = flattener.scalar(part.expr, inside)
    for variable, count in part.variable_count:
        place = flattener.scalar(variable, inside)
        times = flattener.whole(count, scope)
        if flattener.builder.steps[place].head != "symbol" or times > MAX_ORDER:
            raise UnknownHeadError("Derivative")
        for _ in range(times):
            ((step,),) = differentiate(flattener.builder, [step], [place])
    outside = {flattener.scalar(name, inside): scope.values[name] for name in names if name in scope.values}
    return flattener.builder.replaced(step, outside) if outside else step


def _substituted(flattener: Flattener, part: Subs, scope: Scope) -> int:
    values = {name: flattener.scalar(value, scope) for name, value in zip(part.variables, part.point, strict=True)}
    return flattener.scalar(part.expr, scope.reading(values))


_a, _b, _c = (sympy.Dummy(name) for name in "abc")
_COMPOSED: Mapping[str, tuple[tuple[Expr, ...], Expr]] = {
    "sinc": ((_a,), sympy.Piecewise((1, sympy.Eq(_a, 0)), (sympy.sin(_a) / _a, True))),
    "frac": ((_a,), _a - sympy.floor(_a)),
    "ITE": ((_a, _b, _c), sympy.Piecewise((_b, sympy.Ne(_a, 0)), (_c, True))),
    "exp2": ((_a,), sympy.Integer(2) ** _a),
    "expm1": ((_a,), sympy.exp(_a) - 1),
    "log1p": ((_a,), sympy.log(1 + _a)),
    "log2": ((_a,), sympy.log(_a) / sympy.log(2)),
    "log10": ((_a,), sympy.log(_a) / sympy.log(10)),
    "Sqrt": ((_a,), sympy.sqrt(_a)),
    "Cbrt": ((_a,), sympy.sign(_a) * sympy.Abs(_a) ** sympy.Rational(1, 3)),
    "hypot": ((_a, _b), sympy.sqrt(_a**2 + _b**2)),
    "fma": ((_a, _b, _c), _a * _b + _c),
}
"""Functions that are only short names of others."""


def _composed(flattener: Flattener, part: Expr, scope: Scope) -> int:
    names, body = _COMPOSED[type(part).__name__]
    if len(names) != len(part.args):
        raise UnknownHeadError(type(part).__name__)
    values = [flattener.scalar(operand, scope) for operand in part.args]
    return flattener.scalar(body, Scope(dict(zip(names, values, strict=True))))


def _delta(flattener: Flattener, part: Expr, scope: Scope) -> int:
    """Kronecker's delta."""
    first, second = (flattener.scalar(operand, scope) for operand in part.args[:2])
    builder = flattener.builder
    one, zero, otherwise = (builder.number(n) for n in (sympy.Integer(1), sympy.Integer(0), sympy.true))
    return builder.apply("Piecewise", one, builder.apply("Equality", first, second), zero, otherwise)


EXPANSIONS: Mapping[str, Expansion] = {
    "Sum": _over_a_range("Add", 0),
    "Product": _over_a_range("Mul", 1),
    "Indexed": _indexed,
    "Idx": _index,
    "Derivative": _derivative,
    "Subs": _substituted,
    "KroneckerDelta": _delta,
    **dict.fromkeys(_COMPOSED, _composed),
}
"""Heads as steps, by the name of their class."""
