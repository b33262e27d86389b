"""`Factor Analysis (FA)`: what an abbreviation stands for, where the initials say so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from notevault.notes.model import Note
from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source, normalised
from notevault.study.model import CardKind

_BRACKETED = re.compile(
    r"(?P<words>(?:[\w’'-]+[ \u00a0]+){1,7}[\w’'-]+)[ \u00a0]*\((?P<short>[A-Z][A-Za-z]{0,1}[A-Z]{1,5})(?P<plural>s?)\)"
)
_EVERYDAY = frozenset({"AI", "ML", "PC", "IT", "BI", "UI", "OS"})
"""Known to whoever studies any of this, and told nowhere as news."""
_FILE = re.compile(r"\.(?:py|ipynb|r|sql)\b", re.IGNORECASE)
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
            long = _singular(long) if match["plural"] else long
            prompt = _prompt(match["short"], long, source)
            if prompt is None:
                continue
            yield Candidate(
                "abbreviation",
                CardKind.BASIC,
                prompt,
                long[0].upper() + long[1:],
                source.span_of(block, sentence),
                match["short"],
            )


def expansions(notes: Iterable[Note]) -> dict[str, frozenset[str]]:
    """What each abbreviation stands for anywhere in `notes`, normalised."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for note in notes:
        for _, sentence in Source(note).sentences():
            for match in _BRACKETED.finditer(plain(sentence.text)) if "(" in sentence.text else ():
                if long := _long_form(match["words"].split(), match["short"]):
                    found[match["short"]].add(normalised(_singular(long)))
    return {short: frozenset(long) for short, long in found.items()}


def _prompt(short: str, long: str, source: Source) -> str | None:
    """The question; with a field where the letters alone could stand for several things, None where there is none."""
    question = f"hat does {short} stand for?"
    is_own = source.is_own_name(long) or source.is_own_name(short)
    if len(short) > 2 and len(source.expansions.get(short, ())) < 2:
        return "W" + question
    title = source.note.title
    if not is_own and (short in _EVERYDAY or short in re.findall(r"[A-Z]{2}", title) or _FILE.search(title)):
        return None
    folder = PurePosixPath(source.note.path).parent.name.replace("-", " ").replace("_", " ")
    field = folder if normalised(long) in normalised(title) or is_own else title
    return f"In {field}: w{question}" if field and normalised(field) != normalised(long) else "W" + question


def _singular(long: str) -> str:
    """The singular of a plural expansion, for an abbreviation that was written in the plural.

    >>> _singular("recurrent neural networks"), _singular("support vector analysis")
    ('recurrent neural network', 'support vector analysis')
    """
    if long.endswith("ies"):
        return long[:-3] + "y"
    if long.endswith(("sses", "xes", "ches", "shes")):
        return long[:-2]
    return long[:-1] if long.endswith("s") and not long.endswith(("ss", "is", "us")) else long


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
