"""Whether the thing that is asked about is a term at all."""

from __future__ import annotations

import re

from notevault.study.cards.candidate import Candidate, normalised
from notevault.study.cards.gates.words import CONTEXT, GAP, word_list
from notevault.study.model import CardKind

_NO_TERM = re.compile(
    r"^(?:an?|the|by|to|for|with|in|on|of|at|as|from|after|before|during|using|especially|but|and|or|not|is|are|more|most|very|all|some|each|only|one|two"
    r"|many|how|why|what|when)\b|\b(?:and|or|of|the|a|to|but|by|with|in|for|especially)$|^\w+ly\b|\d$|[.:;,]$",
    re.IGNORECASE,
)
_NO_LABEL = re.compile(
    r"^(?:plus|minus|equals|step \d|phase \d|\w+ing (?:an?|the) )|\b(?:and|vs)\b|[?!]|^\w+ing \w+ \w+ing$",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"^(?:specific|various|different|certain|several|methods?|techniques?|process|way|approach)\b|^\w+i[sz]e$|^\w+ify$|,.*,"
)
_GERUND = re.compile(r"^\w{3,}ing\s+(?:\w+s\b|\w+\s+\w+)")
_GENERIC = word_list("labels.txt")
_VERBS = word_list("imperatives.txt")


def is_generic(candidate: Candidate) -> str | None:
    """A label such as Purpose or Example is not a thing to ask about."""
    name = normalised(candidate.subject)
    if candidate.rule == "term" and (match := _NO_LABEL.search(candidate.subject)):
        return f"“{candidate.subject}” is no term: “{match[0]}”"
    if candidate.rule in {"term", "table", "definition"} and (
        {name, candidate.subject.casefold()} & _GENERIC
        or normalised(name + "s") in _GENERIC
        or all(word in _GENERIC for word in name.split())
    ):
        return f"“{candidate.subject}” is a label, not a term"
    return None


def hides_no_term(candidate: Candidate) -> str | None:
    """A gap has to hold a term, in a sentence that names the note's topic."""
    if candidate.kind is not CardKind.CLOZE:
        return None
    if CONTEXT.match(candidate.prompt):
        return "the sentence does not name its topic"
    gaps = [gap.strip() for gap in GAP.findall(candidate.prompt)]
    if any(
        _NO_TERM.search(gap) or _VAGUE.search(gap) or _GERUND.match(gap) or gap.split()[0].casefold() in _VERBS
        for gap in gaps
        if gap
    ):
        return "the gap holds no term"
    return None
