"""Gradients that sympy blocks write by hand: none is refuted where the block may mean something else."""

from __future__ import annotations

from typing import Any

import pytest

SETUP = "import sympy as sp\nx, y, w, b = sp.symbols('x y w b')\n"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("loss = (w*x - y)**2\ndx = sp.symbols('dx')", []),
        ("L = x**2\ndx = sp.Rational(1, 100)", []),
        ("L = sp.symbols('L')\narea = x**3\ngrad_x = 2*x", []),
        ("E = sp.symbols('E')\nloss = (E*x - y)**2\ngrad_E = 2*x*(E*x - y)", ["verified"]),
        ("E = sp.symbols('E')\nloss = (E*x - y)**2\ngrad_E = 2*E*(E*x - y)", ["refuted"]),
        ("L = x**2\ndx = -0.1*2*x", ["inconclusive"]),
        ("L = (x - y)**2\nbatch_size = 4\ngrad_x = 2*(x - y)/batch_size", ["inconclusive"]),
        ("loss = w**2\ngrad_w = 2*w\nloss = (w*x - y)**2", []),
        ("L = x**2\ngrad_x = 2*x\ngrad_x = grad_x/sp.sqrt(grad_x**2)", []),
        ("L = -y*sp.log(x)\ndL_dx = y/x", ["refuted"]),
        ("L = -y*sp.log(x)\ndL_dx = y/x  # WRONG: sign", ["inconclusive"]),
        ("L = -y*sp.log(x)\n# a common mistake\ndL_dx = y/x", ["inconclusive"]),
        ("L = -y*sp.log(x)\ndL_dx = -y/x  # not wrong", ["verified"]),
    ],
)
def test_only_what_can_be_nothing_else_is_refuted(session: Any, block: str, expected: list[str]) -> None:
    findings, _ = session(SETUP + block + "\n")
    assert [str(finding.verdict.outcome) for finding in findings] == expected
