"""The sentence about a refuted claim."""

from __future__ import annotations

from typing import Any

import pytest

from notevault.checks.messages import refutation
from notevault.checks.model import Claim
from notevault.diagnostics import Span
from notevault.frontends.claims import Outcome, Verdict

SPAN = Span(0, 1, 1, 1, 1, 2)
AT = {"at": {"x": 2}, "claimed": 6, "computed": 12}


@pytest.mark.parametrize(
    ("source", "text", "reason", "evidence", "said"),
    [
        (
            "latex", "f'(x) = 3x", "the factor x is missing; the derivative is 3*x**2", {"counterexample": AT},
            "This is not the derivative. The factor x is missing; the derivative is 3*x**2. At x = 2 it is 12, not 6.",
        ),
        (
            "latex", "f'(x) = 3", "wrong, not localised to one term or factor; the derivative is 3*x**2", {},
            "This is not the derivative. The derivative is 3*x**2.",
        ),
        ("latex", "a + f'(x) = 3", "the left side is 5", {}, "The two sides are not equal. The left side is 5."),
        ("numpy", "dW = P", "wrong, not localised", {"variable": "W"}, "`dW` is not the gradient by `W`."),
        (
            "numpy", "dW = P", "the sign is wrong",
            {"variable": "W", "counterexample": {"at": {"index 0": 4, "index 1": 0}, "claimed": 1.5, "computed": -1.5}},
            "`dW` is not the gradient by `W`. The sign is wrong. At index [4, 0] it is -1.5, not 1.5.",
        ),
        (
            "numpy", "dW = P", "dW is transposed", {"variable": "W"},
            "`dW` is not the gradient by `W`. dW is transposed.",
        ),
        (
            "latex", "g = 1", "the sign is wrong",
            {"counterexample": {"at": {"j": 1, "w_1": 2, "w_2": 3, "x_1_1": 5,
                                        "x_1_2": 4, "x_2_1": 7, "x_2_2": 6, "y": 1},
                                "claimed": 1, "computed": -1}},
            "This is not the derivative. The sign is wrong. "
            "At j = 1, w = [2, 3], x = [[5, 4], [7, 6]], y = 1 it is -1, not 1.",
        ),
        (
            "latex", "g = 1", "the sign is wrong",
            {"counterexample": {"at": {"w_1": 2, "w_3": 3, "x_1": 4}, "claimed": 1, "computed": -1}},
            "This is not the derivative. The sign is wrong. At w_1 = 2, w_3 = 3, x_1 = 4 it is -1, not 1.",
        ),
        (
            "numpy", "dW = P", "the sign is wrong",
            {"variable": 3, "counterexample": {"at": {"x": "y"}, "claimed": [], "computed": 1}},
            "This is not the derivative. The sign is wrong.",
        ),
    ],
)  # fmt: skip
def test_a_refutation_reads_well_and_survives_forged_evidence(
    source: str, text: str, reason: str, evidence: dict[str, Any], said: str
) -> None:
    verdict = Verdict(Outcome.REFUTED, None, reason, None, evidence)
    assert refutation(Claim("A.md", "gradient", source, text, SPAN, verdict)) == said


@pytest.mark.parametrize(
    ("diagnosis", "opening"),
    [
        ("sign", "This step of descent goes the wrong way."),
        ("swapped variable", "This step uses the derivative with respect to another variable."),
    ],
)
def test_the_headline_of_a_wrong_step_says_what_is_wrong_with_it(diagnosis: str, opening: str) -> None:
    verdict = Verdict(Outcome.REFUTED, None, "b is changed by the derivative with respect to w", diagnosis)
    said = refutation(Claim("A.md", "update-rule", "latex", "b = b - dw", SPAN, verdict))
    assert said == f"{opening} b is changed by the derivative with respect to w."
