"""Footnotes: the reference `[^1]`, its definition `[^1]: text`, and the inline `^[text]`."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

from notevault.notes.model import Footnote
from notevault.notes.scanner import Scanner

_REFERENCE = re.compile(r"\[\^[^\[\]\s]+\]")
_DEFINITION = re.compile(r"\[\^([^\[\]\s]+)\]:[ \t]*")
_MARK = re.compile(r"\^\[|[\[\]]")
CONTINUATION = 2
"""How far the later lines of a definition are indented, at least."""


def footnotes(scanner: Scanner) -> None:
    """Footnotes inside a block: references are left out of what a reader sees, inline ones are values too."""
    if "[^" in scanner.masked:
        scanner.edits += [(*match.span(), "") for match in _REFERENCE.finditer(scanner.masked)]
    if "^[" in scanner.masked:
        _inline(scanner)


def _inline(scanner: Scanner) -> None:
    stack: list[tuple[str, int]] = []
    for mark in _MARK.finditer(scanner.masked):
        if mark.group() != "]":
            stack.append((mark.group(), mark.start()))
        elif stack:
            opening, start = stack.pop()
            if opening == "^[":
                text = scanner.text[start + 2 : mark.start()].strip()
                scanner.values.append(Footnote("", text, scanner.span(start, mark.end())))
                scanner.edits.append((start, mark.end(), ""))


def footnote_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """The block rule of a definition; its later lines are indented by two columns or more."""
    begin = state.bMarks[start_line] + state.tShift[start_line]
    match = _DEFINITION.match(state.src, begin, state.eMarks[start_line])
    if match is None or state.is_code_block(start_line):
        return False
    if silent:
        return True
    token = state.push("footnote_open", "", 1)
    token.meta = {"label": match[1], "at": begin}
    saved = state.tShift[start_line], state.sCount[start_line], state.blkIndent, state.parentType
    state.blkIndent += CONTINUATION
    state.tShift[start_line] = match.end() - state.bMarks[start_line]
    state.sCount[start_line] = state.blkIndent
    state.parentType = "footnote"
    state.md.block.tokenize(state, start_line, end_line)
    state.tShift[start_line], state.sCount[start_line], state.blkIndent, state.parentType = saved
    state.line = max(state.line, start_line + 1)
    token.map = [start_line, state.line]
    state.push("footnote_close", "", -1)
    return True
