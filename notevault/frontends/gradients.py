"""The verdict on a claimed derivative of a sympy expression: the engine differentiates, the identity test compares."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sympy

from notevault.frontends.claims import Outcome, Verdict
from notevault.frontends.engine import gradient
from notevault.frontends.explain import explain
from notevault.frontends.expressions import Expr, ExpressionError, encode
from notevault.frontends.identity import Answer, Identity, equal
from notevault.frontends.programs import TooLargeError, UnknownHeadError


def judge(
    function: Expr, variables: Expr | Sequence[Expr], claimed: Expr, *, positive: Collection[str] = ()
) -> Verdict:
    """Whether `claimed` is the derivative of `function` by `variables` (one after the other).

    >>> x, w = sympy.symbols("x w")
    >>> verdict = judge((w * x - 1) ** 2, w, 2 * (w * x - 1))
    >>> str(verdict.outcome), verdict.diagnosis, verdict.reason
    ('refuted', 'missing chain factor', 'the chain factor x is missing: it is the derivative of w*x by w')
    """
    by = list(variables) if isinstance(variables, Sequence) else [variables]
    try:
        before, computed = function, function
        for variable in by:
            before, computed = computed, gradient(computed, variable)
    except (UnknownHeadError, TooLargeError) as error:
        return Verdict(Outcome.INCONCLUSIVE, reason=str(error))
    result = equal(computed, claimed, positive=positive)
    evidence = evidence_of(function, by, claimed, result)
    if result.answer is Answer.EQUAL:
        return Verdict(Outcome.VERIFIED, result.confidence, result.reason, None, evidence)
    if result.answer is Answer.UNDETERMINED:
        return Verdict(Outcome.INCONCLUSIVE, None, result.reason, None, evidence)
    why = explain(before, by[-1], claimed, computed)
    return Verdict(Outcome.REFUTED, result.confidence, why.text, why.kind, evidence)


def evidence_of(function: Expr, by: Sequence[Expr], claimed: Expr, result: Identity) -> dict[str, Any]:
    """The evidence of a verdict: the expressions encoded, the points, and the counterexample."""
    evidence: dict[str, Any] = {
        "variable": ", ".join(str(variable) for variable in by),
        "points": result.points,
        "skipped": result.skipped,
        "largest_error": result.largest_error,
    }
    for key, expr in (("function", function), ("claimed", claimed)):
        try:
            evidence[key] = encode(expr)
        except ExpressionError:
            evidence[key] = None
    if result.counterexample is not None:
        evidence["counterexample"] = dict(result.counterexample)
    return evidence


def is_scalar(value: object) -> bool:
    """Whether a value is a scalar sympy expression with names in it."""
    return isinstance(value, sympy.Expr) and not isinstance(value, sympy.MatrixExpr) and bool(value.free_symbols)
