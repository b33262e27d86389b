"""The inline level: one scan of a block's text by the table of inline rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

from notevault.notes.code_spans import code_span
from notevault.notes.comments import comment
from notevault.notes.emphasis import emphasis
from notevault.notes.escapes import escape
from notevault.notes.footnotes import footnotes
from notevault.notes.formulas import formula
from notevault.notes.highlights import highlights
from notevault.notes.html import html
from notevault.notes.markdown_links import markdown_links
from notevault.notes.scanner import MaskedRule, OpaqueRule, Piece, Scanner
from notevault.notes.tags import tags
from notevault.notes.wikilinks import wikilink

OPAQUE_RULES: Mapping[str, OpaqueRule] = {
    "\\": escape,
    "`": code_span,
    "$": formula,
    "%": comment,
    "<": html,
    "[": wikilink,
    "!": wikilink,
}
"""By first character: constructs in which no other is read. The leftmost wins."""

MASKED_RULES: Mapping[str, MaskedRule] = {
    "==": highlights,
    "#": tags,
    "^": footnotes,
    "*": emphasis,
    "_": emphasis,
    "~~": emphasis,
}
"""By a mark without which there is nothing to find: constructs that may hold others."""

_TRIGGER = re.compile(r"[\\`$<]|%%|!?\[\[")


def scan(scanner: Scanner, references: Mapping[str, str]) -> None:
    """Read every inline construct of a block."""
    text = scanner.masked = scanner.text
    pieces: list[Piece] = []
    position = 0
    while match := _TRIGGER.search(text, position):
        at = match.start()
        piece = OPAQUE_RULES[text[at]](scanner, at)
        if piece is None:
            position = at + 1
        else:
            pieces.append(piece)
            position = piece.end
    scanner.hide(pieces)
    markdown_links(scanner, references)
    done: set[MaskedRule] = set()
    for mark, rule in MASKED_RULES.items():
        if mark in scanner.masked and rule not in done:
            done.add(rule)
            rule(scanner)


def plain_text(scanner: Scanner, start: int = 0, end: int | None = None) -> str:
    """What a reader sees of `text[start:end]`, on one line."""
    end = len(scanner.text) if end is None else end
    parts: list[str] = []
    for edit_start, edit_end, seen in sorted(scanner.edits):
        if edit_start >= start and edit_end <= end:
            parts += (scanner.text[start:edit_start], seen)
            start = edit_end
    parts.append(scanner.text[start:end])
    return " ".join("".join(parts).split())
