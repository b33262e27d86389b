"""Goes through the block tokens of a note in reading order and gathers the note's pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from markdown_it.token import Token

from notevault.diagnostics import Diagnostic, SourceText, Span
from notevault.notes.block_ids import block_id
from notevault.notes.callouts import callout_head
from notevault.notes.code_blocks import code_block
from notevault.notes.containers import KIND_OF_TOKEN, Around, Container, opened
from notevault.notes.inline import plain_text, scan
from notevault.notes.model import (
    Block,
    BlockId,
    BlockKind,
    Callout,
    CodeBlock,
    Footnote,
    Formula,
    Heading,
    Task,
)
from notevault.notes.scanner import Piece, Scanner, Value
from notevault.notes.tables import cells, cut_links
from notevault.notes.tasks import task_box

Lines = list[tuple[int, int]]
_NOT_LINE_FEED = re.compile(r"[^\n]")
_LINE_START = re.compile(r"\n[ \t]+")


class Reader:
    """The state of one reading; the lists are the note's pieces, in the order in which they were found."""

    def __init__(self, path: str, source: SourceText, clean: str, references: Mapping[str, str]) -> None:
        self.path = path
        self.source = source
        self.clean = clean
        self.references = references
        self.stack = [Container(Around.NOTE, 0, 0)]
        self.above: list[Heading] = []
        self.level = 0
        self.header = False
        self.values: list[Value] = []
        self.blocks: list[Block] = []
        self.headings: list[Heading] = []
        self.code_blocks: list[CodeBlock] = []
        self.callouts: list[Callout] = []
        self.block_ids: list[BlockId] = []
        self.tasks: list[Task] = []
        self.diagnostics: list[Diagnostic] = []

    def read(self, tokens: list[Token]) -> None:
        """Read all tokens; what has no handler holds nothing of its own."""
        for token in tokens:
            handler = _HANDLERS.get(token.type)
            if handler is not None:
                handler(self, token)

    def enter(self, token: Token) -> None:
        self.stack.append(opened(token, self.clean))

    def leave(self, token: Token) -> None:
        container = self.stack.pop()
        for name, start, end in container.ids:
            self._name(name, start, end, (container.start, container.end))
        if container.kind is Around.QUOTE and container.label:
            depth = sum(outer.kind is Around.QUOTE for outer in self.stack) + 1
            span = self.source.span(container.start, container.end)
            self.callouts.append(Callout(container.label, container.title, container.fold, depth, span))
        if container.kind is Around.FOOTNOTE:
            text = "\n".join(container.texts)
            self.values.append(Footnote(container.label, text, self.source.span(container.start, container.end)))
        self._finish(container.start, container.end)

    def open_heading(self, token: Token) -> None:
        self.level = int(token.tag[1])

    def open_row_group(self, token: Token) -> None:
        self.header = token.type == "thead_open"

    def text(self, token: Token) -> None:
        """A paragraph, a heading, or a block that a displayed formula begins."""
        level, self.level = self.level, 0
        lines = _trimmed(self.clean, token.meta.get("lines", ()))
        if not lines:
            return
        if level:
            self._heading(token, lines, level)
            return
        lines = self._callout_title(lines)
        if lines:
            self._paragraph(lines)

    def row(self, token: Token) -> None:
        """A table row; each cell is scanned on its own, as nothing crosses its bars."""
        ((start, end),) = token.meta["lines"]
        end = start + len(self.clean[start:end].rstrip(" \t"))
        seen: list[str] = []
        for cell_start, cell_end in cells(self.clean, start, end):
            scanner = self._scan([(cell_start, cell_end)])
            self.values += scanner.values
            seen.append(plain_text(scanner))
        self.diagnostics.extend(cut_links(self.path, self.source, start, end))
        text = self.source.text[start:end]
        self._block(BlockKind.TABLE_ROW, text, " | ".join(seen), start, end, cells=tuple(seen), header=self.header)

    def code(self, token: Token) -> None:
        block = code_block(self.source, token)
        self.code_blocks.append(block)
        self._block(BlockKind.CODE, block.source, "", block.span.start, block.span.end)

    def raw(self, token: Token) -> None:
        """HTML and horizontal rules: nothing is read in them."""
        start, end = token.meta["at"], token.meta["end"]
        end = max(start, start + len(self.clean[start:end].rstrip()))
        kind = BlockKind.RULE if token.type == "hr" else BlockKind.HTML
        self._block(kind, self.source.text[start:end], "", start, end)

    def comment(self, token: Token) -> None:
        start, end = token.meta["lines"][0][0], token.meta["lines"][-1][1]
        close = self.clean.rfind("%%", start, end) + 2
        self.values.append(self.source.span(start, close))
        rest = _trimmed(self.clean, [(close, end)])
        if rest:
            self._paragraph(rest)

    def _heading(self, token: Token, lines: Lines, level: int) -> None:
        scanner = self._scan(lines)
        named = block_id(scanner)
        seen = plain_text(scanner)
        start = token.meta["at"]
        end = start + len(self.clean[start : token.meta["end"]].rstrip(" \t"))
        heading = Heading(level, seen, self.source.span(start, end))
        while self.above and self.above[-1].level >= level:
            self.above.pop()
        self.values += scanner.values
        self._block(BlockKind.HEADING, _source_text(scanner, 0, named), seen, start, end)
        if named:
            self._name(named[0], scanner.base + named[1], scanner.base + named[2], (start, end))
        self.headings.append(heading)
        self.above.append(heading)

    def _callout_title(self, lines: Lines) -> Lines:
        """Take the head of a callout off the first paragraph of a quote; its title is a block of its own."""
        around = self.stack[-1]
        start, end = lines[0]
        head = callout_head(self.clean[start:end]) if around.kind is Around.QUOTE and around.fresh else None
        if head is None:
            return lines
        around.label, around.fold, length = head
        around.end = end
        title = _trimmed(self.clean, [(start + length, end)])
        if title:
            around.title = self._paragraph(title)
        around.fresh = False
        return lines[1:]

    def _paragraph(self, lines: Lines) -> str:
        """A paragraph or the text of a list item; gives back what a reader sees."""
        around = self.stack[-1]
        scanner = self._scan(lines)
        begins_item = around.kind is Around.ITEM and around.fresh
        box = task_box(scanner.text) if begins_item else None
        skip = box[1] if box else 0
        named = block_id(scanner)
        self.values += scanner.values
        start, end = scanner.base, scanner.base + len(scanner.text)
        if named:
            at = scanner.base + named[1], scanner.base + named[2]
            if not scanner.text[: named[1]].strip() and around.last:
                self._name(named[0], *at, around.last)
                return ""
            if begins_item:
                around.ids.append((named[0], *at))
            else:
                self._name(named[0], *at, (start, end))
        seen = plain_text(scanner, skip)
        kind, marker = BlockKind.PARAGRAPH, ""
        if begins_item:
            kind, marker, start = BlockKind.LIST_ITEM, around.label, around.start
        elif _is_formula(scanner):
            kind = BlockKind.FORMULA
        if box:
            self.tasks.append(Task(box[0], seen, self.source.span(start, end)))
        self._block(kind, _source_text(scanner, skip, named), seen, start, end, marker=marker)
        return seen

    def _scan(self, lines: Lines) -> Scanner:
        scanner = Scanner(self.source, lines[0][0], _inline_text(self.clean, lines))
        scan(scanner, self.references)
        return scanner

    def _block(
        self,
        kind: BlockKind,
        text: str,
        plain: str,
        start: int,
        end: int,
        *,
        marker: str = "",
        cells: tuple[str, ...] = (),
        header: bool = False,
    ) -> None:
        quotes = [outer for outer in self.stack if outer.kind is Around.QUOTE]
        callouts = [outer.label for outer in quotes if outer.label]
        depth = sum(outer.kind is Around.LIST for outer in self.stack)
        for outer in self.stack:
            outer.texts += [text] if outer.kind is Around.FOOTNOTE else []
        self.blocks.append(
            Block(
                kind=kind,
                text=text,
                plain=plain,
                headings=tuple(heading.text for heading in self.above),
                span=self.source.span(start, end),
                depth=depth,
                marker=marker,
                cells=cells,
                quoted=bool(quotes),
                callout=callouts[-1] if callouts else "",
                header=header,
            )
        )
        self._finish(start, end)

    def _finish(self, start: int, end: int) -> None:
        """A child of the innermost container is complete."""
        around = self.stack[-1]
        around.last = (start, end)
        around.end = max(around.end, end)
        around.fresh = False

    def _name(self, name: str, start: int, end: int, block: tuple[int, int]) -> None:
        span: Span = self.source.span(start, end)
        self.block_ids.append(BlockId(name, span, self.source.span(*block)))


