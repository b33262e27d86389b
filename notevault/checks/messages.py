"""The sentence about a refuted claim: what is wrong, and a point at which anybody can see it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from notevault.checks.model import Claim
from notevault.frontends.claims import Verdict

MOST_NAMES = 6

_NOT_LOCALISED = re.compile(r"^wrong, not localised[^;]*(?:; |$)")
"""What an explanation says when it found no single fault: the opening has said that it is wrong."""

_OPENINGS: Mapping[str, str] = {
    "gradient": "This is not the derivative.",
    "update-rule": "This step of descent goes the wrong way.",
    "equation": "The two sides are not equal.",
}


def refutation(claim: Claim) -> str:
    """The message of the diagnostic for a refuted claim about mathematics."""
    return f"{_opening(claim)} {_reason(claim.verdict)}{_counterexample(claim.verdict)}".strip()


def _opening(claim: Claim) -> str:
    variable = claim.verdict.evidence.get("variable")
    name, equals, _ = claim.text.partition("=")
    if claim.source not in {"latex", "sympy"} and equals and isinstance(variable, str):
        return f"`{name.strip(' +-*/')}` is not the gradient by `{variable}`."
    if claim.verdict.reason.startswith("the left side is"):
        return _OPENINGS["equation"]
    return _OPENINGS[claim.kind]


def _reason(verdict: Verdict) -> str:
    reason = _NOT_LOCALISED.sub("", verdict.reason)
    if not reason:
        return ""
    return f"{reason[0].upper() + reason[1:] if reason[1:2].isalpha() else reason}."  # a name of one letter stays


def _counterexample(verdict: Verdict) -> str:
    """The point and both values; nothing where what came out of the jail does not have their form."""
    match verdict.evidence.get("counterexample"):
        case {"at": dict(at), "claimed": int() | float() as claimed, "computed": int() | float() as computed}:
            if at and len(at) <= MOST_NAMES and all(isinstance(value, int | float) for value in at.values()):
                return f" At {_point(at)} it is {computed:g}, not {claimed:g}."
    return ""


def _point(at: Mapping[str, float]) -> str:
    if all(name.startswith("index") for name in at):
        return f"index [{', '.join(f'{value:g}' for value in at.values())}]"
    return ", ".join(f"{name} = {value:g}" for name, value in at.items())
