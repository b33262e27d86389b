"""The extraction rules, one a file: each finds candidates in a note, and judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from notevault.study.cards.candidate import Candidate, Source
from notevault.study.cards.rules.abbreviation import abbreviations
from notevault.study.cards.rules.definition import definitions
from notevault.study.cards.rules.derivative import derivatives
from notevault.study.cards.rules.formula import formulas
from notevault.study.cards.rules.handwritten import handwritten
from notevault.study.cards.rules.highlight import highlights
from notevault.study.cards.rules.question import questions
from notevault.study.cards.rules.table import tables
from notevault.study.cards.rules.term import terms

Rule = Callable[[Source], Iterator[Candidate]]

RULES: Mapping[str, Rule] = {
    "handwritten": handwritten,
    "definition": definitions,
    "derivative": derivatives,
    "formula": formulas,
    "question": questions,
    "abbreviation": abbreviations,
    "term": terms,
    "table": tables,
    "highlight": highlights,
}
"""In the order in which they are asked: of two cards with the same question the first is kept."""
