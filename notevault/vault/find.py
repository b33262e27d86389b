"""Where the vault is, and which note a name means."""

from __future__ import annotations

import os
from pathlib import Path

from rapidfuzz import fuzz, process

from notevault.errors import NoteNotFoundError, VaultNotFoundError
from notevault.notes.model import Note
from notevault.vault.model import Vault
from notevault.vault.names import MARKDOWN, folded

SUGGESTIONS = 3
NEAR = 75.0


def find_vault(start: Path) -> Path:
    """The nearest folder, from `start` upward, that holds `notevault.toml` or `.obsidian/`."""
    start = Path(os.path.abspath(start))
    for folder in (start, *start.parents):
        if (folder / "notevault.toml").is_file() or (folder / ".obsidian").is_dir():
            return folder
    raise VaultNotFoundError(start)


def find_note(vault: Vault, name: str) -> Note:
    """The note that `name` means: its path, else its file name, else its title, else an alias; case is ignored.

    Where several fit, the one with the shortest path. Raises `NoteNotFoundError` with the nearest names.
    """
    wanted = folded(name.replace(os.sep, "/").removeprefix("./"))
    fitting = [(rank, len(note.path), note.path) for note in vault.notes.values() if (rank := _rank(note, wanted)) >= 0]
    if fitting:
        return vault.notes[min(fitting)[2]]
    names = sorted({name for note in vault.notes.values() for name in (note.title, *note.aliases)})
    near = process.extract(name, names, scorer=fuzz.ratio, processor=folded, score_cutoff=NEAR, limit=SUGGESTIONS)
    raise NoteNotFoundError(name, tuple(found for found, _, _ in near))


def _rank(note: Note, wanted: str) -> int:
    """How directly a folded name means a note, 0 the most; -1 when it does not."""
    path = folded(note.path)
    file = wanted.removesuffix(MARKDOWN) + MARKDOWN
    tests = (
        path in {wanted, file},
        path.endswith("/" + file),
        folded(note.title) == wanted,
        wanted in map(folded, note.aliases),
    )
    return tests.index(True) if any(tests) else -1
