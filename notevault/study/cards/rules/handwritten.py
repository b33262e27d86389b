"""Cards that the author wrote as cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.notes.flashcards import Flashcard, flashcards
from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.model import CardKind

_GAP_BLANK = re.compile(r"(\{\{c\d+::)\s+")


def handwritten(source: Source) -> Iterator[Candidate]:
    """Every card that stands in the note as one."""
    for block in source.note.blocks:
        for card in flashcards(block):
            front, back = plain(card.front).strip(), plain(card.back).strip()
            yield Candidate("handwritten", _kind(card), _GAP_BLANK.sub(r"\1", front), back, block.span, given=True)


def _kind(card: Flashcard) -> CardKind:
    if card.cloze:
        return CardKind.CLOZE
    return CardKind.REVERSED if card.reversed else CardKind.BASIC
