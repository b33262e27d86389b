"""What is said about a note, and where: spans, edits, fixes and diagnostics."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of a source text: `source[start:end]`.

    Lines and columns are 1-based and count code points; `end_column` is the column after the last character.
    """

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text with the index of its lines, which turns offsets into lines and columns and back.

    >>> source = SourceText("ab\\ncd")
    >>> source.span(3, 5)
    Span(start=3, end=5, line=2, column=1, end_line=2, end_column=3)
    >>> source.offset(2, 2)
    4
    """

    text: str
    line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lengths = (len(line) + 1 for line in self.text.split("\n"))
        object.__setattr__(self, "line_starts", (0, *accumulate(lengths))[:-1])

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based (line, column) of `offset`."""
        row = bisect_right(self.line_starts, offset) - 1
        return row + 1, offset - self.line_starts[row] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of `text[start:end]`."""
        return Span(start, end, *self.position(start), *self.position(end))

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and column; a column past the line's end gives the line's end."""
        row = min(max(line, 1), len(self.line_starts)) - 1
        return min(self.line_starts[row] + column - 1, self.line_starts[row] + len(self.line(row + 1)))

    def line(self, number: int) -> str:
        """The text of the 1-based line `number`, without its line break."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].removesuffix("\r")


class Severity(StrEnum):
    """How much a diagnostic weighs: only `error` is shown in red."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that would mend a diagnostic; `verified` when the changed note was tried and held."""

    description: str
    edits: tuple[Edit, ...]
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong in a note; `note` is its path relative to the vault, with `/`."""

    code: str
    severity: Severity
    message: str
    note: str
    span: Span
    fix: Fix | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order in which diagnostics are shown: by note, then by place."""
        return (self.note, self.span.start, self.span.end, self.code, self.message)
