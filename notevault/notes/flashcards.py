"""Cards that the author wrote: `Q::A`, `Q:::A` (both ways), `Q:` with `A:`, a line `?` (`??`) between, `{{c1::…}}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notevault.notes.model import Block, BlockKind

_INLINE = re.compile(r"^(?P<front>[^:`\n][^`\n]*?[^:\s`])\s*(?P<sign>:::?)(?!:)\s*(?P<back>[^:\n]?[^\n]*)$")
_QUESTION = re.compile(r"^Q:[ \t]*(?P<front>.*?)\s*\nA:[ \t]*(?P<back>.*)$", re.DOTALL)
_LINES = re.compile(r"^(?P<front>.+?)\n(?P<sign>\?\??)[ \t]*\n(?P<back>.+)$", re.DOTALL)
_GAP = re.compile(r"\{\{c\d+::")
_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})


@dataclass(frozen=True, slots=True)
class Flashcard:
    """A card as it is written; a side that is "" is missing. A cloze has its gaps in `front` and no `back`."""

    front: str
    back: str
    reversed: bool = False
    cloze: bool = False

    @property
    def complete(self) -> bool:
        """Whether every side that the form needs is there."""
        return bool(self.front.strip()) and (self.cloze or bool(self.back.strip()))


def flashcards(block: Block) -> Iterator[Flashcard]:
    """The cards that stand in a paragraph or list item."""
    if block.kind not in _KINDS:
        return
    if _GAP.search(block.text):
        yield from _with_gaps(block.text.split("\n"))
    elif match := _QUESTION.match(block.text):
        yield Flashcard(match["front"], match["back"])
    elif match := _LINES.match(block.text):
        yield Flashcard(match["front"], match["back"], reversed=match["sign"] == "??")
    else:
        for line in block.text.split("\n"):
            yield from _inline(line.strip())


def _with_gaps(lines: list[str]) -> Iterator[Flashcard]:
    """The lines with gaps, and those around them, as one card; a line that is a card itself stays one."""
    own = {line: list(_inline(line.strip())) for line in lines if not _GAP.search(line)}
    yield Flashcard("\n".join(line for line in lines if not own.get(line)), "", cloze=True)
    for line in lines:
        yield from own.get(line, ())


def _inline(line: str) -> Iterator[Flashcard]:
    match = _INLINE.match(line)
    if match and not _is_code(match):
        yield Flashcard(match["front"], match["back"], reversed=match["sign"] == ":::")


def _is_code(match: re.Match[str]) -> bool:
    """`std::vector` and `a::b` are names: the front of a card has a space in it, or its sign stands free."""
    return " " not in match["front"] and re.search(r"\w:::?\w", match[0]) is not None
