"""Local derivatives that people get wrong, from the engine's operation table, for parts of sympy expressions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy

from notevault.autodiff import PRIMITIVES
from notevault.frontends.latex.context import Context
from notevault.frontends.latex.lowering import AbstractError, Lowering
from notevault.frontends.latex.parser import parse
from notevault.frontends.latex.shapes import Shapes
from notevault.frontends.latex.symbols import Vocabulary
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.latex.vectors import Vec
from notevault.frontends.symbolic.expressions import Expr

OPERANDS = ("p", "q", "y")
_SIGMOID = Vocabulary(functions=frozenset({"sigma"}))


def wrong_local_derivatives(part: Expr) -> Iterator[tuple[Expr, Expr, str]]:
    """The operand, the wrong derivative of `part` by it, and why it is wrong: for every misconception that fits.

    >>> x = sympy.Symbol("x")
    >>> [str(wrong) for _, wrong, _ in wrong_local_derivatives(sympy.sin(x))][:1]
    ['-cos(x)']
    """
    for name, operands in _as_primitives(part):
        for number, misconception in enumerate(PRIMITIVES[name].misconceptions):
            wrong = template(name, number)
            if wrong is None or misconception.operand >= len(operands):
                continue
            filled = {sympy.Symbol(letter): value for letter, value in zip(OPERANDS, operands, strict=False)}
            filled[sympy.Symbol("y")] = part
            yield operands[misconception.operand], wrong.subs(filled, simultaneous=True), misconception.why


def _as_primitives(part: Expr) -> Iterator[tuple[str, tuple[Expr, ...]]]:
    """The operations of the table that a part of an expression is, with its operands."""
    if isinstance(part, sympy.Pow):
        base, exponent = part.args
        sigmoid = logistic_argument(part)
        if sigmoid is not None:
            yield "sigmoid", (sigmoid,)
        named = {2: "square", -1: "reciprocal", sympy.Rational(1, 2): "sqrt", -sympy.Rational(1, 2): "rsqrt"}
        if exponent in named:
            yield named[exponent], (base,)
        yield "pow", (base, exponent)
    elif isinstance(part, sympy.Mul):
        above, below = part.as_numer_denom()
        if below != 1:
            yield "div", (above, below)
        if len(part.args) == 2:
            yield "mul", part.args
            yield "mul", part.args[::-1]
    else:
        name = {"Abs": "abs", "Max": "maximum", "Min": "minimum"}.get(type(part).__name__, type(part).__name__)
        if name in PRIMITIVES and part.args:
            yield name, part.args
        if name == "maximum" and 0 in part.args and len(part.args) == 2:
            yield "relu", tuple(operand for operand in part.args if operand != 0)


def logistic_argument(part: Expr) -> Expr | None:
    """z when the part is 1 / (1 + e^-z)."""
    base, exponent = part.args
    if exponent != -1 or not isinstance(base, sympy.Add) or len(base.args) != 2 or 1 not in base.args:
        return None
    (other,) = (term for term in base.args if term != 1)
    return -other.args[0] if isinstance(other, sympy.exp) else None


@cache
def template(name: str, number: int) -> Expr | None:
    """The wrong derivative as an expression of p, q (the operands) and y (the output); None when it is no formula."""
    return formula(PRIMITIVES[name].misconceptions[number].wrong)


@cache
def formula(latex: str) -> Expr | None:
    """A formula of the operation table as an expression of p, q (the operands) and y (the output)."""
    for mark, letter in (("#1", "{p}"), ("#2", "{q}"), ("#y", "{y}")):
        latex = latex.replace(mark, letter)
    try:
        value = Lowering(Context(_SIGMOID, sigmoid=True), Shapes()).lower(parse(latex, _SIGMOID))
    except (NotUnderstoodError, AbstractError):
        return None
    return None if isinstance(value, Vec) else value
