"""Cards written by hand that lack a side."""

from __future__ import annotations

from collections.abc import Iterator

from notevault.diagnostics import Diagnostic
from notevault.notes.flashcards import flashcards
from notevault.notes.model import Note
from notevault.rules import RULES


def flashcard_diagnostics(note: Note) -> Iterator[Diagnostic]:
    """A diagnostic for each card whose question or answer is missing."""
    rule = RULES["NV501"]
    for block in note.blocks:
        for card in flashcards(block):
            if not card.complete:
                side = "answer" if card.front.strip() else "question"
                yield Diagnostic(rule.code, rule.severity, f"this card has no {side}", note.path, block.span)
