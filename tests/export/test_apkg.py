"""An Anki package, imported by Anki's own backend."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notevault.checks.model import Report
from notevault.diagnostics import Span
from notevault.export.apkg import write_apkg
from notevault.study.cards import make_cards
from notevault.study.model import Card, CardKind, item_id
from notevault.vault import read_vault

if TYPE_CHECKING:
    from anki.collection import Collection

EXAMPLE = Path(__file__).parents[2] / "vault_example"
SPAN = Span(0, 1, 3, 1, 3, 2)


def card(prompt: str, answer: str, kind: CardKind = CardKind.BASIC) -> Card:
    return Card(
        item_id("Gradient.md", "test", prompt), kind, prompt, answer, "Gradient.md", SPAN, "notevault::Calculus",
        ("calculus/first steps",), ("Gradient",), "test",
    )  # fmt: skip


CARDS = (
    card("What is a gradient?", r"The vector $\nabla f$ of partial derivatives."),
    card("Reverse mode", "One pass for each output", CardKind.REVERSED),
    card(r"The derivative of $\sin x$ is {{c1::$\frac{1}{1}{\cos x}$}}.", "", CardKind.CLOZE),
)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    collection = pytest.importorskip("anki.collection", reason="anki is not installed (extra dev)")
    opened = collection.Collection(str(tmp_path / "collection.anki2"))
    yield opened
    opened.close()


def imported(collection: Collection, path: Path) -> tuple[int, int]:
    from anki.import_export_pb2 import ImportAnkiPackageRequest

    log = collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(path))).log
    return len(log.new), len(log.updated)


def test_importing_twice_adds_nothing(collection: Collection, tmp_path: Path) -> None:
    write_apkg(CARDS, tmp_path / "cards.apkg")
    assert imported(collection, tmp_path / "cards.apkg") == (3, 0)
    assert imported(collection, tmp_path / "cards.apkg") == (0, 0)
    assert collection.note_count() == 3
    assert collection.card_count() == 4


def test_an_edited_answer_updates_the_note_in_place(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "cards.apkg"
    write_apkg(CARDS, path)
    imported(collection, path)
    write_apkg((replace(CARDS[0], answer="All partial derivatives."), *CARDS[1:]), path)
    assert imported(collection, path) == (0, 1)
    assert collection.note_count() == 3
    [note] = collection.find_notes("Front:*gradient*")
    assert collection.get_note(note)["Back"] == "All partial derivatives."


def test_fields_hold_mathjax_and_nested_tags(collection: Collection, tmp_path: Path) -> None:
    write_apkg(CARDS, tmp_path / "cards.apkg")
    imported(collection, tmp_path / "cards.apkg")
    [note] = collection.find_notes("Front:*gradient*")
    assert collection.get_note(note)["Back"] == r"The vector \(\nabla f\) of partial derivatives."
    assert collection.get_note(note).tags == ["calculus::first::steps"]
    [cloze] = collection.find_notes("note:notevault*cloze")
    assert r"\frac{1}{1}{\cos x}\)}}" in collection.get_note(cloze)["Text"]


def test_the_same_cards_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    write_apkg(CARDS, tmp_path / "a.apkg")
    write_apkg(tuple(reversed(CARDS)), tmp_path / "b.apkg")
    assert (tmp_path / "a.apkg").read_bytes() == (tmp_path / "b.apkg").read_bytes()


def test_an_unreadable_earlier_package_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "cards.apkg"
    path.write_bytes(b"not a package")
    write_apkg(CARDS, path)
    assert path.read_bytes().startswith(b"PK")


def test_the_example_vault_is_imported_twice_and_then_edited(collection: Collection, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    shutil.copytree(EXAMPLE, vault)
    package = tmp_path / "cards.apkg"
    cards, _ = make_cards(read_vault(vault), Report((), (), ()))
    write_apkg(cards, package)
    assert len(cards) >= 20
    assert imported(collection, package) == (len(cards), 0)
    assert imported(collection, package) == (0, 0)
    note = vault / "Calculus" / "Gradient.md"
    note.write_text(
        note.read_text(encoding="utf-8").replace("with a single output.", "with one output."), encoding="utf-8"
    )
    edited, _ = make_cards(read_vault(vault), Report((), (), ()))
    write_apkg(edited, package)
    assert imported(collection, package) == (0, 1)
    [found] = collection.find_notes('"Front:What is the gradient?"')
    assert "with one output." in collection.get_note(found)["Back"]
