"""The evidence of a verdict on two expressions: what was compared, at how many points, and where they differ."""

from __future__ import annotations

from typing import Any

from notevault.frontends.comparison.identity import Identity
from notevault.frontends.symbolic.expressions import Expr, ExpressionError, encode


def evidence_of(result: Identity, **expressions: Expr) -> dict[str, Any]:
    """The points, the largest error, the counterexample if there is one, and the named expressions, encoded.

    An expression that has no code is None.

    >>> import sympy
    >>> from notevault.frontends.comparison.identity import equal
    >>> x = sympy.Symbol("x")
    >>> evidence_of(equal(2 * x, x), claimed=x)["counterexample"]
    {'at': {'x': 2}, 'claimed': 2, 'computed': 4}
    """
    evidence: dict[str, Any] = {
        "points": result.points,
        "skipped": result.skipped,
        "largest_error": result.largest_error,
    }
    if result.domain:
        evidence["domain"] = result.domain
    for key, expr in expressions.items():
        try:
            evidence[key] = encode(expr)
        except ExpressionError:
            evidence[key] = None
    if result.counterexample is not None:
        evidence["counterexample"] = dict(result.counterexample)
    return evidence
