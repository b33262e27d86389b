"""Markdown links and images: `[label](target)`, `[label][reference]`, `![alt|100](target)`, and bare addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from notevault.notes.model import Link, LinkKind
from notevault.notes.scanner import Piece, Scanner

_DESTINATION = re.compile(
    r"""\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"""
    r"""(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)"""
)
_REFERENCE = re.compile(r"\[([^\[\]]*)\]")
_SIZE = re.compile(r"(?:^|\|)(\d+(?:x\d+)?)\Z")
_ADDRESS = re.compile(r"(?<![\w/])https?://[^\s<>\ufffc]*[^\s<>\ufffc.,;:!?'\"*_)\]}]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_BRACKET = re.compile(r"[\[\]]")


def markdown_links(scanner: Scanner, references: Mapping[str, str]) -> None:
    """Find the links of a block; what stands in a label is still read, what stands in a target is not."""
    pieces: list[Piece] = []
    if "](" in scanner.masked or references:
        end = 0
        for start, close in _brackets(scanner.masked):
            piece = _link(scanner, references, start, close) if close >= end else None
            if piece is not None:
                pieces.append(piece)
                end = piece.end
    scanner.hide(pieces)
    if "://" in scanner.masked:
        scanner.hide([_address(scanner, match) for match in _ADDRESS.finditer(scanner.masked)])


def _brackets(masked: str) -> list[tuple[int, int]]:
    """The matching pairs of brackets, in the order in which they close."""
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(masked):
        if match.group() == "[":
            stack.append(match.start())
        elif stack:
            pairs.append((stack.pop(), match.start()))
    return pairs


def _link(scanner: Scanner, references: Mapping[str, str], start: int, close: int) -> Piece | None:
    """The link whose label is between two brackets; the piece is its target, from the closing bracket on."""
    masked, text = scanner.masked, scanner.text
    image = start > 0 and masked[start - 1] == "!"
    inline = _DESTINATION.match(text, close + 1) if masked.startswith("(", close + 1) else None
    if inline:
        target, end = inline["angled"] if inline["angled"] is not None else inline["bare"], inline.end()
    else:
        named = _REFERENCE.match(masked, close + 1)
        key = reference_key(named[1] if named and named[1] else text[start + 1 : close])
        if key not in references:
            return None
        target, end = references[key], named.end() if named else close + 1
    if not target:
        return None
    at = start - image
    label, size = _label_and_size(text[start + 1 : close]) if image else (text[start + 1 : close], "")
    path, subpath = (target, "") if _SCHEME.match(target) else _split(target)
    seen = " ".join(label.split()) or None
    written = scanner.source.text[scanner.base + at : scanner.base + end]
    span = scanner.span(at, end)
    scanner.values.append(Link(LinkKind.MARKDOWN, path, subpath, seen, written, span, image, size))
    scanner.edits.append((at, close if image else start + 1, ""))
    return Piece(close, end, "")


def _label_and_size(label: str) -> tuple[str, str]:
    """An image's label ends in its size when that is a number: `![alt|100](…)`, `![250](…)`."""
    size = _SIZE.search(label)
    return (label[: size.start()], size[1]) if size else (label, "")


def _split(target: str) -> tuple[str, str]:
    path, _, subpath = target.partition("#")
    return unquote(path).strip(), unquote(subpath).strip()


def _address(scanner: Scanner, match: re.Match[str]) -> Piece:
    span = scanner.span(match.start(), match.end())
    return Piece(match.start(), match.end(), match[0], Link(LinkKind.MARKDOWN, match[0], "", None, match[0], span))


def reference_key(label: str) -> str:
    """A reference's name as it is compared: without regard to case and spacing."""
    return " ".join(label.split()).casefold()
