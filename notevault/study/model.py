"""What a reader studies: cards, exercises, and the reasons for what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from notevault.diagnostics import Span


class CardKind(StrEnum):
    """How a card asks: one way, both ways, or by a gap in a sentence."""

    BASIC = "basic"
    REVERSED = "reversed"
    CLOZE = "cloze"


@dataclass(frozen=True, slots=True)
class Card:
    """One flashcard, in Markdown with `$…$`; a cloze's prompt holds `{{c1::…}}` and its answer is "".

    `id` is stable while the note's path, the rule and the question stay the same: a corrected answer keeps it.
    """

    id: str
    kind: CardKind
    prompt: str
    answer: str
    note: str
    span: Span
    deck: str
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A candidate that did not become a card, and why."""

    note: str
    span: Span
    rule: str
    text: str
    reason: str


class AnswerKind(StrEnum):
    """How an answer is compared with its key."""

    NUMBER = "number"
    EXPRESSION = "expression"
    TEXT = "text"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that an exercise asks for; `key` is the right answer as a student would type it.

    `names` are the symbols that an expression may hold, so that `wx` can be read as a product.
    """

    label: str
    kind: AnswerKind
    key: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Misconception:
    """A known wrong way: the answers it leads to (by the label of their part), and what to tell the student."""

    name: str
    answers: Mapping[str, str]
    feedback: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: the same note, family and seed give the same one. `prompt` and `solution` are Markdown."""

    id: str
    family: str
    seed: int
    difficulty: int
    prompt: str
    parts: tuple[Part, ...]
    solution: str
    misconceptions: tuple[Misconception, ...]
    note: str
    span: Span
    deck: str
    tags: tuple[str, ...]
    topics: tuple[str, ...]


def item_id(*parts: str) -> str:
    """A stable id of 16 hexadecimal digits.

    >>> item_id("Gradient.md", "definition", "What is a gradient?")
    'db7ab88a418d1386'
    """
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]
