"""`X is a …`: a sentence whose subject is the note's title, an alias, or a term in bold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source, capitalised
from notevault.study.model import CardKind

_FIELD = r"In (?!summary|short|general|essence|other words|conclusion|practice|fact|particular|simple|this|these|our)"
_SENTENCE = re.compile(
    rf"^(?:(?P<field>{_FIELD}[^,]{{3,40}}), )?(?P<subject>\S.{{0,70}}?)\s+"
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
        question = _question(verb, rest).format(_in_a_sentence(_with_article(subject, source.note.text)))
        if match["field"]:
            question = f"{match['field']}: {question[0].lower()}{question[1:]}"
        answer = f"To {rest}" if verb.endswith("used to") else rest
        yield Candidate(
            "definition",
            CardKind.BASIC,
            question if own else source.with_context(question, subject),
            capitalised(answer),
            source.span_of(block, sentence),
            subject,
        )


def _question(verb: str, rest: str) -> str:
    """The question that the sentence answers: a plural (`techniques that`) says what the word refers to."""
    if verb in {"refers to", "denotes", "means"} and not _KIND_OF_THING.match(rest):
        return "What does {} refer to?"
    return _QUESTIONS.get(verb, "What is {}?")


def _with_article(subject: str, text: str) -> str:
    """The subject with the article that the note itself writes before it elsewhere.

    >>> _with_article("Greedy algorithm", "Greedy algorithm is fast. Take a greedy algorithm, say.")
    'a greedy algorithm'
    """
    if not subject[:1].isupper() or not subject.replace(" ", "").replace("-", "").isalpha():
        return subject
    used = re.search(rf"\b(an?) {re.escape(subject)}(?=[.,;]| is | that | which )", text, re.IGNORECASE)
    is_name = subject[1:].casefold() != subject[1:]
    return f"{used[1].lower()} {subject if is_name else subject.lower()}" if used else subject


def _in_a_sentence(subject: str) -> str:
    """The subject inside a question: an article, or the first of several words in small letters, loses its capital.

    >>> _in_a_sentence("Gradient descent"), _in_a_sentence("Random Forest"), _in_a_sentence("The gradient")
    ('gradient descent', 'Random Forest', 'the gradient')
    """
    first, _, rest = subject.partition(" ")
    small = first in {"A", "An", "The"} or (first[1:].islower() and rest.islower() and "(" not in rest)
    return f"{first.lower()} {rest}" if rest and small else subject
