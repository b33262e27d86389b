"""A derivative that the note states and that was verified."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Symbol, latex

from notevault.frontends.claims import Outcome
from notevault.frontends.symbolic.expressions import decode
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.model import CardKind


def derivatives(source: Source) -> Iterator[Candidate]:
    """The derivative of a function with respect to a variable, as the note writes it."""
    for claim in source.claims:
        evidence = claim.verdict.evidence
        if claim.kind != "gradient" or claim.verdict.outcome is not Outcome.VERIFIED:
            continue
        if not evidence.get("function") or not evidence.get("claimed"):
            continue
        function, claimed, variable = decode(evidence["function"]), decode(evidence["claimed"]), evidence["variable"]
        if not isinstance(function, Expr) or not isinstance(claimed, Expr) or claimed.is_number:
            continue
        if variable not in {symbol.name for symbol in function.free_symbols}:
            continue  # checked at an example: sizes and places were numbers, which the note does not speak of
        yield Candidate(
            "derivative",
            CardKind.BASIC,
            f"What is the derivative of ${latex(function)}$ with respect to ${latex(Symbol(variable))}$?",
            f"${latex(claimed)}$",
            claim.span,
            str(function),
        )
