"""Inline code: as many backticks at its end as at its beginning."""

from __future__ import annotations

import re

from notevault.notes.scanner import Piece, Scanner

_RUN = re.compile(r"`+")


def code_span(scanner: Scanner, at: int) -> Piece | None:
    """Inline code, or a run of backticks that nothing closes and that is therefore text."""
    opening = _RUN.match(scanner.text, at)
    if opening is None:
        return None
    fence = opening.group()
    end = closing_run(scanner, fence, opening.end())
    if end < 0:
        return Piece(at, opening.end(), fence)
    return Piece(at, end, scanner.text[opening.end() : end - len(fence)].strip())


def closing_run(scanner: Scanner, fence: str, position: int) -> int:
    """The end of the next run of exactly `fence`, or -1."""
    while (found := scanner.find(fence, position)) >= 0:
        run = _RUN.match(scanner.text, found)
        if run is None or run.end() - found == len(fence):
            return found + len(fence)
        position = run.end()
    return -1
