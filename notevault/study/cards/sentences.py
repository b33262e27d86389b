"""Sentences of a paragraph, with their offsets; formulas, code and links are never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ATOMS = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$|`+[^`]+`+|!?\[\[[^\]]*\]\]|\]\([^)]*\)|https?://\S+", re.DOTALL)
_END = re.compile(r"[.!?]+(?:[*_=\"'”’)\]]*)(?=\s+[\"'“‘(\[$*_=`]*[A-Z0-9\u00c0-\u00de]|\s*$)")
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|fig|eq|no|dr|mr|mrs|prof|st|al|ca|incl|viz|ch|sec)|\b[A-Z])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is the paragraph's `[start:end]`, as it is written."""

    text: str
    start: int
    end: int


def sentences(paragraph: str) -> Iterator[Sentence]:
    """The sentences of `paragraph`, in order.

    >>> [s.text for s in sentences("A norm, e.g. $|x|$. It is 1.5 here. Done")]
    ['A norm, e.g. $|x|$.', 'It is 1.5 here.', 'Done']
    """
    shadow = _ATOMS.sub(lambda match: "x" * len(match[0]), paragraph)
    start = 0
    for match in _END.finditer(shadow):
        if match[0].startswith(".") and _is_abbreviation(shadow, match):
            continue
        yield from _trimmed(paragraph, start, match.end())
        start = match.end()
    yield from _trimmed(paragraph, start, len(paragraph))


def _is_abbreviation(shadow: str, match: re.Match[str]) -> bool:
    at_end = not shadow[match.end() :].strip()
    return not at_end and _ABBREVIATIONS.search(shadow[: match.start() + 1]) is not None


def _trimmed(paragraph: str, start: int, end: int) -> Iterator[Sentence]:
    while start < end and paragraph[start].isspace():
        start += 1
    while end > start and paragraph[end - 1].isspace():
        end -= 1
    if start < end:
        yield Sentence(paragraph[start:end], start, end)
