"""Highlights: `==text==`."""

from __future__ import annotations

import re

from notevault.notes.model import Highlight
from notevault.notes.scanner import Scanner

_MARK = re.compile(r"(?<!=)==(?!=)")


def highlights(scanner: Scanner) -> None:
    """A mark opens before a character and closes after one, so that `a == b` is no highlight."""
    masked = scanner.masked
    opened = -1
    for mark in _MARK.finditer(masked):
        start, end = mark.span()
        if opened >= 0 and not masked[start - 1].isspace():
            text = scanner.text[opened + 2 : start]
            scanner.values.append(Highlight(text, scanner.span(opened, end)))
            scanner.edits += ((opened, opened + 2, ""), (start, end, ""))
            opened = -1
        elif end < len(masked) and not masked[end].isspace():
            opened = start
