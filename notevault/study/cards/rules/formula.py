"""A displayed formula after words such as "is given by"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from notevault.notes.model import Block, BlockKind
from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.cards.sentences import sentences
from notevault.study.model import CardKind

_CLAUSE = r"^(?:(?:Mathematically|Formally|Then|Thus|Specifically), )?(?P<clause>(?:For|Given|In|With|If|On) .+, )?"
_VERB = r"(?P<verb>given|defined|computed|calculated|expressed|written|modell?ed|represented)"
_WAY = r"(?:\s+(?:recursively|by|as|using|with|the|a|following|formula|equation|follows|mathematically))*"
_WHERE = re.compile(r"^(?:where|here)\b", re.IGNORECASE)
MOST_LETTERS, MOST_WORDS = 5, 35
_LEADS = (
    re.compile(rf"{_CLAUSE}The (?:formula|equation) (?:for|of) (?P<subject>.+?) is(?: given by| expressed as)?\s*:?$"),
    re.compile(rf"{_CLAUSE}(?P<subject>.{{1,90}}?) (?P<be>is|are)\s+(?:\w+ly\s+)?{_VERB}{_WAY}\s*:?$"),
)
_INLINE = re.compile(r"\$[^$]+\$")
_PREPOSITION = re.compile(r"^(?:For|In|With|Given|If|On|By)\b")
_PRONOUNS = frozenset({"it", "they"})
_POSSESSIVE = re.compile(r"^(?:its|their)\s+", re.IGNORECASE)
_RELATION = re.compile(r"=|\\leftarrow|\\gets|\\le|\\ge|\\approx|\\propto|\\sim|:=|\\to|\\equiv")


def formulas(source: Source) -> Iterator[Candidate]:
    """How is the thing given that the sentence before a displayed formula names; not where more formulas follow."""
    blocks = (*source.note.blocks, None)
    for place, (lead, formula, after) in enumerate(zip(blocks, blocks[1:], blocks[2:], strict=False)):
        if lead is None or formula is None or formula.kind is not BlockKind.FORMULA:
            continue
        if lead.kind is not BlockKind.PARAGRAPH or lead.quoted or (after and after.kind is BlockKind.FORMULA):
            continue
        latex = formula.text.strip().strip("$").strip()
        question = _question(source, lead)
        if question is None or not _RELATION.search(latex):
            continue
        prompt, subject = question
        span = source.note.source.span(lead.span.start, formula.span.end)
        answer = f"$${latex}$$" + _where(source.note.blocks[place + 2 :])
        yield Candidate("formula", CardKind.BASIC, source.with_context(prompt, subject), answer, span, subject)


def _where(below: Sequence[Block]) -> str:
    """What the note says of the letters directly below the formula, if it is short: a sentence, or a list."""
    if not below or not _WHERE.match(below[0].plain):
        return ""
    text = " ".join(below[0].plain.split())
    if text.rstrip().lower() in {"where:", "where", "here:"}:
        items = list(takewhile(lambda block: block.kind is BlockKind.LIST_ITEM, below[1 : MOST_LETTERS + 2]))
        text = "where " + "; ".join(plain(item.text).strip().rstrip(".;,") for item in items)
        if not 1 <= len(items) <= MOST_LETTERS:
            return ""
    return f"\n\n{text}" if len(text.split()) <= MOST_WORDS and not text.endswith(":") else ""


def _question(source: Source, lead: Block) -> tuple[str, str] | None:
    """The question that the last sentence of `lead` leaves open, and its subject."""
    *_, last = sentences(lead.text)
    formulas_ = _INLINE.findall(plain(last.text))
    masked = _INLINE.sub("\ue000", plain(last.text))
    match = next(filter(None, (pattern.match(masked) for pattern in _LEADS)), None)
    if match is None:
        return None
    subject = _named(match["subject"], source, lead)
    if subject is None or " and " in subject:
        return None
    parts = match.groupdict()
    asked = (
        f"how {parts['be']} {subject} {parts['verb']}?" if "verb" in parts else f"what is the formula for {subject}?"
    )
    clause = parts["clause"] or ""
    before = masked[: match.start("subject")].count("\ue000") - clause.count("\ue000")
    question = _filled(f"{clause}{asked}", formulas_[before:])
    return question[0].upper() + question[1:], subject


def _filled(masked: str, formulas_: list[str]) -> str:
    """The text with each mask replaced by the next formula."""
    first, *rest = masked.split("\ue000")
    return first + "".join(formula + text for formula, text in zip(formulas_, rest, strict=False))


def _named(subject: str, source: Source, lead: Block) -> str | None:
    """The subject by its name: "it" and "its" stand for the note's topic only in the note's first paragraph."""
    if _PREPOSITION.match(subject):
        return None
    topic = source.note.title
    opens = bool(source.prose) and source.prose[0] is lead
    if subject.casefold() in _PRONOUNS:
        return topic if opens else None
    if _POSSESSIVE.match(subject):
        return f"the {_POSSESSIVE.sub('', subject)} of {topic}" if opens else None
    first, _, rest = subject.partition(" ")
    return f"{first.lower()} {rest}" if first in {"A", "An", "The"} and rest else subject
