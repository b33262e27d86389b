"""Obsidian comments: `%%…%%`, in a line or over many."""

from __future__ import annotations

from notevault.notes.scanner import Piece, Scanner

MARK = "%%"


def comment(scanner: Scanner, at: int) -> Piece | None:
    """A comment inside a block. One that nothing closes is text: better to show too much than to lose a note."""
    if not scanner.text.startswith(MARK, at):
        return None
    close = scanner.find(MARK, at + 2)
    return None if close < 0 else Piece(at, close + 2, "", scanner.span(at, close + 2))