_HANDLERS: Mapping[str, Callable[[Reader, Token], None]] = {
    **{f"{name}_open": Reader.enter for name in KIND_OF_TOKEN},
    **{f"{name}_close": Reader.leave for name in KIND_OF_TOKEN},
    "heading_open": Reader.open_heading,
    "thead_open": Reader.open_row_group,
    "tbody_open": Reader.open_row_group,
    "inline": Reader.text,
    "formula": Reader.text,
    "tr_open": Reader.row,
    "fence": Reader.code,
    "code_block": Reader.code,
    "hr": Reader.raw,
    "html_block": Reader.raw,
    "comment": Reader.comment,
}


def _trimmed(text: str, lines: Lines | tuple[()]) -> Lines:
    """The lines without the spaces around them; blank ones are left out."""
    kept: Lines = []
    for start, end in lines:
        line = text[start:end]
        stripped = line.strip(" \t")
        if stripped:
            begin = start + len(line) - len(line.lstrip(" \t"))
            kept.append((begin, begin + len(stripped)))
    return kept


def _inline_text(text: str, lines: Lines) -> str:
    """The lines at their places: what lies between two of them becomes blank, but for line feeds."""
    parts = [text[lines[0][0] : lines[0][1]]]
    for (_, before), (start, end) in pairwise(lines):
        parts += (_NOT_LINE_FEED.sub(" ", text[before:start]), text[start:end])
    return "".join(parts)


def _source_text(scanner: Scanner, skip: int, named: tuple[str, int, int] | None) -> str:
    """The source of a block's inline content, without a task's box and without its block id."""
    return _LINE_START.sub("\n", scanner.text[skip : named[1] if named else None]).rstrip()


def _is_formula(scanner: Scanner) -> bool:
    """Whether a block is one displayed formula and nothing else."""
    match scanner.opaque:
        case [Piece(start=0, end=end, value=Formula(display=True))]:
            return end == len(scanner.text)
    return False
