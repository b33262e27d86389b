"""Writing fixes into notes: byte for byte, all or nothing, and never where the file is not what was checked."""

from __future__ import annotations

import difflib
import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from notevault.diagnostics import Diagnostic, Edit, Fix
from notevault.errors import NotevaultError
from notevault.vault.model import Vault


class FixRefusedError(NotevaultError):
    """A note was not written; `path` says which, `why` says why."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path} was not changed: {why}")


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` after all `edits`, which must not overlap; everything outside of them stays as it is.

    >>> from notevault.diagnostics import SourceText
    >>> apply_edits("a\\r\\nb", [Edit(SourceText("a\\r\\nb").span(3, 3), "**")])
    'a\\r\\n**b'
    """
    pieces = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start < position:
            raise ValueError("two edits overlap")
        pieces += [text[position : edit.span.start], edit.text]
        position = edit.span.end
    return "".join([*pieces, text[position:]])


def _chosen(diagnostics: Iterable[Diagnostic]) -> dict[str, list[Fix]]:
    """The verified fixes of each note; of two that overlap the first stands."""
    chosen: dict[str, list[Fix]] = {}
    taken: dict[str, list[Edit]] = {}
    for diagnostic in sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key):
        fix = diagnostic.fix
        if fix is None or not fix.verified or fix in chosen.get(diagnostic.note, ()):
            continue
        others = taken.setdefault(diagnostic.note, [])
        if not any(_collide(edit, other) for edit in fix.edits for other in others):
            chosen.setdefault(diagnostic.note, []).append(fix)
            others += fix.edits
    return chosen


def _collide(a: Edit, b: Edit) -> bool:
    return a.span.start <= b.span.end and b.span.start <= a.span.end


def _mended(text: str, fixes: Sequence[Fix]) -> str:
    return apply_edits(text, (edit for fix in fixes for edit in fix.edits))


def _refuse_unless_safe(vault: Vault, path: str) -> Path:
    """The file of a note, when it lies in the vault and no symlink is on the way to it."""
    root = vault.root.resolve()
    file = root / path
    if file.resolve() != file or not file.is_relative_to(root):
        raise FixRefusedError(path, "it is reached through a symlink or lies outside of the vault")
    if not stat.S_ISREG(file.lstat().st_mode):
        raise FixRefusedError(path, "it is not an ordinary file")
    return file


def apply_fixes(vault: Vault, diagnostics: Iterable[Diagnostic]) -> int:
    """Write the verified fixes of `diagnostics` into the notes of `vault`; gives the number of notes changed.

    Raises FixRefusedError for a note that is not UTF-8, that has changed since the vault was read, or that is a
    symlink or lies behind one. Each note is replaced as a whole or not at all.
    """
    changed = 0
    for path, fixes in _chosen(diagnostics).items():
        file = _refuse_unless_safe(vault, path)
        text = vault.notes[path].text
        if file.read_bytes() != text.encode("utf-8", "surrogatepass"):
            raise FixRefusedError(path, "the file has changed since it was checked, or is not UTF-8")
        _replace(file, text.encode("utf-8"), _mended(text, fixes).encode("utf-8"), path)
        changed += 1
    return changed


def _replace(file: Path, before: bytes, after: bytes, path: str) -> None:
    """Put `after` in the place of `before` in one step, with the same mode."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".notevault-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(stat.S_IMODE(file.stat().st_mode))
        if file.read_bytes() != before or file.is_symlink():
            raise FixRefusedError(path, "the file changed while it was being fixed")
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def difference(vault: Vault, diagnostics: Iterable[Diagnostic]) -> str:
    """What `apply_fixes` would change, as a unified diff."""
    parts = []
    for path, fixes in sorted(_chosen(diagnostics).items()):
        text = vault.notes[path].text
        old, new = text.splitlines(keepends=True), _mended(text, fixes).splitlines(keepends=True)
        for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)
