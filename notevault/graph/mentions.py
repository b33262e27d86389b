"""What the place of a link says: how a note speaks of the topic that it links to.

"Adam is an optimiser that uses [[Momentum]]" presupposes momentum; "such as [[Adam]]" does not presuppose Adam; a
link under "Related" says nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from notevault.graph.cues import Role, role_of_heading, role_of_sentence
from notevault.graph.unlinked import NameIndex
from notevault.notes.model import Block, BlockKind, Link, LinkKind, Note
from notevault.vault.names import folded


@dataclass(frozen=True, slots=True)
class Mention:
    """A link with its role, or the path of a note that is named without a link."""

    role: Role
    link: Link | None = None
    path: str = ""


STATED = frozenset({"prerequisites", "prerequisite", "requires", "depends on", "depends-on"})
PARENT = frozenset({"up", "parent", "parents"})

_SENTENCE_END = re.compile(r"[.!?:]\s+|  \n")
_TEXT_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})
_MARKS = " \t-*+0123456789.)|[]#"
_REACH = 400
"""So many characters before a name are looked at: enough for a sentence, and little for a paragraph of links."""
_SHORT = 5
"""A paragraph of so few words above a list is its heading."""
_OPENING = 3
"""So many blocks at the beginning of a note are its introduction."""
_BARE = 0.6
"""A note most of whose blocks are bare links is a table of contents: it presupposes nothing."""


def mentions(note: Note, names: NameIndex) -> Iterator[Mention]:
    """Everything that a note links to or names, with the role it has there; each note is named once."""
    if is_contents(note):
        return
    labels = _labels(note)
    opening = _opening(note)
    places = [block.span.start for block in note.blocks]
    for link in note.links:
        row = bisect_right(places, link.span.start) - 1
        if link.kind is LinkKind.PROPERTY:
            yield Mention(_property_role(note, link), link)
        elif row >= 0 and not link.embedded and link.span.start < note.blocks[row].span.end:
            block = note.blocks[row]
            before = note.text[max(block.span.start, link.span.start - _REACH) : link.span.start]
            yield Mention(_role(block, before, labels[row], opening.get(row, -1)), link)
    named: set[str] = {note.path}
    for row, block in enumerate(note.blocks):
        if block.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}:
            for path, at in names.find(block.plain):
                if path not in named:
                    named.add(path)
                    yield Mention(
                        _role(block, block.plain[max(at - _REACH, 0) : at], labels[row], opening.get(row, -1)),
                        path=path,
                    )


def _opening(note: Note) -> dict[int, int]:
    """The blocks that introduce a note, numbered from 0: its first paragraphs, or the items of the list that it
    begins with, up to a heading or code."""
    found: dict[int, int] = {}
    kind: BlockKind | None = None
    for row, block in enumerate(note.blocks):
        if len(found) == _OPENING or (found and block.kind in {BlockKind.HEADING, BlockKind.CODE}):
            break
        if block.kind in _TEXT_KINDS and block.plain:
            kind = kind or block.kind
            if block.kind is kind:
                found[row] = len(found)
    return found


def is_contents(note: Note) -> bool:
    """Whether a note is a table of contents: five bare links or more, and most blocks are such."""
    blocks = [block for block in note.blocks if block.kind in _TEXT_KINDS]
    names = {link.label or link.target for link in note.links}
    bare = sum(block.plain in names for block in blocks)
    return bare >= 5 and bare >= _BARE * len(blocks)


def _property_role(note: Note, link: Link) -> Role:
    for found in note.properties.values():
        if found.span.start <= link.span.start < found.span.end:
            name = found.name.casefold()
            return Role.STATED if name in STATED else Role.PARENT if name in PARENT else Role.ASIDE
    return Role.ASIDE


def _labels(note: Note) -> list[str]:
    """For each block what it stands under: the heading, or a short line such as "Related:" above a list.

    A heading that only repeats the note's title says nothing of what stands under it.
    """
    labels: list[str] = []
    lead = ""
    for block in note.blocks:
        heading = block.headings[-1] if block.headings else ""
        heading = "" if folded(heading) == folded(note.title) else heading
        if block.kind not in {BlockKind.LIST_ITEM, BlockKind.TABLE_ROW}:
            lead = block.plain if block.kind is BlockKind.PARAGRAPH and _leads(block.plain) else ""
            labels.append(heading)
        else:
            labels.append(lead or heading)
    return labels


def _leads(text: str) -> bool:
    return text.endswith(":") or len(text.split()) <= _SHORT


def _role(block: Block, before: str, label: str, opening: int) -> Role:
    """The role of what follows `before` in a block; `opening` is the block's number in the note's opening, or -1."""
    under = role_of_heading(label)
    if under is Role.ASIDE or block.kind is BlockKind.HEADING or block.plain.rstrip().endswith("?"):
        return Role.ASIDE
    sentence_start = max((match.end() for match in _SENTENCE_END.finditer(before)), default=0)
    sentence = before[sentence_start:]
    first = opening == 0 and not sentence_start and len(before) < _REACH
    said = role_of_sentence(sentence)
    if said is not None:
        return said if said is not Role.IS_A or first else Role.PROSE
    if under is not None:
        return under
    if first:
        return Role.DEFINITION
    if not sentence.strip(_MARKS):
        # The subject of a sentence is what the sentence is about, not what it explains something with.
        return Role.ASIDE
    return Role.INTRODUCTION if opening >= 0 else Role.PROSE
