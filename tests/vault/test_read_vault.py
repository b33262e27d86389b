"""A vault as it is found on disk: what is read, what is left out, what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from notevault.errors import ConfigurationError, NoteNotFoundError, VaultNotFoundError
from notevault.vault import find_note, find_vault, links_as_json, read_vault
from notevault.vault.model import Vault
from tests.shared import SHARED, needs_shared
from tests.vaults import make_vault, write_vault


def codes(vault: Vault) -> list[tuple[str, str, int]]:
    return [(found.code, found.note, found.span.line) for found in vault.diagnostics]


def test_hidden_files_are_left_out_but_a_note_without_a_name_is_not(tmp_path: Path) -> None:
    files = {".md": "a", "b/.md": "", ".obsidian/x.md": "", ".trash/y.md": "", ".hidden.md": "", "pic.png": b"\x89"}
    vault = make_vault(tmp_path, files)
    assert list(vault.notes) == [".md", "b/.md"]
    assert vault.attachments == ("pic.png",)
    assert vault.notes[".md"].title == ".md"


def test_links_out_of_the_vault_are_not_followed(tmp_path: Path) -> None:
    outside = write_vault(tmp_path / "outside", {"secret.md": "secret", "folder/other.md": ""})
    root = write_vault(tmp_path / "vault", {"real.md": "text", "sub/x.md": ""})
    (root / "leak.md").symlink_to(outside / "secret.md")
    (root / "inside.md").symlink_to(root / "real.md")
    (root / "dead.md").symlink_to(root / "nothing.md")
    (root / "outside").symlink_to(outside, target_is_directory=True)
    (root / "circle.md").symlink_to("circle.md")
    (root / "loop").symlink_to(root, target_is_directory=True)
    assert list(read_vault(root).notes) == ["inside.md", "real.md", "sub/x.md"]


def test_bytes_that_are_not_utf_8_are_a_note_with_a_diagnostic(tmp_path: Path) -> None:
    vault = make_vault(
        tmp_path, {"latin.md": "caf\u00e9 [[latin]]".encode("latin-1"), "wide.md": "[[latin]]".encode("utf-16")}
    )
    assert codes(vault) == [("NV204", "latin.md", 1), ("NV204", "wide.md", 1)]
    assert [link.resolved for link in vault.links] == ["latin.md", "latin.md"]


def test_every_kind_of_link_that_does_not_simply_resolve_is_explained(tmp_path: Path) -> None:
    files = {
        "Momentum.md": "---\naliases: [heavy ball]\n---\n# What",
        "a/Index.md": "",
        "b/Index.md": "",
        "S.md": "[[Momentun]] [[Quite other]]\n[[Momentum#Why]] [[Momentum#^x]]\n[[Index]]\n[[Heavy ball]]",
    }
    messages = [(found.code, found.span.line, found.message) for found in make_vault(tmp_path, files).diagnostics]
    assert messages == [
        ("NV101", 1, 'there is no note "Momentun"; did you mean [[Momentum]]?'),
        ("NV101", 1, 'there is no note "Quite other"'),
        ("NV102", 2, 'Momentum.md has no heading "Why"'),
        ("NV102", 2, "Momentum.md has no block id ^x"),
        ("NV103", 3, '"Index" opens a/Index.md, but b/Index.md fits too'),
        ("NV104", 4, '"Heavy ball" is an alias of Momentum.md; a link that opens it is [[Momentum|Heavy ball]]'),
    ]


def test_a_vault_is_the_nearest_folder_upward_that_says_so(tmp_path: Path) -> None:
    write_vault(
        tmp_path, {"outer/.obsidian/app.json": "{}", "outer/inner/notevault.toml": "", "outer/inner/deep/a.md": ""}
    )
    assert find_vault(tmp_path / "outer/inner/deep") == tmp_path / "outer/inner"
    assert find_vault(tmp_path / "outer") == tmp_path / "outer"
    with pytest.raises(VaultNotFoundError) as caught:
        find_vault(tmp_path)
    assert caught.value.start == tmp_path


@pytest.mark.parametrize("name", ["b/Adam.md", "b/adam", "./b/Adam", "ADAM", "The Optimiser", "adaptive moments"])
def test_a_note_is_found_by_path_name_title_and_alias(tmp_path: Path, name: str) -> None:
    front = "---\ntitle: The optimiser\naliases: [Adaptive Moments]\n---\n"
    vault = make_vault(tmp_path, {"b/Adam.md": front, "Other.md": "", "deep/b/Adam.md": ""})
    assert find_note(vault, name).path == "b/Adam.md"


def test_a_note_that_is_not_there_has_suggestions(tmp_path: Path) -> None:
    vault = make_vault(tmp_path, {"Momentum.md": "", "Adam.md": ""})
    with pytest.raises(NoteNotFoundError, match=r"did you mean Momentum\?") as caught:
        find_note(vault, "Momentun")
    assert caught.value.suggestions == ("Momentum",)
    with pytest.raises(NoteNotFoundError) as caught:
        find_note(vault, "zzz")
    assert caught.value.suggestions == ()


@pytest.mark.parametrize("text", ["exclude = 1", "exclude = [1]", "exclude = [", "exclud = []", "[study]\nseed = 'x'"])
def test_a_configuration_that_cannot_be_used_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"notevault\.toml"):
        make_vault(tmp_path, {"notevault.toml": text})


def test_links_as_json_have_the_fields_of_the_contract(tmp_path: Path) -> None:
    vault = make_vault(tmp_path, {"A.md": "x\n![[B#H|t]]", "B.md": "# H"})
    assert links_as_json(vault) == {
        "version": 1,
        "links": [
            {
                "note": "A.md",
                "line": 2,
                "column": 1,
                "text": "![[B#H|t]]",
                "target": "B",
                "subpath": "H",
                "kind": "embed",
                "bucket": "resolved",
                "resolved": "B.md",
            }
        ],
    }


@needs_shared
@pytest.mark.parametrize(
    ("name", "notes"),
    [("aaronjoseph", 472), ("data-archive", 1147), ("fdiengott", 125), ("humairds", 203), ("nnvault", 42)],
)
def test_every_note_of_a_public_vault_is_read_and_every_link_is_in_a_bucket(name: str, notes: int) -> None:
    vault = read_vault(SHARED / "vaults" / name)
    assert len(vault.notes) == notes
    assert len(vault.links) == sum(len(note.links) for note in vault.notes.values())
    assert {found.link.span for found in vault.links} == {
        link.span for note in vault.notes.values() for link in note.links
    }
