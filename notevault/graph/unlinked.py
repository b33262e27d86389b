"""Names of notes that stand in the text of other notes without a link."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from notevault.notes.model import Note
from notevault.vault.names import folded

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
MIN_WORDS = 2
"""A name of one word is too often just a word: only longer ones are looked for."""


class NameIndex:
    """The titles and aliases of a vault's notes, found in text word by word; a plural `s` at the end is ignored."""

    def __init__(self, notes: Iterable[Note]) -> None:
        owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for note in notes:
            for name in (note.title, *note.aliases):
                words = _words(name)
                if len(words) >= MIN_WORDS:
                    owners[words].add(note.path)
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for words in sorted(owners, key=lambda words: (-len(words), words)):
            if len(owners[words]) == 1:
                self._by_first[words[0]].append((words, min(owners[words])))

    def find(self, text: str) -> Iterator[tuple[str, int]]:
        """The path of every note that `text` names, with the offset of the name; of two that overlap the longer."""
        found = [(match.start(), folded(match.group())) for match in _WORD.finditer(text)]
        words = [word for _, word in found]
        position = 0
        while position < len(words):
            for name, path in self._by_first.get(words[position], ()):
                if _same(words[position : position + len(name)], name):
                    yield path, found[position][0]
                    position += len(name) - 1
                    break
            position += 1


def _words(name: str) -> tuple[str, ...]:
    words = [folded(match.group()) for match in _WORD.finditer(name)]
    return (*words[:-1], words[-1].removesuffix("s")) if words else ()


def _same(words: list[str], name: tuple[str, ...]) -> bool:
    return len(words) == len(name) and words[-1].removesuffix("s") == name[-1] and tuple(words[:-1]) == name[:-1]
