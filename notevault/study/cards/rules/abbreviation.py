"""`Factor Analysis (FA)`: what an abbreviation stands for, where the initials say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.model import CardKind

_BRACKETED = re.compile(
    r"(?P<words>(?:[\w’'-]+[ \u00a0]+){1,7}[\w’'-]+)[ \u00a0]*\((?P<short>[A-Z][A-Za-z]{0,1}[A-Z]{1,5})s?\)"
)
_SMALL = frozenset({"of", "and", "the", "for", "in", "on", "to", "with", "by", "a", "an", "or"})


def abbreviations(source: Source) -> Iterator[Candidate]:
    """What an abbreviation stands for, once a note."""
    seen: set[str] = set()
    for block, sentence in source.sentences():
        for match in _BRACKETED.finditer(plain(sentence.text)):
            long = _long_form(match["words"].split(), match["short"])
            if long is None or match["short"] in seen:
                continue
            seen.add(match["short"])
            yield Candidate(
                "abbreviation",
                CardKind.BASIC,
                f"What does {match['short']} stand for?",
                long[0].upper() + long[1:],
                source.span_of(block, sentence),
                match["short"],
            )


def _long_form(words: list[str], short: str) -> str | None:
    """The last words whose initials spell `short`, small words passed over; None where they do not.

    >>> _long_form(["uses", "the", "Mean", "of", "Squares"], "MS")
    'Mean of Squares'
    """
    letters = list(short.casefold())
    parts = [(index, part) for index, word in enumerate(words) for part in word.split("-")]
    for index, part in reversed(parts):
        if letters and part[:1].casefold() == letters[-1]:
            letters.pop()
            if not letters:
                return " ".join(words[index:])
        elif part.casefold() not in _SMALL:
            return None
    return None
