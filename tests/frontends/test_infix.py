"""What a student types is read, refused when it has two readings, and never evaluated as code."""

from __future__ import annotations

import pytest
import sympy

from notevault.frontends.infix import ParseError, parse

w, x, b, y, e = sympy.symbols("w x b y e")
SQUARE = 2 * x * (w * x + b - y)

READ = [
    ("2x(wx+b-y)", None, SQUARE),
    ("2*x*(w*x+b-y)", None, SQUARE),
    ("2·x·(w·x + b − y)", None, SQUARE),
    ("2*x*(w*x+b-y)", {"w", "x", "b", "y"}, SQUARE),
    ("-x^2", None, -(x**2)),
    ("x²", None, x**2),
    ("2^-x", None, 2 ** (-x)),
    ("e^(-x)", None, sympy.exp(-x)),
    ("e + 1", {"e"}, e + 1),
    ("wx^2", {"w", "x"}, w * x**2),
    ("1/(1+e^-x)", None, 1 / (1 + sympy.exp(-x))),
    ("sin^2(x) + cos^2 x", None, sympy.sin(x) ** 2 + sympy.cos(x) ** 2),
    ("|x - y||x|", None, sympy.Abs(x - y) * sympy.Abs(x)),
    ("max(0, x)", None, sympy.Max(0, x)),
    ("0.1x", None, x / 10),
    ("sigmoid(x)", None, 1 / (1 + sympy.exp(-x))),
    ("3x − 2", None, 3 * x - 2),
]


@pytest.mark.parametrize(("text", "names", "expected"), READ, ids=str)
def test_what_is_typed_is_read(text: str, names: set[str] | None, expected: sympy.Expr) -> None:
    assert parse(text, names) == expected


REFUSED = [
    ("1/2x", None, 3),
    ("x/(y)z", None, 5),
    ("", None, 0),
    ("(x", None, 2),
    ("x)", None, 1),
    ("x +", None, 3),
    ("__import__('os')", None, 0),
    ("x.y", None, 1),
    ("q", {"x"}, 0),
    ("sqrt(x, y)", None, 10),
    ("9^9^9", None, 0),
    ("1/0", None, 3),
    ("sin^-1(x)", None, None),
    ("(" * 100 + "x" + ")" * 100, None, None),
    ("x" * 5000, None, 2000),
]


@pytest.mark.parametrize(("text", "names", "position"), REFUSED, ids=lambda value: str(value)[:20])
def test_what_is_not_an_expression_is_refused_with_its_place(
    text: str, names: set[str] | None, position: int | None
) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text, names)
    if position is not None:
        assert caught.value.position == position
