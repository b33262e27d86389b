"""A heading or a callout that asks, with one paragraph that answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.diagnostics import Span
from notevault.notes.model import Block, BlockKind
from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source, capitalised
from notevault.study.model import CardKind

_NUMBERING = re.compile(r"^(?:[Qq](?:uestion)?\s*\d+\s*[.:)-]?|\d+(?:\.\d+)*\s*[.):]|\([a-z0-9]\))\s*")
_ASKING = frozenset({"question", "help", "faq"})


def questions(source: Source) -> Iterator[Candidate]:
    """The question of a heading with the paragraph below it, where that is all that stands below it."""
    yield from _under_headings(source)
    yield from _in_callouts(source)


def _under_headings(source: Source) -> Iterator[Candidate]:
    blocks = source.note.blocks
    for index, heading in enumerate(blocks):
        if heading.kind is not BlockKind.HEADING or not heading.plain.rstrip().endswith("?"):
            continue
        below = _until_heading(blocks[index + 1 :])
        if len(below) == 1 and below[0].kind is BlockKind.PARAGRAPH:
            span = source.note.source.span(heading.span.start, below[0].span.end)
            yield _candidate(source, plain(heading.text), below[0].text, span)


def _until_heading(blocks: tuple[Block, ...]) -> list[Block]:
    below = []
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            break
        below.append(block)
    return below


def _in_callouts(source: Source) -> Iterator[Candidate]:
    for callout in source.note.callouts:
        if callout.type not in _ASKING or not callout.title.rstrip().endswith("?"):
            continue
        inside = [b for b in source.note.blocks if _within(b.span, callout.span) and b.kind is BlockKind.PARAGRAPH]
        answers = [b for b in inside if callout.title not in b.plain]
        if len(answers) == 1:
            yield _candidate(source, plain(callout.title), answers[0].text, callout.span)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _candidate(source: Source, question: str, answer: str, span: Span) -> Candidate:
    question = _NUMBERING.sub("", question.strip())
    prompt = source.with_context(question) if question else ""
    return Candidate("question", CardKind.BASIC, prompt, capitalised(plain(answer).strip()), span, question)
