"""Claims found in code and formulas, and the verdicts on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from notevault.errors import NotevaultError


class Outcome(StrEnum):
    """The four things that can be said of a claim."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    NOT_CHECKABLE = "not-checkable"


class Confidence(StrEnum):
    """How a verdict was reached: by exact arithmetic, at random points with many digits, or in floating point."""

    EXACT = "exact"
    IDENTITY_TEST = "identity-test"
    NUMERIC = "numeric"


class MalformedFindingError(NotevaultError):
    """A finding that came back from untrusted code does not have the shape of one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided of a claim, and why.

    `evidence` is plain JSON data: `function` and `claimed` (encoded expressions), `variable`, `points`, `skipped`,
    `largest_error`, and `counterexample` as `{"at": {name: number}, "claimed": number, "computed": number}`.
    """

    outcome: Outcome
    confidence: Confidence | None = None
    reason: str = ""
    diagnosis: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its verdict, placed in the text it was found in (1-based, relative to the block or formula)."""

    kind: str
    source: str
    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        """The finding as plain JSON data, the form in which it leaves the jail."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The finding that `as_json` made; raises MalformedFindingError for anything else.

        >>> verdict = Verdict(Outcome.VERIFIED, Confidence.EXACT)
        >>> finding = Finding("gradient", "sympy", "diff(loss, w)", 1, 1, 1, 14, verdict)
        >>> Finding.from_json(finding.as_json()) == finding
        True
        """
        match data:
            case {
                "kind": str(kind),
                "source": str(source),
                "text": str(text),
                "line": int(line),
                "column": int(column),
                "end_line": int(end_line),
                "end_column": int(end_column),
                "verdict": {
                    "outcome": str(outcome),
                    "confidence": str() | None as confidence,
                    "reason": str(reason),
                    "diagnosis": str() | None as diagnosis,
                    "evidence": dict(evidence),
                },
            } if outcome in {*Outcome} and confidence in {None, *Confidence}:
                verdict = Verdict(
                    Outcome(outcome),
                    Confidence(confidence) if confidence else None,
                    reason,
                    diagnosis,
                    evidence,
                )
                return cls(kind, source, text, line, column, end_line, end_column, verdict)
        raise MalformedFindingError("not a finding")
