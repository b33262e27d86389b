"""Cards that the author wrote: `Q::A`, `Q:::A` (both ways), `Q:` with `A:`, `{{c1::…}}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.notes.model import Block, BlockKind
from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.model import CardKind

_INLINE = re.compile(r"^(?P<front>[^:`\n][^`\n]*?[^:\s`])\s*(?P<sign>:::?)(?!:)\s*(?P<back>[^:\s][^\n]*)$")
_QUESTION = re.compile(r"^Q:\s*(?P<front>.+?)\s*\nA:\s*(?P<back>.+)$", re.DOTALL)
_GAP = re.compile(r"\{\{c\d+::")
_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})


def handwritten(source: Source) -> Iterator[Candidate]:
    """Every card that stands in the note as one."""
    for block in source.note.blocks:
        if block.kind in _KINDS:
            yield from _cloze(block)
            yield from _question(block)
            yield from _inline(block)


def _cloze(block: Block) -> Iterator[Candidate]:
    if _GAP.search(block.text):
        yield Candidate("handwritten", CardKind.CLOZE, plain(block.text), "", block.span, given=True)


def _question(block: Block) -> Iterator[Candidate]:
    if match := _QUESTION.match(block.text):
        yield _given(CardKind.BASIC, match["front"], match["back"], block)


def _inline(block: Block) -> Iterator[Candidate]:
    for line in block.text.split("\n"):
        match = _INLINE.match(line.strip())
        if match and not _GAP.search(line) and not _looks_like_code(line):
            kind = CardKind.BASIC if match["sign"] == "::" else CardKind.REVERSED
            yield _given(kind, match["front"], match["back"], block)


def _given(kind: CardKind, front: str, back: str, block: Block) -> Candidate:
    return Candidate("handwritten", kind, plain(front).strip(), plain(back).strip(), block.span, given=True)


def _looks_like_code(line: str) -> bool:
    """`std::vector` and `a::b` are names, not cards: a card has a space somewhere before or around its sign."""
    return re.search(r"\w::\w", line) is not None and " " not in line.partition("::")[0]
