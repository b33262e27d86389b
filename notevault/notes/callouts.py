"""Callouts: a quote whose first line is `[!type] title`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEAD = re.compile(r"\[!([^\[\]|]+)(?:\|[^\[\]]*)?\]([+-]?)[ \t]*")

KINDS: Mapping[str, tuple[str, ...]] = {
    "note": (),
    "abstract": ("summary", "tldr"),
    "info": (),
    "todo": (),
    "tip": ("hint", "important"),
    "success": ("check", "done"),
    "question": ("help", "faq"),
    "warning": ("caution", "attention"),
    "failure": ("fail", "missing"),
    "danger": ("error",),
    "bug": (),
    "example": (),
    "quote": ("cite",),
}
"""The thirteen kinds that Obsidian draws, with their other names."""

_KIND_OF = {name: kind for kind, names in KINDS.items() for name in (kind, *names)}


def callout_head(line: str) -> tuple[str, str, int] | None:
    """The type (lower case), the fold mark and the length of a callout's head, for a quote's first line.

    >>> callout_head("[!Tip]- Remember")
    ('tip', '-', 8)
    """
    match = _HEAD.match(line)
    return (match[1].strip().lower(), match[2], match.end()) if match else None


def callout_kind(type_: str) -> str:
    """The kind as which a callout type is drawn; an unknown type is drawn as a note.

    >>> callout_kind("tldr"), callout_kind("mine")
    ('abstract', 'note')
    """
    return _KIND_OF.get(type_.lower(), "note")
