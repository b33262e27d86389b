"""Notes for tests: Python blocks in fences, with prose between."""

from __future__ import annotations

from notevault.notes.model import Note
from notevault.notes.parse import parse_note


def note_of(*sources: str, info: str = "python") -> Note:
    """A note with one fence per source."""
    fences = [f"```{info}\n{source}\n```" for source in sources]
    return parse_note("note.md", "# Title\n\n" + "\n\nSome prose.\n\n".join(fences) + "\n")
