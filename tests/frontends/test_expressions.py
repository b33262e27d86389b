"""Expressions cross the jail as plain data; what comes back may be forged."""

from __future__ import annotations

import json

import pytest
import sympy

from notevault.frontends.symbolic.expressions import ExpressionError, decode, encode

x, w = sympy.symbols("x w")
EXAMPLES = [
    (w * x - 3) ** 2 / 7,
    sympy.exp(-x) / (1 + sympy.exp(-x)) ** 2,
    sympy.Piecewise((0, x < 0), (x, True)),
    sympy.Max(0, x) + sympy.Abs(w) * sympy.pi,
    sympy.Float("0.25") * x,
    sympy.sqrt(sympy.Symbol("n", positive=True)),
]


@pytest.mark.parametrize("expr", EXAMPLES, ids=str)
def test_what_was_encoded_is_decoded_to_the_same(expr: sympy.Expr) -> None:
    assert decode(json.loads(json.dumps(encode(expr)))) == expr


def test_a_shared_part_is_written_once() -> None:
    nested = x
    for _ in range(40):
        nested = sympy.tanh(nested) * nested + nested
    assert len(encode(nested)) < 200


def test_a_shared_part_is_decoded_once_and_without_asking_sympy_what_it_is() -> None:
    nested, real = x, sympy.Symbol("w", real=True)
    for _ in range(12):
        bent = sympy.tanh(sympy.Mul(nested, real, evaluate=False), evaluate=False)
        nested = sympy.Add(sympy.Mul(bent, nested, evaluate=False), nested, evaluate=False)
    data = json.loads(json.dumps(encode(nested)))
    assert len(encode(decode(data))) == len(data)


FORGED = [
    None,
    [],
    "x",
    [["symbol", ""]],
    [["symbol", "x", "commutative"]],
    [["symbol", "x", "positive", "negative"]],
    [["symbol", "x" * 1000]],
    [["rational", "__import__('os')"]],
    [["rational", "1/0"]],
    [["constant", "I"]],
    [["lambdify", 0]],
    [["symbol", "x"], ["Add", 0, 1]],
    [["symbol", "x"], ["Add", 0, True]],
    [["symbol", "x"], ["Add", 0, -1]],
    [["symbol", "x"], ["Pow", 0]],
    [["rational", "9"], ["Pow", 0, 0], ["Pow", 0, 1], ["Pow", 0, 2]],
    [["symbol", "x"]] * 5000,
    [["symbol", "x"], ["Tuple", *[0] * 400], ["Add", 0, 1]],
    [["symbol", "x"], ["Add", *[0] * 400], ["And", 0, 1]],
    [["symbol", "x"], ["Add", *[0] * 400], ["sin", 0, 1]],
]


@pytest.mark.parametrize("data", FORGED, ids=lambda data: repr(data)[:40])
def test_anything_else_is_refused(data: object) -> None:
    with pytest.raises(ExpressionError):
        decode(data)


def test_a_function_outside_the_list_is_not_encoded() -> None:
    with pytest.raises(ExpressionError, match="Integral"):
        encode(sympy.Integral(sympy.exp(x**2), x))
