"""Sympy expressions on the engine, and recorded programs as sympy expressions: the engine differentiates, never sympy.

An expression is walked once and its operations are applied to tensors; the gradient that the engine records is then
replayed with sympy operations. Every number of the expression is a leaf of the tape, so that it comes back exactly.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import sympy

from notevault.autodiff import Graph, Tensor, apply, gradients, graph, tensor
from notevault.frontends.expressions import Expr
from notevault.frontends.programs import Program, flatten

Operand = Tensor | float


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


_TRIGONOMETRIC = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)

_LOWER: Mapping[str, Callable[..., Any]] = {
    "Add": _fold("add"),
    "Mul": _fold("mul"),
    "Pow": _of("pow"),
    **{name: _of(name) for name in ("exp", "log", "sign", "floor", *_TRIGONOMETRIC)},
    "ceiling": _of("ceil"),
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
    "Heaviside": lambda x, at_zero=0.5: apply(
        "where", apply("greater", x, 0), 1.0, apply("where", apply("less", x, 0), 0.0, at_zero)
    ),
    "StrictGreaterThan": _of("greater"),
    "GreaterThan": _of("greater_equal"),
    "StrictLessThan": _of("less"),
    "LessThan": _of("less_equal"),
    "Equality": _of("equal"),
    "Unequality": _of("not_equal"),
    "And": _fold("logical_and"),
    "Or": _fold("logical_or"),
    "Piecewise": _piecewise,
}
"""A sympy head as engine operations."""

LOWERED_HEADS = frozenset(_LOWER)


def lower(expr: Expr, symbols: Mapping[str, Any]) -> Any:
    """The value of `expr` on the engine, with the tensors (or numbers) that `symbols` gives for its names.

    Raises UnknownHeadError for a function that the engine does not have, KeyError for a name that is not given.

    >>> x = sympy.Symbol("x")
    >>> lower(x**2 + 1, {"x": tensor(3.0)})
    tensor(10.)
    """
    program = flatten(expr, heads=LOWERED_HEADS)
    (output,) = _run(program, {symbol: symbols[symbol.name] for symbol in program.symbols}, float)
    return output


def _run(program: Program, values: Mapping[Expr, Any], number: Callable[[Expr], Any]) -> list[Any]:
    with np.errstate(all="ignore"):
        return program.run(_LOWER, number, values)


@lru_cache(maxsize=4096)
def gradient(expr: Expr, symbol: Expr) -> Expr:
    """The derivative of `expr` by `symbol` as the engine computes it, as a sympy expression.

    >>> x, w = sympy.symbols("x w")
    >>> gradient(sympy.tanh(w * x), w)
    x*(1 - tanh(w*x)**2)
    """
    (result,) = derivatives(expr, [symbol])
    return result


def derivatives(expr: Expr, symbols: Sequence[Expr]) -> list[Expr]:
    """The derivatives of `expr` by each of `symbols`, from one backward pass."""
    program = flatten(expr, heads=LOWERED_HEADS)
    leaves: dict[Expr, Tensor] = {}

    def leaf(part: Expr, value: float) -> Tensor:
        if part not in leaves:
            leaves[part] = tensor(value, name=str(part))
        return leaves[part]

    samples = {s: leaf(s, 0.7 + 0.13 * i) for i, s in enumerate([*program.symbols, *symbols])}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", RuntimeWarning
        )  # a sample point may lie outside the domain; only the graph counts
        (output,) = program.run(_LOWER, lambda part: leaf(part, _as_float(part)), samples)
        if not isinstance(output, Tensor):
            return [sympy.Integer(0) for _ in symbols]
        slopes = gradients(output, [samples[s] for s in symbols])
        recorded = graph(slopes, list(leaves.values()))
    return raise_(recorded, list(leaves))


def _as_float(part: Expr) -> float:
    return float(part) if part.is_number else bool(part)


def readable(expr: Expr) -> Expr:
    """The expression without the branches that hold at single points only, for a person to read.

    >>> x = sympy.Symbol("x")
    >>> readable(sympy.Piecewise((0, sympy.Eq(x, 0)), (x * x**2, True)))
    x**3
    """
    return expr.replace(
        lambda part: isinstance(part, sympy.Piecewise) and all(_at_points(c) for _, c in part.args[:-1]),
        lambda part: part.args[-1][0],
    )


def _at_points(condition: Expr) -> bool:
    """Whether a condition holds on a set without inner points."""
    if isinstance(condition, sympy.And):
        return any(_at_points(part) for part in condition.args)
    return isinstance(condition, sympy.Equality)


def raise_(recorded: Graph, inputs: Sequence[Expr] | None = None) -> list[Expr]:
    """The outputs of a recorded scalar program as sympy expressions of its inputs (symbols of their names by default).

    >>> x = tensor(2.0, name="x")
    >>> raise_(graph([x * x + 1], [x]))
    [x**2 + 1]
    """
    if inputs is None:
        inputs = [sympy.Symbol(recorded.nodes[i].name or f"x{i}") for i in recorded.inputs]
    return recorded.replay(list(inputs), _RAISE)


def exact(value: Any) -> Expr:
    """A recorded constant as a sympy number: fractions that are short in binary exactly, anything else as a float."""
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    number = complex(np.asarray(value).item())
    if number.imag:
        return sympy.Float(number.real) + sympy.I * sympy.Float(number.imag)
    fraction = Fraction(number.real) if np.isfinite(number.real) else None
    if fraction is None:
        return sympy.nan
    if fraction.denominator <= 2**20:
        return sympy.Rational(fraction.numerator, fraction.denominator)
    return _KNOWN_CONSTANTS.get(float(number.real), sympy.Float(number.real))


_KNOWN_CONSTANTS: Mapping[float, Expr] = {
    float(np.log(2)): sympy.log(2),
    float(1 / np.log(2)): 1 / sympy.log(2),
    float(np.log(10)): sympy.log(10),
    float(1 / np.log(10)): 1 / sympy.log(10),
    1 / 3: sympy.Rational(1, 3),
    2 / 3: sympy.Rational(2, 3),
}


def _mask(relation: Callable[..., Expr]) -> Callable[..., Expr]:
    def mask(a: Expr, b: Expr) -> Expr:
        return sympy.Piecewise((1, relation(a, b)), (0, True))

    return mask


def _condition(mask: Expr) -> Expr:
    """The condition that a mask of ones and zeros stands for."""
    if isinstance(mask, sympy.Piecewise) and len(mask.args) == 2 and (mask.args[0][0], mask.args[1][0]) == (1, 0):
        return mask.args[0][1]
    return mask if mask in (sympy.true, sympy.false) else sympy.Ne(mask, 0)


def _where(mask: Expr, yes: Expr, no: Expr) -> Expr:
    return sympy.Piecewise((yes, _condition(mask)), (no, True))


def _logical(connective: Callable[..., Expr]) -> Callable[..., Expr]:
    return lambda a, b: sympy.Piecewise((1, connective(_condition(a), _condition(b))), (0, True))


def _same(x: Expr, **_: Any) -> Expr:
    return x


def _clip(x: Expr, *, low: Any = None, high: Any = None) -> Expr:
    above = x if low is None else sympy.Max(x, exact(low))
    return above if high is None else sympy.Min(above, exact(high))


def _gelu(x: Expr, *, approximate: bool) -> Expr:
    if approximate:
        return x / 2 * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (x + sympy.Rational(44715, 10**6) * x**3)))
    return x / 2 * (1 + sympy.erf(x / sympy.sqrt(2)))


_RAISE: Mapping[str, Callable[..., Any]] = {
    "constant": exact,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "chain": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "reciprocal": lambda x: 1 / x,
    "square": lambda x: x**2,
    "pow": operator.pow,
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "real": sympy.re,
    "imag": sympy.im,
    "conj": sympy.conjugate,
    "angle": sympy.arg,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "mod": sympy.Mod,
    **dict.fromkeys(("identity", "stop_gradient", "cast", "sum_to", "broadcast", "reshape", "squeeze"), _same),
    "greater": _mask(sympy.Gt),
    "greater_equal": _mask(sympy.Ge),
    "less": _mask(sympy.Lt),
    "less_equal": _mask(sympy.Le),
    "equal": _mask(sympy.Eq),
    "not_equal": _mask(sympy.Ne),
    "logical_and": _logical(sympy.And),
    "logical_or": _logical(sympy.Or),
    "where": _where,
    "maximum": sympy.Max,
    "minimum": sympy.Min,
    "clip": _clip,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "relu": lambda x: sympy.Max(0, x),
    "leaky_relu": lambda x, *, slope: sympy.Piecewise((x, x > 0), (exact(slope) * x, True)),
    "elu": lambda x, *, alpha: sympy.Piecewise((x, x > 0), (exact(alpha) * (sympy.exp(x) - 1), True)),
    "gelu": _gelu,
    "silu": lambda x: x / (1 + sympy.exp(-x)),
    "softplus": lambda x, *, beta: sympy.log(1 + sympy.exp(exact(beta) * x)) / exact(beta),
    "softsign": lambda x: x / (1 + sympy.Abs(x)),
    "hardtanh": lambda x, *, low, high: sympy.Min(sympy.Max(x, exact(low)), exact(high)),
    "mish": lambda x: x * sympy.tanh(sympy.log(1 + sympy.exp(x))),
    "logaddexp": lambda a, b: sympy.log(sympy.exp(a) + sympy.exp(b)),
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "exp": sympy.exp,
    "exp2": lambda x: sympy.Integer(2) ** x,
    "expm1": lambda x: sympy.exp(x) - 1,
    "log": sympy.log,
    "log2": lambda x: sympy.log(x) / sympy.log(2),
    "log10": lambda x: sympy.log(x) / sympy.log(10),
    "log1p": lambda x: sympy.log(1 + x),
    "sqrt": sympy.sqrt,
    "rsqrt": lambda x: 1 / sympy.sqrt(x),
    "cbrt": lambda x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3),
    **{name: getattr(sympy, name) for name in _TRIGONOMETRIC},
    "sinc": lambda x: sympy.Piecewise((1, sympy.Eq(x, 0)), (sympy.sin(sympy.pi * x) / (sympy.pi * x), True)),
    "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
}
"""An engine operation on scalars as a sympy expression."""

RAISED_PRIMITIVES = frozenset(_RAISE) - {"constant"}
