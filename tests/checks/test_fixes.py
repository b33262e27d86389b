"""Fixes are written byte for byte, all or nothing, and only into the file that was checked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notevault.checks.fixes import FixRefusedError, apply_edits, apply_fixes, difference
from notevault.diagnostics import Diagnostic, Edit, Fix, Severity, SourceText
from notevault.vault import read_vault
from notevault.vault.model import Vault


def insertion(vault: Vault, path: str, after: str, text: str, *, verified: bool = True) -> Diagnostic:
    note = vault.notes[path]
    at = note.text.index(after) + len(after)
    span = note.source.span(at, at)
    return Diagnostic("NV301", Severity.ERROR, "x", path, span, Fix("insert", (Edit(span, text),), verified))


NOTES = [
    b"```python\nx = (3)2\n```\n",
    b"\xef\xbb\xbf# T\r\n\r\n```python\r\nx = (3)2\r\n```\r\n",
    b"no newline at the end\n\n```python\nx = (3)2\n```",
    b"mixed\r\nline\nends\r\n```python\r\nx = (3)2\n```",
    "täxt 𝛼 \u2028 \x0c \x85 ```\n\n```python\ns = '𝛼'; x = (3)2  \t\n```\n\n\n".encode(),
]


@pytest.mark.parametrize("data", NOTES)
def test_every_byte_outside_the_edit_stays(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "note.md"
    file.write_bytes(data)
    file.chmod(0o640)
    vault = read_vault(tmp_path)
    assert apply_fixes(vault, [insertion(vault, "note.md", "(3)", "**")]) == 1
    assert file.read_bytes() == data.replace(b"(3)2", b"(3)**2")
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["note.md"]


def test_several_fixes_of_one_note_are_applied_together(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_bytes(b"(1)2 and (2)2\n")
    vault = read_vault(tmp_path)
    found = [insertion(vault, "note.md", "(2)", "**"), insertion(vault, "note.md", "(1)", "**")]
    assert apply_fixes(vault, [*found, found[0]]) == 1
    assert (tmp_path / "note.md").read_bytes() == b"(1)**2 and (2)**2\n"


def test_of_two_fixes_at_one_place_the_first_stands(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_bytes(b"(1)2\n")
    vault = read_vault(tmp_path)
    apply_fixes(vault, [insertion(vault, "note.md", "(1)", "**"), insertion(vault, "note.md", "(1)", "*")])
    assert (tmp_path / "note.md").read_bytes() == b"(1)**2\n"


def test_a_fix_that_was_not_tried_is_not_applied(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_bytes(b"(1)2\n")
    vault = read_vault(tmp_path)
    assert apply_fixes(vault, [insertion(vault, "note.md", "(1)", "**", verified=False)]) == 0
    assert (tmp_path / "note.md").read_bytes() == b"(1)2\n"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    file.write_bytes(b"(1)2\n")
    vault = read_vault(tmp_path)
    file.write_bytes(b"(1)2 more\n")
    with pytest.raises(FixRefusedError, match="changed"):
        apply_fixes(vault, [insertion(vault, "note.md", "(1)", "**")])
    assert file.read_bytes() == b"(1)2 more\n"


def test_a_note_that_is_not_utf8_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    file.write_bytes(b"caf\xe9 (1)2\n")
    vault = read_vault(tmp_path)
    with pytest.raises(FixRefusedError, match="UTF-8"):
        apply_fixes(vault, [insertion(vault, "note.md", "(1)", "**")])
    assert file.read_bytes() == b"caf\xe9 (1)2\n"


@pytest.mark.parametrize("what", ["file", "folder"])
def test_nothing_is_written_through_a_symlink(tmp_path: Path, what: str) -> None:
    outside, root = tmp_path / "outside", tmp_path / "vault"
    outside.mkdir()
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "note.md").write_bytes(b"(1)2\n")
    (outside / "note.md").write_bytes(b"(1)2\n")
    vault = read_vault(root)
    (root / "sub" / "note.md").unlink()
    if what == "file":
        (root / "sub" / "note.md").symlink_to(outside / "note.md")
    else:
        (root / "sub").rmdir()
        (root / "sub").symlink_to(outside)
    with pytest.raises(FixRefusedError, match="symlink"):
        apply_fixes(vault, [insertion(vault, "sub/note.md", "(1)", "**")])
    assert (outside / "note.md").read_bytes() == b"(1)2\n"


def test_a_failed_replacement_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "note.md").write_bytes(b"(1)2\n")
    vault = read_vault(tmp_path)

    def fail(_self: Path, _target: Path) -> Path:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        apply_fixes(vault, [insertion(vault, "note.md", "(1)", "**")])
    assert os.listdir(tmp_path) == ["note.md"]
    assert (tmp_path / "note.md").read_bytes() == b"(1)2\n"


def test_the_difference_shows_what_would_change(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_bytes(b"a\n(1)2")
    vault = read_vault(tmp_path)
    shown = difference(vault, [insertion(vault, "note.md", "(1)", "**")])
    assert shown.splitlines()[-4:] == [
        "-(1)2",
        "\\ No newline at end of file",
        "+(1)**2",
        "\\ No newline at end of file",
    ]
    assert (tmp_path / "note.md").read_bytes() == b"a\n(1)2"


def test_edits_that_overlap_are_refused() -> None:
    source = SourceText("abcd")
    with pytest.raises(ValueError, match="overlap"):
        apply_edits("abcd", [Edit(source.span(0, 2), "x"), Edit(source.span(1, 3), "y")])
