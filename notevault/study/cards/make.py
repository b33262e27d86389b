"""All cards of a vault, with what was rejected and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from notevault.checks.model import Claim, Report
from notevault.diagnostics import Span
from notevault.frontends.claims import Outcome
from notevault.notes.model import Note
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.cards.gates import rejection, words
from notevault.study.cards.gates.words import FORMULA
from notevault.study.cards.rivals import rivals
from notevault.study.cards.rules import RULES
from notevault.study.cards.rules.abbreviation import expansions
from notevault.study.model import Card, Rejection, item_id
from notevault.vault.model import Vault

STUB_WORDS = 12
"""A note with fewer words of prose is a stub: only the author's own cards are taken from it."""


def make_cards(vault: Vault, report: Report) -> tuple[tuple[Card, ...], tuple[Rejection, ...]]:
    """The cards of `vault` in the order of notes and places, and the candidates that failed a gate."""
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in report.claims:
        claims[claim.note].append(claim)
    cards: list[Card] = []
    rejections: list[Rejection] = []
    asked: dict[str, str] = {}
    known = expansions(vault.notes.values())
    for note in vault.notes.values():
        source = Source(note, tuple(claims[note.path]), known)
        kept: list[Card] = []
        for candidate, doubt in rivals(list(_candidates(source)), source):
            reason = rejection(candidate) or _against(candidate, source) or doubt or _repeated(candidate, asked)
            if reason:
                rejections.append(_rejection(candidate, note, reason))
            else:
                asked[_question(candidate)] = note.path
                kept.append(_card(candidate, note))
        cards += sorted(kept, key=lambda card: (card.span.start, card.id))
    return tuple(cards), tuple(rejections)


def _candidates(source: Source) -> Iterator[Candidate]:
    for rule in RULES.values():
        yield from rule(source)


def _against(candidate: Candidate, source: Source) -> str | None:
    """What the rest of the note says against the candidate."""
    if candidate.given:
        return None
    for claim in source.claims:
        if claim.verdict.outcome is Outcome.REFUTED and _overlap(claim.span, candidate.span):
            return "the check refutes it"
    if sum(len(words(block.plain)) for block in source.note.blocks) < STUB_WORDS:
        return "the note is a stub"
    return None


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _question(candidate: Candidate) -> str:
    """The words of the prompt, and its formulas, in which capital letters and signs make a difference."""
    formulas = ("".join(formula.split()) for formula in FORMULA.findall(candidate.prompt))
    return " ".join([*words(candidate.prompt.casefold()), *formulas])


def _repeated(candidate: Candidate, asked: dict[str, str]) -> str | None:
    where = asked.get(_question(candidate))
    return f"the same question is asked in {where}" if where else None


def _card(candidate: Candidate, note: Note) -> Card:
    return Card(
        item_id(note.path, candidate.rule, candidate.prompt),
        candidate.kind,
        candidate.prompt,
        candidate.answer,
        note.path,
        candidate.span,
        deck_of(note.path),
        tuple(sorted({tag.name for tag in note.tags}, key=str.casefold)),
        (note.title,),
        candidate.rule,
    )


def _rejection(candidate: Candidate, note: Note, reason: str) -> Rejection:
    return Rejection(note.path, candidate.span, candidate.rule, _shown(candidate), reason)


def _shown(candidate: Candidate) -> str:
    return " → ".join(part for part in (candidate.prompt, candidate.answer) if part)


def deck_of(path: str) -> str:
    """The deck of a note: one a folder, nested as the folders are.

    >>> deck_of("Calculus/Limits/Epsilon.md"), deck_of("Index.md")
    ('notevault::Calculus::Limits', 'notevault')
    """
    return "::".join(("notevault", *PurePosixPath(path).parts[:-1]))


def decks(cards: Iterable[Card]) -> dict[str, list[Card]]:
    """The cards by deck, decks in order of their names."""
    by_deck: defaultdict[str, list[Card]] = defaultdict(list)
    for card in cards:
        by_deck[card.deck].append(card)
    return dict(sorted(by_deck.items()))
