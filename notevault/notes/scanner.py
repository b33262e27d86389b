"""The inline text of one block, at the places where it stands in the note, and the pieces found in it.

The inline text of a block has the length of its place in the note: what stands between its lines (indents, quote
marks) is blank. So a place in the inline text is a place in the note, less `base`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from notevault.diagnostics import Diagnostic, SourceText, Span
from notevault.notes.model import Footnote, Formula, Highlight, Link, Tag

OPAQUE = "\ufffc"
"""Stands in `masked` for every character inside a construct that nothing else is read in."""

Value = Link | Formula | Tag | Highlight | Footnote | Span
"""What an inline construct is in the note; a comment is its span alone."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A construct at `start:end` of the inline text: what a reader sees for it, and the value for the note."""

    start: int
    end: int
    plain: str
    value: Value | None = None


@dataclass(slots=True)
class Scanner:
    """One block's inline text during its scan.

    `opaque` are the pieces in which nothing more is read; `masked` is the text with those blanked. `values` and
    `edits` gather what is found; an edit says what a reader sees in place of a range.
    """

    source: SourceText
    base: int
    text: str
    in_table: bool = False
    masked: str = ""
    opaque: list[Piece] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _next: dict[str, int] = field(default_factory=dict)

    def span(self, start: int, end: int) -> Span:
        """The span in the note of `text[start:end]`."""
        return self.source.span(self.base + start, self.base + end)

    def find(self, delimiter: str, position: int) -> int:
        """Where `delimiter` is next, or -1. Remembered, so that a scan from left to right stays linear."""
        known = self._next.get(delimiter)
        if known is None or -1 < known < position:
            known = self._next[delimiter] = self.text.find(delimiter, position)
        return known

    def hide(self, pieces: list[Piece]) -> None:
        """Take `pieces` as opaque: record what they are, and blank them in `masked`."""
        if not pieces:
            return
        parts: list[str] = []
        last = 0
        for piece in pieces:
            parts += (self.masked[last : piece.start], OPAQUE * (piece.end - piece.start))
            last = piece.end
        parts.append(self.masked[last:])
        self.masked = "".join(parts)
        self.opaque += pieces
        self.edits += [(piece.start, piece.end, piece.plain) for piece in pieces]
        self.values += [piece.value for piece in pieces if piece.value is not None]


OpaqueRule = Callable[[Scanner, int], Piece | None]
"""Reads the construct that begins at a position of `text`, if one does."""

MaskedRule = Callable[[Scanner], None]
"""Adds to `values` and `edits` what it finds in `masked`."""
