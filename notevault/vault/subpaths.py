"""Whether a note has the heading or the block that a link names."""

from __future__ import annotations

import unicodedata

from notevault.notes.model import Note


def has_subpath(note: Note, subpath: str) -> bool:
    """Whether `subpath` (`H`, `H1#H2`, `^id`) is in the note. Of nested headings each is inside the one before."""
    if subpath.startswith("^"):
        wanted = subpath[1:].casefold()
        return any(block_id.id.casefold() == wanted for block_id in note.block_ids)
    steps = [words for part in subpath.split("#") if (words := heading_words(part))]
    position, level = 0, 0
    for words in steps:
        for index in range(position, len(note.headings)):
            heading = note.headings[index]
            if level and heading.level <= level:
                return False
            if heading_words(heading.text) == words:
                position, level = index + 1, heading.level
                break
        else:
            return False
    return True


def heading_words(text: str) -> str:
    """A heading as links are matched with it: letters and digits alone, without regard to case.

    >>> heading_words("To be, or not to be?") == heading_words("to be or not to be")
    True
    """
    text = unicodedata.normalize("NFC", text).casefold()
    words = "".join(character if character.isalnum() else " " for character in text).split()
    return " ".join(words) or text.strip()
