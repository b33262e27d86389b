"""Derivatives taken or written in sympy blocks."""

from __future__ import annotations

from typing import Any

from notevault.frontends.symbolic.expressions import decode

SETUP = """from sympy import symbols, diff, exp, Abs
x, w, b = symbols('x w b')
y = symbols('y')
prediction = w*x + b
loss = (prediction - y)**2
"""


def test_every_derivative_a_block_takes_is_checked(session: Any) -> None:
    findings, printed = session(SETUP + "grad_w = diff(loss, w)\ngrad_b = diff(loss, b)\nprint(grad_w)\n")
    assert printed == "2*x*(b + w*x - y)\n"
    assert [(f.kind, f.source, f.text, f.line, f.column, f.end_column) for f in findings] == [
        ("gradient", "sympy", "diff(loss, w)", 6, 10, 23),
        ("gradient", "sympy", "diff(loss, b)", 7, 10, 23),
    ]
    assert {str(f.verdict.outcome) for f in findings} == {"verified"}
    evidence = findings[0].verdict.evidence
    assert str(decode(evidence["function"])) == "(b + w*x - y)**2"
    assert str(decode(evidence["claimed"])) == "2*x*(b + w*x - y)"
    assert evidence["variable"] == "w"


def test_methods_higher_orders_and_later_blocks_are_seen_too(session: Any) -> None:
    findings, _ = session(SETUP, "import sympy as sp\nloss.diff(w)\nsp.diff(loss, w, 2)\nsp.diff(loss, w, b)\n")
    assert [f.text for f in findings] == ["loss.diff(w)", "sp.diff(loss, w, 2)", "sp.diff(loss, w, b)"]
    assert {str(f.verdict.outcome) for f in findings} == {"verified"}


def test_what_sympy_differentiates_inside_itself_is_not_the_notes(session: Any) -> None:
    findings, _ = session(SETUP + "import sympy\nsympy.integrate(loss, w)\nsympy.series(exp(x), x, 0, 3)\n")
    assert findings == []


def test_a_gradient_written_by_hand_is_checked_against_the_loss(session: Any) -> None:
    findings, _ = session(SETUP + "grad_w = 2*(w*x + b - y)\ndb = 2*(w*x + b - y)\n")
    assert [(f.text, str(f.verdict.outcome), f.verdict.diagnosis) for f in findings] == [
        ("grad_w = 2*(w*x + b - y)", "refuted", "missing chain factor"),
        ("db = 2*(w*x + b - y)", "verified", None),
    ]
    shown = findings[0].verdict.evidence["counterexample"]
    assert shown["claimed"] * shown["at"]["x"] == shown["computed"]


def test_an_unknown_function_is_inconclusive_and_says_which(session: Any) -> None:
    findings, _ = session("from sympy import *\nx = symbols('x')\nf = Function('f')\nd = diff(f(x)**2, x)\n")
    assert [(str(f.verdict.outcome), f.verdict.reason) for f in findings] == [
        ("inconclusive", "the function f is not known")
    ]


def test_a_number_too_long_to_write_is_inconclusive_in_plain_words(session: Any) -> None:
    findings, _ = session("from sympy import *\nx = symbols('x')\nd = diff(x**(2**(2**16)), x)\n")
    assert [(str(f.verdict.outcome), f.verdict.reason) for f in findings] == [
        ("inconclusive", "a number of more than 4,000 digits")
    ]


def test_columns_count_characters_and_not_bytes(session: Any) -> None:
    findings, _ = session("import sympy as sp\nλ = sp.Symbol('λ')\nπθ = sp.diff(λ**2, λ)\n")
    assert (findings[0].column, findings[0].end_column) == (6, 22)


def test_a_loss_whose_parts_use_each_other_many_times_is_judged(session: Any) -> None:
    block = (
        "from sympy import symbols, tanh, diff\nw, b, x = symbols('w b x')\nf = x\n"
        "for _ in range(30):\n    f = tanh(w*f + b)*f + f\nloss = f\ngrad_w = 2*f\n"
        "for _ in range(2):\n    x = tanh(w*x + b)*x + x\nd = diff(x, w)\n"
    )
    findings, _ = session(block)
    assert [(f.text, str(f.verdict.outcome), f.verdict.reason) for f in findings] == [
        ("diff(x, w)", "verified", ""),
        ("grad_w = 2*f", "refuted", "wrong, not localised to one term or factor"),
    ]
