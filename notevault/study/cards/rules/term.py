"""`- **Term**: text`: a list item that explains a term."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.notes.model import BlockKind
from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source, capitalised
from notevault.study.cards.sentences import sentences
from notevault.study.model import CardKind

_ITEM = re.compile(
    r"^\*\*(?P<term>[^*\n]{2,60}?)\s*(?::\s*\*\*|\*\*\s*(?:\([^)]*\)\s*)?[:–—])\s*(?P<text>\S.*)$", re.DOTALL
)


def _meaning(term: str, sentence: str) -> str:
    """The sentence, or what follows "The term refers to" where it begins so.

    >>> _meaning("Grain", "The grain of a table refers to the level of detail in it.")
    'The level of detail in it.'
    """
    told = re.match(
        rf"(?:The |An? )?{re.escape(term)}(?: [^.,]{{1,40}}?)? (?:refers? to|is|are) (?=(?:an?|the)\b)", sentence, re.I
    )
    return capitalised(sentence[told.end() :] if told else sentence)


def terms(source: Source) -> Iterator[Candidate]:
    """What a term in bold at the start of a list item means, in the first sentence of its explanation."""
    for block in source.note.blocks:
        match = _ITEM.match(block.text) if block.kind is BlockKind.LIST_ITEM else None
        if not match:
            continue
        term = plain(match["term"]).strip()
        text = plain(match["text"]).strip()
        yield Candidate(
            "term",
            CardKind.BASIC,
            source.with_context(f"what does “{term}” mean?", term),
            _meaning(term, next(sentences(text)).text),
            block.span,
            term,
        )
