"""Whether a card can be understood without its note, and is a fact and not a task or a private word."""

from __future__ import annotations

import re

from notevault.study.cards.candidate import Candidate
from notevault.study.cards.gates.words import CONTEXT, word_list, words
from notevault.study.model import CardKind

_POINTING = re.compile(
    r"\b(?:above|below|aforementioned|the following|as follows|shown here|see (?:also|the)|this (?:image|figure|diagram"
    r"|section|note|page|video|article|table|example|chapter|book|repo|script|file|approach|method|process|can|is|means)"
    r"|these (?:\w+ )?(?:are|can)|the (?:image|figure|diagram|left|right) (?:above|below|shows)"
    r"|such (?!as\b)\w+s\b|previous (?:section|example)|for example|for instance|each of these|in this case"
    r"|at a particular|the (?:former|latter)|here,)",
    re.IGNORECASE,
)
_ORPHAN_START = re.compile(
    r"^(?:it|its|this|that|these|those|they|their|them|he|she|his|her|such|here|there|so|but|and|or|also|thus|hence|"
    r"therefore|however|then|additionally|furthermore|moreover|otherwise|instead|similarly|both|another|not|e\.g|i\.e)\b",
    re.IGNORECASE,
)
_NOTE_BOUND = re.compile(
    r"^(?:The|This) (?:notation|following|code|example|output|line|figure|plot|diagram|script)\b", re.IGNORECASE
)
_PARTICULAR_QUESTION = re.compile(r"\b(?:this|these)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(?:I|I'm|I’m|me|my|mine|our|us|we'll|let's)\b")
_LINK = re.compile(r"https?://|www\.|\.(?:png|jpe?g|gif|svg|pdf|webp)\b|!\[|\]\(", re.IGNORECASE)
_PARTICULAR = re.compile(
    r"\.(?:py|ipynb|md)\b|\b(?:example|use case|vs|versus|project|script|setup|interview|how|why|what|questions?"
    r"|cheat ?sheet|template|notes?|course|summary|case study)\b",
    re.IGNORECASE,
)
_TASK = re.compile(r"\b(?:todo|tbd|fixme|wip)\b|\?\?", re.IGNORECASE)
_MODAL_START = re.compile(r"^(?:could|should|can|may|might|would|must)\b", re.IGNORECASE)
_IMPERATIVE = word_list("imperatives.txt")
_TITLE_WORDS = 5


def points_elsewhere(candidate: Candidate) -> str | None:
    """Words that can be understood only beside the text around them."""
    text = f"{candidate.prompt} {candidate.answer}"
    if match := _POINTING.search(text):
        return f"not self-contained: “{match[0]}”"
    if match := _NOTE_BOUND.match(candidate.answer):
        return f"bound to its note: “{match[0]}”"
    if candidate.rule == "question" and (match := _PARTICULAR_QUESTION.search(candidate.prompt)):
        return f"asks about something in the note: “{match[0]}”"
    first = candidate.prompt if candidate.kind is CardKind.CLOZE else candidate.answer
    spoken = CONTEXT.sub("", first) if candidate.kind is CardKind.CLOZE else first
    if match := _ORPHAN_START.match(spoken.replace("{{c1::", "")):
        return f"not self-contained: begins with “{match[0]}”"
    if match := _ORPHAN_START.match(candidate.subject):
        return f"not self-contained: asks about “{match[0]}”"
    return None


def depends_on_its_note(candidate: Candidate) -> str | None:
    """A term of a script, an example or a comparison means something only there."""
    context, _, _ = candidate.prompt.partition(": ")
    if candidate.rule not in {"term", "table", "highlight"} or context == candidate.prompt:
        return None
    if match := _PARTICULAR.search(context):
        return f"it is about a particular thing: “{match[0]}”"
    return "its context is a long title" if len(context.split()) > _TITLE_WORDS else None


def is_a_task(candidate: Candidate) -> str | None:
    """An instruction or an open point, not a fact."""
    if match := _TASK.search(f"{candidate.prompt} {candidate.answer}"):
        return f"an open point: “{match[0]}”"
    for text in (candidate.subject, candidate.answer):
        first = next(iter(words(text)), "").casefold()
        if candidate.rule == "term" and first in _IMPERATIVE:
            return f"an instruction, not a fact: “{first}”"
    if candidate.kind is CardKind.CLOZE and (match := _MODAL_START.match(candidate.prompt)):
        return f"a piece of advice: “{match[0]}”"
    return None


def is_personal(candidate: Candidate) -> str | None:
    """What the author says to himself."""
    match = _PERSONAL.search(f"{candidate.prompt} {candidate.answer}")
    return f"personal: “{match[0]}”" if match else None


def has_link(candidate: Candidate) -> str | None:
    """An address or a picture."""
    match = _LINK.search(f"{candidate.prompt} {candidate.answer}")
    return f"holds a link or a picture: “{match[0]}”" if match else None
