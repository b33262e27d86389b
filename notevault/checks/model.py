"""What checking gives back: the status of each code block, claims with their verdicts, diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from notevault.diagnostics import Diagnostic, Fix, Span
from notevault.frontends.claims import Verdict


class Status(StrEnum):
    """What became of a code block; exactly one holds."""

    VERIFIED = "verified"
    RAN = "ran"
    MISMATCH = "mismatch"
    ERROR = "error"
    SYNTAX = "syntax"
    LIMIT = "limit"
    NEEDS_PACKAGE = "needs-package"
    NEEDS_INPUT = "needs-input"
    UNDEFINED = "undefined"
    CASCADE = "cascade"
    UNSUPPORTED = "unsupported"
    SKIPPED = "skipped"

    @property
    def red(self) -> bool:
        """Only these four say that the note itself is wrong."""
        return self in {Status.MISMATCH, Status.ERROR, Status.SYNTAX, Status.LIMIT}


@dataclass(frozen=True, slots=True)
class BlockResult:
    """What became of one code block; `line` is its opening fence, `session` the blocks it shared names with."""

    note: str
    line: int
    language: str
    status: Status
    reason: str
    stdout: str
    session: str
    span: Span
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a note states and that can be true or false, with the verdict on it."""

    note: str
    kind: str
    source: str
    text: str
    span: Span
    verdict: Verdict

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order in which claims are shown: by note, then by place."""
        return (self.note, self.span.start, self.span.end, self.kind, self.text)


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found in a vault, each part in the order of notes and places."""

    blocks: tuple[BlockResult, ...]
    claims: tuple[Claim, ...]
    diagnostics: tuple[Diagnostic, ...]
