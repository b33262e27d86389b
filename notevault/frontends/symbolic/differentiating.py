"""The engine differentiates steps: they are applied to tensors, and the recorded gradient becomes steps again.

Every number among the steps is a leaf of the tape, so that it comes back exactly. No sympy expression is made on the
way: sympy asks every new expression for its assumptions, which walks shared parts again at every use (`tanh` of a
real argument does, from about nine layers on without end).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import sympy

from notevault.autodiff import Tensor, apply, gradients, graph, tensor
from notevault.frontends.symbolic.building import Builder
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.parts import Part, Steps
from notevault.frontends.symbolic.raising import TRIGONOMETRIC, raising
from notevault.frontends.symbolic.steps import Program, UnknownHeadError


def _fold(primitive: str) -> Callable[..., Any]:
    return lambda *operands: reduce(lambda a, b: apply(primitive, a, b), operands)


def _of(primitive: str) -> Callable[..., Any]:
    return lambda *operands: apply(primitive, *operands)


def _reciprocal_of(primitive: str) -> Callable[..., Any]:
    return lambda x: apply("reciprocal", apply(primitive, x))


def _piecewise(*flat: Any) -> Any:
    """`where` inside `where`; the last branch stands for all that is left."""
    *branches, (value, _) = zip(flat[::2], flat[1::2], strict=True)
    for branch, condition in reversed(branches):
        value = apply("where", condition, branch, value)
    return value


def _not(x: Any) -> Any:
    return apply("equal", x, 0)


LOWER: Mapping[str, Callable[..., Any]] = {
    "Add": _fold("add"),
    "Mul": _fold("mul"),
    "Pow": _of("pow"),
    **{name: _of(name) for name in ("exp", "log", "sign", "floor", *TRIGONOMETRIC)},
    "ceiling": _of("ceil"),
    "Mod": _of("mod"),
    "erf": _of("erf"),
    "erfc": _of("erfc"),
    "Abs": _of("abs"),
    "Max": _fold("maximum"),
    "Min": _fold("minimum"),
    "sec": _reciprocal_of("cos"),
    "csc": _reciprocal_of("sin"),
    "cot": lambda x: apply("div", apply("cos", x), apply("sin", x)),
    "sech": _reciprocal_of("cosh"),
    "csch": _reciprocal_of("sinh"),
    "coth": lambda x: apply("div", apply("cosh", x), apply("sinh", x)),
    "acot": lambda x: apply("atan", apply("reciprocal", x)),
    "Heaviside": lambda x, at_zero=0.5: apply(
        "where", apply("greater", x, 0), 1.0, apply("where", apply("less", x, 0), 0.0, at_zero)
    ),
    "re": _of("real"),
    "conjugate": _of("conj"),
    "im": _of("imag"),
    "arg": _of("angle"),
    "StrictGreaterThan": _of("greater"),
    "GreaterThan": _of("greater_equal"),
    "StrictLessThan": _of("less"),
    "LessThan": _of("less_equal"),
    "Equality": _of("equal"),
    "Unequality": _of("not_equal"),
    "And": _fold("logical_and"),
    "Or": _fold("logical_or"),
    "Not": _not,
    "Xor": lambda *operands: reduce(lambda a, b: apply("not_equal", a, b), operands),
    "Piecewise": _piecewise,
}
"""A sympy head as engine operations; every number is real."""

LOWERED_HEADS = frozenset(LOWER)


def run(program: Program, number: Callable[[Expr], Any], values: Mapping[Expr, Any]) -> list[Any]:
    """The outputs of a program on the engine."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # a point may lie outside the domain
        warnings.simplefilter("ignore", RuntimeWarning)
        return program.run(LOWER, number, values)


def differentiate(builder: Builder, outputs: Sequence[int], variables: Sequence[int]) -> list[list[int]]:
    """The steps of the derivatives: a row for each output, in it one for each variable (a symbol's step).

    Raises UnknownHeadError for a function that the engine does not have.
    """
    program = builder.program([*outputs, *variables])
    for step in program.steps:
        if step.head not in LOWERED_HEADS and step.head not in {"symbol", "number"}:
            raise UnknownHeadError(step.head)
    leaves: dict[Expr, Tensor] = {}

    def leaf(part: Expr, value: float) -> Tensor:
        if part not in leaves:
            leaves[part] = tensor(value, name=str(part))
        return leaves[part]

    samples = {symbol: leaf(symbol, 0.7 + 0.13 * place) for place, symbol in enumerate(program.symbols)}
    results = run(program, lambda part: leaf(part, as_float(part)), samples)
    values, places = results[: len(outputs)], results[len(outputs) :]
    language = Steps(builder)
    zero = builder.number(sympy.Integer(0))
    parts = [Part(builder, builder.symbol(p) if p in samples else builder.number(p)) for p in leaves]
    rows: list[list[int]] = []
    for value in values:
        if not isinstance(value, Tensor):
            rows.append([zero for _ in places])
            continue
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            slopes = gradients(value, places)
        recorded = graph(slopes, list(leaves.values()))
        found = recorded.replay(parts, raising(language))
        rows.append([part.step for part in found])
    return rows


def as_float(part: Expr) -> float:
    """A number of an expression for the engine."""
    return float(part) if part.is_number else bool(part)
