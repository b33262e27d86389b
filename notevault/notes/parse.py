"""From the text of a note to a `Note`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TypeVar

from notevault.diagnostics import SourceText, Span
from notevault.notes.model import Footnote, Formula, Highlight, Link, Note, Property, Tag
from notevault.notes.properties import read_frontmatter
from notevault.notes.reader import Reader
from notevault.notes.scanner import Value
from notevault.notes.structure import block_tokens

_V = TypeVar("_V", bound=Link | Formula | Tag | Highlight | Footnote)


def parse_note(path: str, text: str) -> Note:
    """Parse a note. `path` is relative to the vault, with `/`. Never raises: what is wrong is a diagnostic.

    >>> note = parse_note("Chain rule.md", "# Chain rule\\nSee [[Product rule|this]] and $f'(x)$.")
    >>> note.links[0].target, note.formulas[0].latex, note.blocks[1].plain
    ('Product rule', "f'(x)", "See this and $f'(x)$.")
    """
    source = SourceText(text)
    front = read_frontmatter(path, source)
    clean = _clean(text, front.end)
    tokens, references = block_tokens(clean)
    reader = Reader(path, source, clean, references)
    reader.read(tokens)
    properties = {found.name: found for found in front.properties}
    return Note(
        path=path,
        source=source,
        title=_title(path, properties),
        properties=properties,
        aliases=front.aliases,
        tags=(*front.tags, *_of(Tag, reader.values)),
        blocks=tuple(reader.blocks),
        headings=tuple(reader.headings),
        links=(*front.links, *_of(Link, reader.values)),
        formulas=_of(Formula, reader.values),
        code_blocks=tuple(reader.code_blocks),
        highlights=_of(Highlight, reader.values),
        callouts=tuple(sorted(reader.callouts, key=lambda callout: callout.span)),
        block_ids=tuple(sorted(reader.block_ids, key=lambda block_id: block_id.span)),
        tasks=tuple(reader.tasks),
        footnotes=_of(Footnote, reader.values),
        comments=tuple(sorted(value for value in reader.values if isinstance(value, Span))),
        diagnostics=tuple(
            sorted((*front.diagnostics, *reader.diagnostics), key=lambda diagnostic: diagnostic.sort_key)
        ),
    )


def _of(kind: type[_V], values: list[Value]) -> tuple[_V, ...]:
    return tuple(sorted((value for value in values if isinstance(value, kind)), key=lambda value: value.span))


def _clean(text: str, start: int) -> str:
    """The text as the block rules read it: every character in its place, line feeds the only line breaks, and
    the frontmatter blank."""
    front = "".join("\n" if character == "\n" else " " for character in text[:start])
    return front + text[start:].replace("\r", " ")


def _title(path: str, properties: dict[str, Property]) -> str:
    """The property `title` where it is a text, else the file's name."""
    titled = properties.get("title")
    if titled is not None and isinstance(titled.value, str) and titled.value.strip():
        return titled.value.strip()
    name = PurePosixPath(path).name
    return name.removesuffix(".md") or name
