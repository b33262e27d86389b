"""Candidates of one note that ask for the same thing: one of them is kept, and the others know which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from notevault.study.cards.candidate import Candidate, Source, normalised
from notevault.study.cards.gates import rejection

_CLAUSE = re.compile(r"\b(?:that|which|who|whose|where)\b")


def rivals(candidates: Sequence[Candidate], source: Source) -> Iterator[tuple[Candidate, str | None]]:
    """Every candidate, with what another one of the note says against it."""
    sound = [candidate for candidate in candidates if rejection(candidate) is None]
    best: dict[str, Candidate] = {}
    for candidate in sound:
        topic = _topic(candidate, source)
        # the first sentence counts, unless a later one names the title, or alone tells the thing from others
        if topic and (topic not in best or _rank(candidate, source) > _rank(best[topic], source)):
            best[topic] = candidate
    labels = Counter(normalised(candidate.subject) for candidate in candidates if candidate.rule == "term")
    for candidate in candidates:
        yield candidate, _doubt(candidate, best.get(_topic(candidate, source)), labels, sound)


def _topic(candidate: Candidate, source: Source) -> str:
    """What a definition is about: one word for all names of the note's topic; "" for other candidates."""
    if candidate.rule != "definition" or not candidate.prompt.startswith(("What is", "What are", "What does", "In ")):
        return ""
    if candidate.prompt.endswith("used for?"):
        return ""
    names = (candidate.subject, *re.findall(r"\(([^)]+)\)", candidate.subject))
    return "the topic" if any(map(source.is_own_name, names)) else normalised(candidate.subject)


def _rank(candidate: Candidate, source: Source) -> tuple[bool, bool]:
    names_title = normalised(candidate.subject) == normalised(source.note.title)
    return names_title, _CLAUSE.search(candidate.answer) is not None


def _doubt(
    candidate: Candidate, best: Candidate | None, labels: Counter[str], sound: Sequence[Candidate]
) -> str | None:
    if best is not None and best is not candidate:
        return "the note says better what it is"
    if candidate.rule == "term" and labels[normalised(candidate.subject)] > 1:
        return f"“{candidate.subject}” stands for several things in the note"
    defined = (other.span for other in sound if other.rule == "definition")
    if candidate.rule == "highlight" and any(
        candidate.span.start < s.end and s.start < candidate.span.end for s in defined
    ):
        return "the same sentence is asked as a definition"
    return None
