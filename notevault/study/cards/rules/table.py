"""A table whose first column names things: one card for each cell under a header that asks a clear question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from notevault.notes.model import Block, BlockKind
from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source, capitalised
from notevault.study.model import CardKind

QUESTIONS: Mapping[str, str] = {
    "definition": "what does {} mean?",
    "meaning": "what does {} mean?",
    "what it means": "what does {} mean?",
    "stands for": "what does {} stand for?",
    "full form": "what does {} stand for?",
    "formula": "what is the formula of {}?",
    "equation": "what is the equation of {}?",
    "derivative": "what is the derivative of {}?",
    "range": "what is the range of {}?",
    "domain": "what is the domain of {}?",
    "unit": "in what unit is {} measured?",
    "complexity": "what is the complexity of {}?",
    "time complexity": "what is the time complexity of {}?",
    "space complexity": "what is the space complexity of {}?",
    "purpose": "what is {} for?",
    "used for": "what is {} used for?",
    "idea": "what is the idea of {}?",
    "rule": "what is the rule for {}?",
}
"""The headers that make a question, in lower case."""


_ADJECTIVE = re.compile(r"[A-Za-z]{3,}(?:al|ive|ous|ary|ic|able|ful)")


def tables(source: Source) -> Iterator[Candidate]:
    """What a table says of the thing in a row's first cell."""
    for header, *rows in _tables(source.note.blocks):
        names = [plain(cell).strip().casefold() for cell in header.cells]
        asked = [column for column, name in enumerate(names) if column and name in QUESTIONS]
        for row in rows:
            cells = [plain(cell).strip() for cell in row.cells]
            for column in asked if len(cells) == len(names) else ():
                question = source.with_context(QUESTIONS[names[column]].format(_named(cells[0], names[0])))
                yield Candidate("table", CardKind.BASIC, question, capitalised(cells[column]), row.span, cells[0])


def _named(entry: str, header: str) -> str:
    """The entry; an adjective together with the header that it belongs to.

    >>> _named("Physical", "dimension"), _named("Adam", "optimiser")
    ('the dimension “Physical”', 'Adam')
    """
    return f"the {header} “{entry}”" if header and _ADJECTIVE.fullmatch(entry) else entry


def _tables(blocks: tuple[Block, ...]) -> Iterator[list[Block]]:
    """The rows of each table, its header first."""
    rows: list[Block] = []
    for block in blocks:
        adjacent = rows and block.kind is BlockKind.TABLE_ROW and block.span.line - rows[-1].span.end_line <= 2
        if rows and not adjacent:
            yield rows
            rows = []
        if block.kind is BlockKind.TABLE_ROW:
            rows.append(block)
    if rows:
        yield rows
