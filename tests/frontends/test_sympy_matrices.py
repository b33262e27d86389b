"""Derivatives of matrices, sums and cases in sympy blocks: taken by sympy, or written by hand."""

from __future__ import annotations

from typing import Any

import pytest

SETUP = """from sympy import *
x, y, w1, w2, b, t = symbols('x y w1 w2 b t')
n = Symbol('n', integer=True, positive=True)
i, j = symbols('i j', integer=True)
X, w, target = MatrixSymbol('X', n, 3), MatrixSymbol('w', 3, 1), MatrixSymbol('target', n, 1)
A, B = MatrixSymbol('A', 3, 3), MatrixSymbol('B', 3, 3)
V = Matrix([x, y])
F = Matrix([x*y, x + y**2, sin(x)])
s, c = IndexedBase('s'), IndexedBase('c')
"""

TAKEN = [
    ("F.jacobian(V)", "verified", ""),
    ("hessian(x**3*y + exp(x*y), (x, y))", "verified", ""),
    ("diff(x**3*y, V)", "verified", ""),
    ("F.diff(x)", "verified", ""),
    ("F.diff(V)", "verified", ""),
    ("diff(F.T * F, x)", "verified", ""),
    ("derive_by_array(x**3*y, (x, y))", "verified", ""),
    ("derive_by_array([x**3, x*y], (x, y))", "verified", ""),
    ("diff(x**2*y**3, (x, 2), y)", "verified", ""),
    ("diff((X*w - target).T*(X*w - target), w)", "verified", "for n = 3, and for n = 4"),
    ("(w.T*A*w).diff(w)", "verified", ""),
    ("Trace(A.T*B*A).diff(A)", "verified", ""),
    ("diff(Sum((s[i]*x - c[i])**2, (i, 1, 3)), x)", "verified", ""),
    ("diff(Sum((s[i]*x - c[i])**2, (i, 1, n))/n, x)", "verified", "for n = 3, and for n = 4"),
    ("diff(Sum(s[i]**2, (i, 1, n)), s[j])", "verified", "for n = 3, j = 1, and for n = 4, j = 2"),
    ("Derivative(x**2*sin(x), x, x).doit()", "verified", ""),
    ("diff(Derivative(sin(x*y), x)**2, y)", "verified", ""),
    ("idiff(x**2 + y**2 - 1, y, x)", "verified", ""),
    ("diff(Piecewise((x**2, x > 1), (sin(x), x > -1), (-x, True)), x)", "verified", ""),
    ("diff(Max(x, y)*Abs(x - 11) + sinc(x), x)", "verified", ""),
    ("diff(Integral(sin(x*t), (t, 0, 1)), x)", "inconclusive", "the function Integral is not known"),
    ("diff(Sum(x**i/factorial(i), (i, 0, oo)), x)", "inconclusive", "oo is not a real number"),
    ("Determinant(A).diff(A)", "inconclusive", "the function ArrayDerivative is not known"),
    ("diff(x*Heaviside(x), x)", "inconclusive", "the function DiracDelta is not known"),
]


@pytest.mark.parametrize(("call", "outcome", "reason"), TAKEN, ids=[call for call, *_ in TAKEN])
def test_a_derivative_that_sympy_takes_is_checked(session: Any, call: str, outcome: str, reason: str) -> None:
    findings, _ = session(SETUP, f"d = {call}\n")
    assert [(f.text, str(f.verdict.outcome), f.verdict.reason) for f in findings] == [(call, outcome, reason)]


def test_gradients_collected_in_a_list_are_checked_one_by_one(session: Any) -> None:
    findings, _ = session(SETUP, "g = Matrix([diff(x**2*y, v) for v in (x, y)])\nh = [F[0].diff(v) for v in V]\n")
    assert [(f.line, f.verdict.evidence["variable"], str(f.verdict.outcome)) for f in findings] == [
        (1, "x", "verified"),
        (1, "y", "verified"),
        (2, "x", "verified"),
        (2, "y", "verified"),
    ]


