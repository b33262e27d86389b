"""`==words==` inside a sentence: a gap to fill."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notevault.notes.plain import plain
from notevault.study.cards.candidate import Candidate, Source
from notevault.study.model import CardKind

_HIGHLIGHT = re.compile(r"==(?=\S)(?P<text>[^=\n]+?)(?<=\S)==")


def highlights(source: Source) -> Iterator[Candidate]:
    """Each sentence with highlighted words becomes a cloze with one gap for each."""
    for block, sentence in source.sentences():
        found = _HIGHLIGHT.findall(sentence.text)
        if not found:
            continue
        text = _gapped(sentence.text)
        yield Candidate(
            "highlight",
            CardKind.CLOZE,
            source.with_context(text),
            "",
            source.span_of(block, sentence),
            ", ".join(plain(part) for part in found),
        )


def _gapped(sentence: str) -> str:
    """The sentence as a reader sees it, with a numbered gap for each highlight."""
    marked = plain(_HIGHLIGHT.sub("\ue000\\g<text>\ue001", sentence))
    first, *rest = marked.split("\ue000")
    gaps = (f"{{{{c{number}::{part}" for number, part in enumerate(rest, start=1))
    return re.sub("([.,;:]*)\ue001", r"}}\1", first + "".join(gaps))
