"""The frontmatter: properties with their places, and the aliases, tags and links that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from notevault.diagnostics import Diagnostic, SourceText
from notevault.notes.encoding import BYTE_ORDER_MARK
from notevault.notes.model import Link, LinkKind, Property, Tag
from notevault.notes.wikilinks import WIKILINK, link_of
from notevault.notes.yaml_values import YamlError, YamlValue, compose, key_text
from notevault.rules import RULES

_FENCE = re.compile(r"\ufeff?---[ \t]*\r?\n")
_CLOSING = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)

PLURALS = {"tag": "tags", "alias": "aliases", "cssclass": "cssclasses"}


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """What the frontmatter holds; `end` is where the note's text begins (0 when there is no frontmatter)."""

    end: int = 0
    properties: tuple[Property, ...] = ()
    aliases: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    links: tuple[Link, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def read_frontmatter(path: str, source: SourceText) -> Frontmatter:
    """The frontmatter of a note: a block between `---` on the very first line and the next `---`."""
    text = source.text
    diagnostics = list(_byte_order_mark(path, source))
    opening = _FENCE.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return Frontmatter(diagnostics=tuple(diagnostics))
    begin = opening.end()
    try:
        document = compose(text[begin : closing.start()])
        if document is not None and not isinstance(document.data, dict) and document.data is not None:
            raise YamlError("it holds no properties, which are lines of the form `name: value`", document.start)
    except YamlError as error:
        at = min(begin + error.offset, max(closing.start() - 1, begin))
        line = source.position(at)[0]
        message = f"the frontmatter is not valid YAML: {error} (line {line})"
        diagnostics.append(_diagnostic("NV201", message, path, source, (at, min(at + 1, closing.start()))))
        return Frontmatter(end=closing.end(), diagnostics=tuple(diagnostics))
    entries = document.entries if document else ()
    diagnostics.extend(_entry_diagnostics(path, source, begin, entries))
    return Frontmatter(
        end=closing.end(),
        properties=tuple(_property(source, begin, key, value) for key, value in entries),
        aliases=tuple(dict.fromkeys(_aliases(entries))),
        tags=tuple(_tags(source, begin, entries)),
        links=tuple(_links(source, begin, entries)),
        diagnostics=tuple(diagnostics),
    )


Entries = Iterable[tuple[YamlValue, YamlValue]]


def _property(source: SourceText, begin: int, key: YamlValue, value: YamlValue) -> Property:
    start = begin + key.start
    piece = source.text[start : begin + max(key.end, value.end)]
    return Property(key_text(key), value.data, source.span(start, start + len(piece.rstrip())))


def _named(entries: Entries, plural: str) -> Iterator[YamlValue]:
    """The values of a list property, read from its plural name and from the singular that older vaults have."""
    for key, value in entries:
        if key_text(key) in {plural, *(old for old, new in PLURALS.items() if new == plural)}:
            yield from value.items or (value,)


def _aliases(entries: Entries) -> Iterator[str]:
    for value in _named(entries, "aliases"):
        if value.data is not None and not isinstance(value.data, list | dict):
            alias = str(value.data).strip()
            if alias:
                yield alias


def _tags(source: SourceText, begin: int, entries: Entries) -> Iterator[Tag]:
    for value in _named(entries, "tags"):
        if not isinstance(value.data, str):
            continue
        raw = source.text[begin + value.start : begin + value.end]
        for name in re.split(r"\s*,\s*", value.data.strip()):
            bare = name.lstrip("#")
            at = raw.find(bare)
            if bare and at >= 0 and not bare.isdecimal():
                start = begin + value.start + at
                yield Tag(bare, source.span(start, start + len(bare)))


def _links(source: SourceText, begin: int, entries: Entries) -> Iterator[Link]:
    for _, value in entries:
        for text in value.strings():
            for match in WIKILINK.finditer(source.text, begin + text.start, begin + text.end):
                link = link_of(source, match.start(), match.end(), LinkKind.PROPERTY)
                if link is not None:
                    yield link


def _byte_order_mark(path: str, source: SourceText) -> Iterator[Diagnostic]:
    if source.text.startswith(BYTE_ORDER_MARK):
        yield _diagnostic("NV204", "the note begins with a byte order mark", path, source, (0, 1))


def _entry_diagnostics(path: str, source: SourceText, begin: int, entries: Entries) -> Iterator[Diagnostic]:
    seen: dict[str, int] = {}
    for key, _ in entries:
        name, at = key_text(key), (begin + key.start, begin + key.end)
        line = source.position(at[0])[0]
        if name in seen:
            message = f"the property `{name}` is already on line {seen[name]}; only the last one is kept"
            yield _diagnostic("NV202", message, path, source, at)
        if name in PLURALS:
            message = f"the property `{name}` is no longer read by Obsidian; its name is now `{PLURALS[name]}`"
            yield _diagnostic("NV203", message, path, source, at)
        seen[name] = line


def _diagnostic(code: str, message: str, path: str, source: SourceText, at: tuple[int, int]) -> Diagnostic:
    return Diagnostic(code, RULES[code].severity, message, path, source.span(*at))
