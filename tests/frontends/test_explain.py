"""What is wrong with a claimed derivative is named; what is right is never accused."""

from __future__ import annotations

import pytest
import sympy

from notevault.frontends.explain import explain
from notevault.frontends.gradients import judge

x, w, b, y, u = sympy.symbols("x w b y u")
LOSS = (w * x + b - y) ** 2
P = 1 / (1 + sympy.exp(-(w * x + b)))
ENTROPY = -(y * sympy.log(P) + (1 - y) * sympy.log(1 - P))
H = sympy.tanh(u * x + b)
NETWORK = (w * H - y) ** 2

WRONG = [
    (LOSS, w, -2 * x * (w * x + b - y), "sign"),
    (LOSS, w, x * (w * x + b - y), "factor"),
    (LOSS, w, 2 * (w * x + b - y), "missing chain factor"),
    (LOSS, b, 2 * (w * x + b - y) * x, "other variable"),
    (LOSS, w, 2 * w * x * (w * x + b - y), "extra factor"),
    (LOSS, w, 2 * w * x**2 + 2 * x * b + 2 * x * y, "sign of a term"),
    (LOSS, w, 2 * w * x**2 - 2 * x * y, "missing term"),
    (LOSS, w, 2 * w * x**2 + 2 * x * b - 2 * x * y + x, "spurious term"),
    (LOSS, w, 2 * w * x**2 + x * b - 2 * x * y, "factor of a term"),
    (LOSS + x * w**2, w, 2 * x * (w * x + b - y), "missing term"),
    (ENTROPY, w, (y - P) * x, "sign"),
    (ENTROPY, w, (P - y), "missing chain factor"),
    (ENTROPY, b, (P - y) * P * (1 - P), "extra chain factor"),
    (NETWORK, u, 2 * (w * H - y) * w * x, "missing chain factor"),
    (NETWORK, u, 2 * (w * H - y) * (1 - H**2) * x, "missing chain factor"),
    (NETWORK, u, 2 * (w * H - y) * w * (1 - H) * x, "wrong local derivative"),
    (P, w, x * (1 - P), "wrong local derivative"),
    (sympy.cos(x**2), x, 2 * x * sympy.sin(x**2), "sign"),
    (x**3, x, 3 * x**3, "wrong local derivative"),
    (sympy.sin(x) * sympy.exp(x), x, sympy.cos(x) * sympy.exp(x), "missing term"),
    (LOSS, w, 5 * sympy.exp(x) + w, "not localised"),
]


@pytest.mark.parametrize(("function", "variable", "claimed", "kind"), WRONG, ids=lambda value: str(value)[:40])
def test_a_mistake_is_named(function: sympy.Expr, variable: sympy.Symbol, claimed: sympy.Expr, kind: str) -> None:
    assert explain(function, variable, claimed).kind == kind


@pytest.mark.parametrize(("function", "variable"), [(f, v) for f in (LOSS, ENTROPY, NETWORK, P) for v in (w, b, x)])
def test_a_right_derivative_in_another_form_is_verified(function: sympy.Expr, variable: sympy.Symbol) -> None:
    derivative = sympy.diff(function, variable)
    for form in (derivative, sympy.expand(derivative), sympy.together(derivative), sympy.factor_terms(derivative)):
        assert str(judge(function, variable, form).outcome) == "verified"
