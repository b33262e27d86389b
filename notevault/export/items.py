"""`cards.md` and `exercises.md`: what to study, on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from notevault.study.model import Card, CardKind, Exercise


def cards_markdown(cards: Sequence[Card]) -> str:
    """The cards, note by note, the answer folded away below the question."""
    lines = ["# Cards", ""]
    for path, group in groupby(cards, key=lambda card: card.note):
        lines += [f"## {path}", ""]
        for card in group:
            lines += _card(card)
    return "\n".join(lines).rstrip() + "\n"


def _card(card: Card) -> Iterator[str]:
    arrow = " ⇄" if card.kind is CardKind.REVERSED else ""
    yield f"**{card.prompt}**{arrow}" if "\n" not in card.prompt and "$$" not in card.prompt else card.prompt
    yield ""
    if card.answer:
        yield from (card.answer, "")
    yield from (f"*line {card.span.line}, {card.rule}*", "", "---", "")


def exercises_markdown(exercises: Sequence[Exercise]) -> str:
    """All exercises, then all worked solutions."""
    lines = ["# Exercises", ""]
    for number, exercise in enumerate(exercises, start=1):
        lines += [f"## {number}. {_title(exercise)}", "", exercise.prompt.strip(), ""]
    lines += ["# Worked solutions", ""]
    for number, exercise in enumerate(exercises, start=1):
        lines += [f"## Solution {number}", "", exercise.solution.strip(), ""]
        lines += [f"- *{misconception.name}*: {misconception.feedback}" for misconception in exercise.misconceptions]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _title(exercise: Exercise) -> str:
    return f"{exercise.family.replace('-', ' ').capitalize()} ({exercise.note}, line {exercise.span.line})"
