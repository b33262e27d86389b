"""Wikilinks and embeds: `[[target#subpath|label]]` and `![[…]]`."""

from __future__ import annotations

import re

from notevault.diagnostics import SourceText
from notevault.notes.model import Link, LinkKind
from notevault.notes.scanner import Piece, Scanner

WIKILINK = re.compile(r"!?\[\[(?:(?!\[\[|\]\]).)*\]\]", re.DOTALL)
_BAR = re.compile(r"\\?\|")
_FOLD = re.compile(r"\s*\n\s*")
_SIZE = re.compile(r"\d+(?:x\d+)?\Z")


def wikilink(scanner: Scanner, at: int) -> Piece | None:
    """A wikilink or an embed. Of nested brackets the innermost are the link."""
    embedded = scanner.text[at] == "!"
    opening = at + embedded
    if not scanner.text.startswith("[[", opening):
        return None
    close = scanner.find("]]", opening + 2)
    inner = scanner.find("[[", opening + 1)
    if close < 0 or opening < inner < close:
        return None
    end = close + 2
    kind = LinkKind.EMBED if embedded else LinkKind.WIKILINK
    start = scanner.base + at
    link = link_of(scanner.source, start, scanner.base + end, kind, scanner.text[opening + 2 : close])
    if link is None:
        return None
    seen = "" if embedded else link.label or link.target or link.subpath.lstrip("^")
    return Piece(at, end, seen, link)


def link_of(source: SourceText, start: int, end: int, kind: LinkKind, inner: str | None = None) -> Link | None:
    """The link written at `start:end` of the note; `None` for one without a target, and for a search prompt.

    `inner` is what stands between the brackets, where quote marks inside it have to be left out.
    """
    text = source.text[start:end]
    embedded = text.startswith("!")
    content = _FOLD.sub(" ", text[2 + embedded : -2] if inner is None else inner)
    path, *labels = _BAR.split(content)
    target, _, subpath = (part.strip() for part in path.partition("#"))
    if (not target and not subpath) or subpath.startswith("#") or target.startswith("^^"):
        return None
    label, size = _label_and_size(labels) if embedded else ("|".join(labels), "")
    span = source.span(start, end)
    return Link(kind, target, subpath, label.strip() or None, text, span, embedded, size)


def _label_and_size(labels: list[str]) -> tuple[str, str]:
    """An embed's last part is its size when it is a number: `|300`, `|100x145`."""
    if labels and _SIZE.match(labels[-1].strip()):
        return "|".join(labels[:-1]), labels[-1].strip()
    return "|".join(labels), ""
