"""Raw HTML inside a line, and addresses in angle brackets."""

from __future__ import annotations

import re

from markdown_it.common.html_re import close_tag, open_tag

from notevault.notes.model import Link, LinkKind
from notevault.notes.scanner import Piece, Scanner

_TAG = re.compile(f"(?:{open_tag}|{close_tag})")
_ADDRESS = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
_BREAK = re.compile(r"<br\b", re.IGNORECASE)


def html(scanner: Scanner, at: int) -> Piece | None:
    """A tag, a comment, or an address such as `<https://example.org>`."""
    text = scanner.text
    if text.startswith("<!--", at):
        close = scanner.find("-->", at + 4)
        return None if close < 0 else Piece(at, close + 3, "")
    address = _ADDRESS.match(text, at)
    if address:
        link = Link(LinkKind.MARKDOWN, address[1], "", None, address[0], scanner.span(at, address.end()))
        return Piece(at, address.end(), address[1], link)
    tag = _TAG.match(text, at)
    return None if tag is None else Piece(at, tag.end(), " " if _BREAK.match(text, at) else "")
