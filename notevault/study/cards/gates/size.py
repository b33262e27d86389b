"""The size of a card: one fact, short enough to say, and not given away by the question."""

from __future__ import annotations

import re

from notevault.study.cards.candidate import Candidate
from notevault.study.cards.gates.words import GAP, content_words, new_words, words
from notevault.study.model import CardKind

MAX_ANSWER_WORDS = 40
MAX_PROMPT_WORDS = 45
MAX_GAP_WORDS = 4
MOST_REPEATED = 2
"""An answer that adds no more words than this to those of the question repeats it."""


def has_wrong_length(candidate: Candidate) -> str | None:
    """Too short to say something, or too long to be one fact."""
    if candidate.kind is CardKind.CLOZE:
        count = len(words(GAP.sub(" gap ", candidate.prompt)))
        if count < 7:
            return "the sentence is too short to leave a gap in"
        if count > MAX_PROMPT_WORDS:
            return f"the sentence has {count} words"
        longest = max(len(words(gap)) for gap in GAP.findall(candidate.prompt))
        return f"the gap has {longest} words" if longest > MAX_GAP_WORDS else None
    count = len(words(candidate.answer))
    if candidate.rule == "table" and count < 3 and re.fullmatch(r"[A-Za-z /-]+[.]?", candidate.answer):
        return f"the answer has only {count} words"
    if candidate.rule in {"definition", "term"} and count < 4:
        return f"the answer has only {count} words"
    return f"the answer has {count} words" if count > MAX_ANSWER_WORDS else None


def gives_itself_away(candidate: Candidate) -> str | None:
    """The answer only repeats the question."""
    if candidate.kind is CardKind.CLOZE or candidate.rule in {"formula", "derivative", "abbreviation"}:
        return None
    if candidate.rule in {"table", "term", "definition"}:
        answer = content_words(candidate.answer)
        new = new_words(answer, content_words(candidate.subject))
        if (
            len(new) < len(answer)
            and len(new) <= MOST_REPEATED
            and not {"which", "that"} & set(words(candidate.answer))
        ):
            return "the answer only repeats the question"
    if candidate.rule == "table":
        return None
    said = {word.casefold() for word in words(candidate.answer)} - {w.casefold() for w in words(candidate.prompt)}
    telling = {word for word in said if len(word) > 3 or "$" in candidate.answer}
    return "the answer only repeats the question" if len(telling) < 2 else None
