"""Backslash escapes: `\\#` is a `#` that means nothing."""

from __future__ import annotations

from string import punctuation

from notevault.notes.scanner import Piece, Scanner


def escape(scanner: Scanner, at: int) -> Piece | None:
    """A backslash before ASCII punctuation."""
    following = scanner.text[at + 1 : at + 2]
    return Piece(at, at + 2, following) if following and following in punctuation else None
