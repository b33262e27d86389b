"""How names of files are compared, and which of them no link can hold."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

MARKDOWN = ".md"
UNSAFE = ("#", "|", "^", ":", "%%", "[[", "]]")

ATTACHMENTS = frozenset(
    {
        *("avif", "bmp", "gif", "jpeg", "jpg", "png", "svg", "webp"),
        *("flac", "m4a", "mp3", "ogg", "wav", "webm", "3gp"),
        *("mkv", "mov", "mp4", "ogv"),
        *("pdf", "canvas", "base"),
    }
)
"""The extensions that Obsidian takes for a file other than a note."""


def folded(name: str) -> str:
    """A name as it is compared: without regard to case, and composed (NFC).

    >>> folded("Cafe\\u0301") == folded("CAFÉ")
    True
    """
    name = name if name.isascii() else unicodedata.normalize("NFC", name)
    return name.casefold()


def is_attachment_name(target: str) -> bool:
    """Whether a link's target names a file that is no note.

    >>> is_attachment_name("Figure 1.png"), is_attachment_name("Node.js")
    (True, False)
    """
    return PurePosixPath(target).suffix.removeprefix(".").casefold() in ATTACHMENTS


def unsafe_characters(path: str) -> tuple[str, ...]:
    """What in a note's name has a meaning inside a link.

    >>> unsafe_characters("code/C#.md")
    ('#',)
    """
    name = PurePosixPath(path).name
    return tuple(mark for mark in UNSAFE if mark in name)
