"""`X is a …`: a sentence whose subject is the note's title, an alias, or a term in bold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.model import CardKind

_SENTENCE = re.compile(
    r"^(?:(?P<field>In [^,]{3,40}), )?(?P<subject>\S.{0,70}?)\s+"
    r"(?P<verb>is called|is used to|are used to|is used for|are used for|refers to|refer to|denotes|means|is|are)\s+"
    r"(?P<rest>.+)$",
    re.DOTALL,
)
_BOLD_SUBJECT = re.compile(
    r"^(?:An?\s+|The\s+)?\*\*(?P<term>[^*\n]{2,50})\*\*(?:\s*\([^)]{1,30}\))?\s+(?:is|are|refers|means)\b"
)
_KIND_OF_THING = re.compile(r"^(?:an?|the|one of|any|every|when|where|how|what)\b", re.IGNORECASE)

_QUESTIONS = {
    "is used to": "What is {} used for?",
    "is used for": "What is {} used for?",
    "are used to": "What are {} used for?",
    "are used for": "What are {} used for?",
    "are": "What are {}?",
    "refer to": "What are {}?",
}


def definitions(source: Source) -> Iterator[Candidate]:
    """What is the note's topic, and what is each term that it sets in bold."""
    for block, sentence in source.sentences():
        match = _SENTENCE.match(plain(sentence.text))
        if not match:
            continue
        subject, verb, rest = match["subject"], match["verb"], match["rest"]
        bold = _BOLD_SUBJECT.match(sentence.text)
        own = source.is_own_name(subject)
        if not own and not (bold and plain(bold["term"]).strip() in subject):
            continue
        if verb in {"is", "are"} and not _KIND_OF_THING.match(rest):
            continue
        question = _QUESTIONS.get(verb, "What is {}?").format(_in_a_sentence(subject))
        if match["field"]:
            question = f"{match['field']}: {question[0].lower()}{question[1:]}"
        answer = f"To {rest}" if verb.endswith("used to") else rest
        yield Candidate(
            "definition",
            CardKind.BASIC,
            question if own else source.with_context(question, subject),
            answer[0].upper() + answer[1:],
            source.span_of(block, sentence),
            subject,
        )


def _in_a_sentence(subject: str) -> str:
    """The subject inside a question: an article, or the first of several words in small letters, loses its capital.

    >>> _in_a_sentence("Gradient descent"), _in_a_sentence("Random Forest"), _in_a_sentence("The gradient")
    ('gradient descent', 'Random Forest', 'the gradient')
    """
    first, _, rest = subject.partition(" ")
    small = first in {"A", "An", "The"} or (first[1:].islower() and rest.islower() and "(" not in rest)
    return f"{first.lower()} {rest}" if rest and small else subject
