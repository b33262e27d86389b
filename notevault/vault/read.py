"""Reads a vault: its files, its notes, its links."""

from __future__ import annotations

from pathlib import Path

from notevault.diagnostics import Diagnostic
from notevault.notes.encoding import decode
from notevault.notes.model import Note
from notevault.notes.parse import parse_note
from notevault.vault.configuration import is_excluded, read_settings
from notevault.vault.link_rules import bytes_diagnostic, link_diagnostics, name_diagnostics
from notevault.vault.model import Vault
from notevault.vault.resolve import Resolver
from notevault.vault.walk import is_note, walk


def read_vault(root: Path) -> Vault:
    """The vault in the folder `root`, which need not hold a `notevault.toml`.

    Notes that its `exclude` patterns fit are not read, but links to them still resolve. Raises
    `ConfigurationError` for a `notevault.toml` that cannot be used. A note that cannot be read is there, and empty.
    """
    patterns = read_settings(root).exclude
    files = walk(root)
    excluded = tuple(path for path in files if is_excluded(path, patterns))
    left_out = frozenset(excluded)
    kept = [path for path in files if path not in left_out]
    attachments = tuple(path for path in kept if not is_note(path))
    diagnostics: list[Diagnostic] = []
    notes: dict[str, Note] = {}
    for path in kept:
        if is_note(path):
            notes[path] = note = _read(root, path, diagnostics)
            diagnostics += note.diagnostics
    resolver = Resolver(notes, (*attachments, *excluded))
    links = tuple(resolver.resolve(note, link) for note in notes.values() for link in note.links)
    diagnostics += link_diagnostics(links, notes)
    diagnostics += name_diagnostics(notes.values())
    return Vault(
        root=root,
        notes=notes,
        attachments=attachments,
        links=links,
        diagnostics=tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key)),
        excluded=excluded,
    )


def _read(root: Path, path: str, diagnostics: list[Diagnostic]) -> Note:
    """The note at `path`; what its bytes hide is told to `diagnostics`."""
    try:
        decoded = decode((root / path).read_bytes())
    except OSError as error:
        note = parse_note(path, "")
        diagnostics.append(bytes_diagnostic(note, f"the note cannot be read: {error.strerror}"))
        return note
    note = parse_note(path, decoded.text)
    if not decoded.faithful:
        diagnostics.append(bytes_diagnostic(note, "the note is not UTF-8: some of its characters are lost"))
    return note