LOSS = "loss = (X*w - target).T*(X*w - target)\n"
SUM = "loss = Sum((s[i]*x - c[i])**2, (i, 1, n))\n"
SMALL = "W = Matrix([w1, w2])\nloss = (w1*x + w2*y - b)**2\n"

BY_HAND = [
    (LOSS, "grad_w = 2*X.T*(X*w - target)", "verified", None),
    (LOSS, "grad_w = X.T*(X*w - target)", "refuted", "factor"),
    (LOSS, "grad_w = 2*X.T*(target - X*w)", "refuted", "sign"),
    (LOSS, "grad_w = 2*(X*w - target).T*X", "verified", None),
    ("loss = Trace(A*B)\n", "grad_A = B", "refuted", "transposed"),
    ("loss = log(Determinant(A))\n", "grad_A = A.I.T", "verified", None),
    ("loss = sqrt((w.T*w)[0, 0])\n", "grad_w = w/sqrt((w.T*w)[0, 0])", "verified", None),
    (SMALL, "grad_W = Matrix([2*x*(w1*x + w2*y - b), 2*y*(w1*x + w2*y - b)])", "verified", None),
    (SMALL, "dW = [2*x*(w1*x + w2*y - b), 2*(w1*x + w2*y - b)]", "refuted", "not localised"),
    (SMALL + "params = [w1, b]\n", "gradient = Matrix([2*x*(w1*x+w2*y-b), -2*(w1*x+w2*y-b)])", "verified", None),
    (
        "loss = Sum((s[i]*x - c[i])**2, (i, 1, n))\n",
        "grad_x = Sum(2*s[i]*(s[i]*x - c[i]), (i, 1, n))",
        "verified",
        None,
    ),
    (
        "loss = Sum((s[i]*x - c[i])**2, (i, 1, n))\n",
        "grad_x = Sum(s[i]*(s[i]*x - c[i]), (i, 1, n))",
        "refuted",
        "factor",
    ),
]


@pytest.mark.parametrize(("loss", "written", "outcome", "diagnosis"), BY_HAND, ids=[line for _, line, *_ in BY_HAND])
def test_a_gradient_written_by_hand_is_checked(
    session: Any, loss: str, written: str, outcome: str, diagnosis: str | None
) -> None:
    findings, _ = session(SETUP, loss + written + "\n")
    assert [(f.text, str(f.verdict.outcome), f.verdict.diagnosis) for f in findings] == [(written, outcome, diagnosis)]


def test_a_counterexample_says_which_sizes_were_tried(session: Any) -> None:
    findings, _ = session(SETUP, SUM + "grad_x = Sum(s[i]*(s[i]*x - c[i]), (i, 1, n))\n")
    evidence = findings[0].verdict.evidence
    at = evidence["counterexample"]["at"]
    assert (evidence["sizes"], at["n"]) == ([{"n": 3}], 3)
    half = sum(at[f"s[{i}]"] * (at[f"s[{i}]"] * at["x"] - at[f"c[{i}]"]) for i in (1, 2, 3))
    assert (evidence["counterexample"]["claimed"], evidence["counterexample"]["computed"]) == (half, 2 * half)


def test_a_gradient_of_another_shape_is_not_judged(session: Any) -> None:
    findings, _ = session(SETUP, LOSS + "grad_w = X.T\n")
    assert [(str(f.verdict.outcome), f.verdict.reason) for f in findings] == [
        ("inconclusive", "what is claimed is 3 by 3, the derivative 3")
    ]


def test_a_gradient_by_no_order_that_is_written_down_is_left_alone(session: Any) -> None:
    findings, _ = session(SETUP, SMALL + "gradient = Matrix([1, 2])\ngrad = 3\n")
    assert findings == []


def test_assertions_run_as_they_are(session: Any) -> None:
    findings, printed = session(
        SETUP,
        "loss = (x*t - y)**2\nd = diff(loss, t)\ngrad_t = 2*x*(x*t - y)\nassert simplify(d - grad_t) == 0\nprint(d)\n",
    )
    assert [str(f.verdict.outcome) for f in findings] == ["verified", "verified"]
    assert printed == "2*x*(t*x - y)\n"
