"""The verdict on a claimed derivative of a sympy expression: the engine differentiates, the identity test compares."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sympy

from notevault.frontends.claims import Outcome, Verdict
from notevault.frontends.comparison.identity import Answer
from notevault.frontends.derivation import Compared, Layout, compare
from notevault.frontends.evidence import evidence_of
from notevault.frontends.explain import Explanation, explain
from notevault.frontends.symbolic.engine import gradient
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.programs import TooLargeError, UnknownHeadError
from notevault.frontends.symbolic.sizes import parts, told

MAX_EXPLAINED = 2_000
"""The search for a mistake walks expressions as trees; larger ones are only called wrong."""


def judge(
    function: Any,
    variables: Expr | Sequence[Expr],
    claimed: Any,
    *,
    positive: Collection[str] = (),
    layout: Layout | None = None,
) -> Verdict:
    """Whether `claimed` is the derivative of `function` by `variables` (one after the other).

    The function, a variable and the claim may have entries: a matrix, or a list.

    >>> x, w = sympy.symbols("x w")
    >>> verdict = judge((w * x - 1) ** 2, w, 2 * (w * x - 1))
    >>> str(verdict.outcome), verdict.diagnosis, verdict.reason
    ('refuted', 'missing chain factor', 'the chain factor x is missing: it is the derivative of w*x by w')
    >>> A, v = sympy.MatrixSymbol("A", 3, 3), sympy.MatrixSymbol("v", 3, 1)
    >>> judge(v.T * A * v, [v], 2 * A * v).reason
    'entry (0, 0) is wrong'
    """
    by = list(variables) if isinstance(variables, Sequence) else [variables]
    try:
        answers = compare(function, by, claimed, layout=layout, positive=positive)
    except (UnknownHeadError, TooLargeError) as error:
        return Verdict(Outcome.INCONCLUSIVE, reason=str(error))
    last = answers[-1]
    names = ", ".join(str(variable) for variable in by)
    evidence = {"variable": names, **evidence_of(last.identity, function=function, claimed=claimed)}
    if any(answer.sizes for answer in answers):
        evidence["sizes"] = [{str(name): size for name, size in answer.sizes.items()} for answer in answers]
        if "counterexample" in evidence:
            shown = evidence["counterexample"]
            evidence["counterexample"] = shown | {"at": evidence["sizes"][-1] | dict(shown["at"])}
    if last.identity.answer is Answer.EQUAL:
        reason = "; ".join(filter(None, [told([dict(answer.sizes) for answer in answers]), last.identity.reason]))
        return Verdict(Outcome.VERIFIED, last.identity.confidence, reason, None, evidence)
    if last.identity.answer is Answer.UNDETERMINED:
        return Verdict(Outcome.INCONCLUSIVE, None, last.identity.reason, None, evidence)
    why = _mistake(function, by, claimed, last)
    return Verdict(Outcome.REFUTED, last.identity.confidence, why.text, why.kind, evidence)


def _mistake(function: Any, by: Sequence[Any], claimed: Any, found: Compared) -> Explanation:
    if found.plain and found.entry == () and tree_size(function) + tree_size(claimed) <= MAX_EXPLAINED:
        before = computed = function
        for variable in by:
            before, computed = computed, gradient(computed, variable)
        return explain(before, by[-1], claimed, computed)
    if found.mistake is not None:
        kind, words = found.mistake
        return Explanation(kind, words)
    if found.entry:
        return Explanation("not localised", f"entry ({', '.join(map(str, found.entry))}) is wrong")
    return Explanation("not localised", "wrong, not localised to one term or factor")


def is_scalar(value: object) -> bool:
    """Whether a value is a scalar sympy expression with names in it."""
    if not isinstance(value, sympy.Expr) or isinstance(value, sympy.MatrixExpr | sympy.MatrixBase):
        return False
    return any(getattr(part, "is_symbol", False) for part in parts(value))


def tree_size(expr: Expr) -> int:
    """How many parts an expression has when it is written out, shared ones as often as they occur."""
    sizes: dict[int, int] = {}
    stack = [(expr, False)]
    while stack:
        part, ready = stack.pop()
        if id(part) in sizes:
            continue
        if ready or not part.args:
            sizes[id(part)] = 1 + sum(sizes[id(operand)] for operand in part.args)
        else:
            stack.append((part, True))
            stack.extend((operand, False) for operand in part.args)
    return sizes[id(expr)]
