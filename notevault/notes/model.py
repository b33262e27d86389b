"""The values that a note is made of; every piece carries the span it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from notevault.diagnostics import Diagnostic, SourceText, Span


class LinkKind(StrEnum):
    """How a link is written."""

    WIKILINK = "wikilink"
    EMBED = "embed"
    MARKDOWN = "markdown"
    PROPERTY = "property"


class BlockKind(StrEnum):
    """The leaves of a note's block structure."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list-item"
    TABLE_ROW = "table-row"
    CODE = "code"
    FORMULA = "formula"
    HTML = "html"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Property:
    """One key of the frontmatter with its value as plain data; `span` covers the key and its value."""

    name: str
    value: object
    span: Span


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6; `text` is what a reader sees."""

    level: int
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is written: `[[target#subpath|label]]`, `![[…]]`, `[label](target#subpath)`.

    `target` and `label` are trimmed and unescaped; `subpath` keeps its inner `#` and `^` (`H1#H2`, `^id`).
    `size` is an image's `300` or `100x145`.
    """

    kind: LinkKind
    target: str
    subpath: str
    label: str | None
    text: str
    span: Span
    embedded: bool = False
    size: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag without its `#`."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Formula:
    """A LaTeX formula; `latex` is the text between the dollars, `span` includes them."""

    latex: str
    display: bool
    span: Span
    content: Span


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented code block.

    `language` is the first word of the info string, lower case ("" when there is none). `source` is the code
    without the fence's indentation, without quote marks and without its last line break. `line_offsets[i]` is
    where line i of `source` begins in the note, so that a place in the code is a place in the note; an empty
    block has the place where its first line would be. `fence_line` is the opening fence.
    """

    language: str
    info: str
    source: str
    fence_line: int
    line_offsets: tuple[int, ...]
    span: Span

    def offset(self, line: int, column: int) -> int:
        """The note offset of a 1-based line and column of `source`, never past the block's end."""
        row = min(max(line, 1), len(self.line_offsets)) - 1
        return min(self.line_offsets[row] + max(column, 1) - 1, self.span.end)


@dataclass(frozen=True, slots=True)
class Highlight:
    """`==text==`."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Callout:
    """`> [!type]± title`; `type` is lower case and as written, `fold` is "+", "-" or "". `span` covers it all."""

    type: str
    title: str
    fold: str
    depth: int
    span: Span


@dataclass(frozen=True, slots=True)
class BlockId:
    """`^id`, with the span of the block that it names."""

    id: str
    span: Span
    block: Span


@dataclass(frozen=True, slots=True)
class Task:
    """`- [x] text`; `status` is the character between the brackets."""

    status: str
    text: str
    span: Span

    @property
    def done(self) -> bool:
        """Any character but a space means done."""
        return self.status != " "


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote's definition: `[^label]: text` or `^[text]` (then `label` is "")."""

    label: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf block in reading order.

    `text` is the source of its inline content, `plain` what a reader sees (formulas stay `$…$`, links become
    their label or target). `headings` are the texts of the headings above it, outermost first. `depth` is the
    nesting in lists (0 outside, 1 in a list). `marker` is the list marker ("-", "1."). `cells` are a table row's,
    as a reader sees them; `header` when they name the columns. `callout` is the type of the innermost callout
    around it, "" outside.
    """

    kind: BlockKind
    text: str
    plain: str
    headings: tuple[str, ...]
    span: Span
    depth: int = 0
    marker: str = ""
    cells: tuple[str, ...] = ()
    quoted: bool = False
    callout: str = ""
    header: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its text, and everything found in it."""

    path: str
    source: SourceText
    title: str
    properties: Mapping[str, Property] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    blocks: tuple[Block, ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    formulas: tuple[Formula, ...] = ()
    code_blocks: tuple[CodeBlock, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    callouts: tuple[Callout, ...] = ()
    block_ids: tuple[BlockId, ...] = ()
    tasks: tuple[Task, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    comments: tuple[Span, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def text(self) -> str:
        """The note's whole text; every span of the note indexes it."""
        return self.source.text
