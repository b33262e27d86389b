"""LaTeX formulas: `$…$` in a line, `$$…$$` displayed."""

from __future__ import annotations

from notevault.notes.model import Formula
from notevault.notes.scanner import Piece, Scanner


def formula(scanner: Scanner, at: int) -> Piece | None:
    """A formula that begins at a dollar. `$5 and $10` is money: a dollar beside a space, or before a digit,
    closes nothing, as in Obsidian."""
    if scanner.text.startswith("$$", at):
        return _displayed(scanner, at)
    return _inline(scanner, at)


def _displayed(scanner: Scanner, at: int) -> Piece | None:
    close = scanner.find("$$", at + 2)
    while close > 0 and _escaped(scanner.text, close):
        close = scanner.find("$$", close + 1)
    if close < 0 or not scanner.text[at + 2 : close].strip():
        return Piece(at, at + 2, "$$")
    return _piece(scanner, at, at + 2, close, close + 2)


def _inline(scanner: Scanner, at: int) -> Piece | None:
    text = scanner.text
    if text[at + 1 : at + 2].isspace() or text[at - 1 : at].isdecimal():
        return None
    close = scanner.find("$", at + 1)
    while close > 0 and _escaped(text, close):
        close = scanner.find("$", close + 1)
    if close < 0 or text[close - 1].isspace() or text[close + 1 : close + 2].isdecimal():
        return None
    return _piece(scanner, at, at + 1, close, close + 1)


def _escaped(text: str, at: int) -> bool:
    backslashes = at - len(text[max(at - 16, 0) : at].rstrip("\\")) - max(at - 16, 0)
    return backslashes % 2 == 1


def _piece(scanner: Scanner, start: int, inner: int, close: int, end: int) -> Piece:
    latex = scanner.text[inner:close]
    value = Formula(latex, end - close == 2, scanner.span(start, end), scanner.span(inner, close))
    return Piece(start, end, scanner.text[start:end], value)
