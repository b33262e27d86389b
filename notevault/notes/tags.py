"""Tags in the text of a note: `#name`, `#parent/child`."""

from __future__ import annotations

import re

from notevault.notes.model import Tag
from notevault.notes.scanner import Scanner

# What ends a tag is what ends it in Obsidian: white space, ASCII and general punctuation but `-`, `_` and `/`.
_TAG = re.compile(
    r"(?<![^\s(\[{*_~=\"'>,;])#([^\u2000-\u200c\u200e-\u206f\u2e00-\u2e7f'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s\ufffc]+)"
)
_NUMBER = re.compile(r"[\d/]*\Z")


def tags(scanner: Scanner) -> None:
    """Every tag of a block; one that is only a number is none."""
    for match in _TAG.finditer(scanner.masked):
        name = match[1].rstrip("/")
        if not _NUMBER.match(name):
            scanner.values.append(Tag(name, scanner.span(match.start(), match.start() + 1 + len(name))))
