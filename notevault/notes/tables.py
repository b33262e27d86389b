"""Tables: rows, cells and the wikilinks that an unescaped bar cuts in two."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token

from notevault.diagnostics import Diagnostic, Edit, Fix, SourceText
from notevault.rules import RULES

_BAR = re.compile(r"\\.|\|")
_CUT = re.compile(r"\[\[[^\[\]|\\]*(\|)[^\[\]|]*\]\]")


def table_rows(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """markdown-it's table rule; every row records where it stands."""
    first = len(state.tokens)
    found = table(state, start_line, end_line, silent)
    if found and not silent:
        for token in state.tokens[first:]:
            if token.type == "tr_open":
                record_row(state, token)
    return found


def record_row(state: StateBlock, token: Token) -> None:
    """Record the place of a row."""
    row = (token.map or [0])[0]
    token.meta["lines"] = [(state.bMarks[row] + state.tShift[row], state.eMarks[row])]


def cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The places of the cells in the row `text[start:end]`, without the spaces around them.

    >>> row = "| a | b \\\\| c |"
    >>> [row[start:end] for start, end in cells(row, 0, len(row))]
    ['a', 'b \\\\| c']
    """
    bars = [match.start() for match in _BAR.finditer(text, start, end) if match.group() == "|"]
    edges = list(zip([start, *(bar + 1 for bar in bars)], [*bars, end], strict=True))
    if edges and not text[slice(*edges[0])].strip(" \t\r"):
        edges = edges[1:]
    if edges and not text[slice(*edges[-1])].strip(" \t\r"):
        edges = edges[:-1]
    return [_trimmed(text, *edge) for edge in edges]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t":
        start += 1
    while start < end and text[end - 1] in " \t\r":
        end -= 1
    return start, end


def cut_links(path: str, source: SourceText, start: int, end: int) -> Iterator[Diagnostic]:
    """Wikilinks of a row whose label is in another cell, with the backslash that mends each."""
    for match in _CUT.finditer(source.text, start, end):
        if source.text.count("`", start, match.start()) % 2:
            continue
        bar = source.span(match.start(1), match.start(1))
        fix = Fix("escape the bar with a backslash", (Edit(bar, "\\"),))
        span = source.span(match.start(), match.end())
        message = f"the `|` of {match[0]} ends the table cell; in a table it is written `\\|`"
        yield Diagnostic("NV105", RULES["NV105"].severity, message, path, span, fix)
