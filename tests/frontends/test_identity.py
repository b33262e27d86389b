"""Two expressions are compared at points: equal, different with a point that shows it, or undetermined."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from notevault.frontends.claims import Confidence
from notevault.frontends.comparison.identity import equal

x, y, w, b = sympy.symbols("x y w b")

EQUAL = [
    ((w * x + b - y) ** 2, w**2 * x**2 + 2 * w * x * (b - y) + (b - y) ** 2, Confidence.EXACT),
    (1 / (x + 1) + 1 / (x - 1), 2 * x / (x**2 - 1), Confidence.EXACT),
    (1 / (1 + sympy.exp(-x)), sympy.exp(x) / (1 + sympy.exp(x)), Confidence.IDENTITY_TEST),
    (sympy.sin(x) ** 2 + sympy.cos(x) ** 2, sympy.Integer(1), Confidence.IDENTITY_TEST),
    (sympy.Max(0, x), sympy.Piecewise((0, x < 0), (x, True)), Confidence.IDENTITY_TEST),
    (sympy.sqrt(x**2), sympy.Abs(x), Confidence.IDENTITY_TEST),
    (0.1 * x + 0.2 * x, 0.3 * x, Confidence.NUMERIC),
]


@pytest.mark.parametrize(("a", "c", "confidence"), EQUAL, ids=lambda value: str(value)[:40])
def test_equal_expressions_are_called_equal(a: sympy.Expr, c: sympy.Expr, confidence: Confidence) -> None:
    result = equal(a, c)
    assert result.equal
    assert result.confidence is confidence
    assert result.largest_error < 1e-9


def test_the_domain_is_told_where_only_one_side_is_a_real_number() -> None:
    result = equal(sympy.log(x**2), 2 * sympy.log(x))
    assert result.equal
    assert result.one_sided > 0
    assert "only one" in result.reason


def test_a_root_is_not_its_operand_but_is_for_positive_numbers() -> None:
    assert equal(sympy.sqrt(x**2), x).different
    assert equal(sympy.sqrt(x**2), x, positive={"x"}).equal
    n = sympy.Symbol("n", positive=True)
    assert equal(sympy.sqrt(n**2), n).equal


def test_parameters_can_be_kept_between_zero_and_one() -> None:
    slope = sympy.Piecewise((w, x < 0), (1, True))
    leaky = sympy.Max(x, w * x)
    assert equal(leaky, slope * x).different
    assert equal(leaky, slope * x, unit={"w"}).equal


def test_a_counterexample_is_simple_and_true() -> None:
    result = equal(x**3 * y, 3 * x * y)
    assert result.counterexample == {"at": {"x": 2, "y": 3}, "claimed": 18, "computed": 24}


def test_a_counterexample_has_values_of_an_ordinary_size_where_there_are_such() -> None:
    slope = sympy.exp(-((w * x) ** 2)) * (y - 1)
    shown = equal(slope, -slope).counterexample
    assert shown is not None
    assert 1e-3 < abs(shown["claimed"]) == abs(shown["computed"]) < 1e6
    assert equal(sympy.Integer(10) ** 9 * x, sympy.Integer(10) ** 9 * x + 1).different


def test_a_tiny_difference_is_seen_and_cancellation_is_not_taken_for_one() -> None:
    assert equal(sympy.tanh(x), sympy.tanh(x) + sympy.Rational(1, 10**15)).different
    big = 10**12
    assert equal(sympy.sqrt(x**2 + big) - sympy.sqrt(x**2), big / (sympy.sqrt(x**2 + big) + sympy.sqrt(x**2))).equal


UNDETERMINED = [
    (sympy.Function("f")(x), x, "f"),
    (sympy.log(-1 - x**2), x, "real numbers"),
    (sympy.Integral(sympy.exp(x**2), x), x, "Integral"),
]


@pytest.mark.parametrize(("a", "c", "why"), UNDETERMINED, ids=lambda value: str(value)[:40])
def test_what_cannot_be_decided_says_why(a: sympy.Expr, c: sympy.Expr, why: str) -> None:
    result = equal(a, c)
    assert str(result.answer) == "undetermined"
    assert why in result.reason


def test_towers_of_powers_end_without_a_verdict() -> None:
    tower = sympy.exp(sympy.exp(sympy.exp(sympy.exp(x**2 + 5))))
    assert str(equal(tower, tower + 1).answer) == "undetermined"
    exponent = sympy.Integer(2) ** 61 - 2
    assert not equal(x**exponent, sympy.Integer(1)).equal


polynomials = st.lists(st.integers(-5, 5), min_size=1, max_size=5).map(
    lambda coefficients: sum(c * x**i for i, c in enumerate(coefficients)) + sympy.Integer(0)
)


@given(polynomials, polynomials)
@settings(deadline=None, max_examples=60)
def test_products_expanded_are_equal_and_changed_by_one_term_are_not(p: sympy.Expr, q: sympy.Expr) -> None:
    assert equal(p * q, sympy.expand(p * q)).equal
    result = equal(p * q, sympy.expand(p * q) + x)
    assert result.different
    point = {x: result.counterexample["at"]["x"]}
    assert math.isclose(float((p * q).subs(point)), result.counterexample["computed"], abs_tol=1e-9)
    assert result.counterexample["claimed"] != result.counterexample["computed"]
