"""Cards as an Anki package that can be imported again and again.

A card's guid comes from its id, so that importing twice adds nothing. Anki replaces a note only by one with a later
modification time. A package holds no clock: a card starts at `EPOCH`, and when an earlier package stands where the
new one is written, a card whose fields changed becomes one second newer than it was there.
"""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import genanki

from notevault.export.html import cloze_html, field_html
from notevault.study.model import Card, CardKind

EPOCH = 1_577_836_800
"""2020-01-01T00:00:00Z, the modification time of a card that was never exported before."""

_ZIP_DATE = (2020, 1, 1, 0, 0, 0)

_CSS = """\
.card { font: 20px/1.5 system-ui, sans-serif; max-width: 42em; margin: 0 auto; padding: 1em; }
.source { margin-top: 2em; font-size: 13px; opacity: 0.6; }
.cloze { font-weight: 600; color: #2563eb; }
code { font-family: ui-monospace, monospace; font-size: 0.9em; }
"""
_BACK = '{{FrontSide}}<hr id="answer">{{Back}}<div class="source">{{Source}}</div>'
_REVERSED_BACK = '{{FrontSide}}<hr id="answer">{{Front}}<div class="source">{{Source}}</div>'

Fingerprint = tuple[int, str]
"""A note's modification time and its fields, as an earlier package holds them."""


class _DatedNote(genanki.Note):  # type: ignore[misc]
    """A note with a modification time of its own; genanki knows only one for the whole package."""

    def __init__(self, modified: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.modified = modified

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, deck_id: int, id_gen: Iterator[int]) -> None:
        super().write_to_db(cursor, self.modified, deck_id, id_gen)


def write_apkg(cards: Sequence[Card], path: Path) -> None:
    """Write `cards` to `path`; equal cards over the same earlier package give equal bytes."""
    earlier = _earlier(path)
    models = _models()
    decks = []
    for name, members in groupby(sorted(cards, key=lambda card: (card.deck, card.id)), key=lambda card: card.deck):
        deck = genanki.Deck(_number(name), name)
        for card in members:
            deck.add_note(_note(card, models, earlier))
        decks.append(deck)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.apkg"
        genanki.Package(decks).write_to_file(raw, timestamp=EPOCH)
        _repack(raw, path)


def _note(card: Card, models: Mapping[CardKind, genanki.Model], earlier: Mapping[str, Fingerprint]) -> _DatedNote:
    fields = _fields(card)
    guid = genanki.guid_for(card.id)
    modified, before = earlier.get(guid, (EPOCH, None))
    if before is not None and before != "\x1f".join(fields):
        modified += 1
    return _DatedNote(
        modified,
        model=models[card.kind],
        fields=fields,
        guid=guid,
        tags=[_tag(tag) for tag in card.tags],
    )


def _fields(card: Card) -> list[str]:
    source = field_html(f"{card.note}, line {card.span.line}")
    if card.kind is CardKind.CLOZE:
        return [cloze_html(card.prompt), source]
    return [field_html(card.prompt), field_html(card.answer), source]


def _tag(tag: str) -> str:
    """Anki separates tags by spaces and nests them by `::`."""
    return "::".join(tag.split()).replace("/", "::")


def _number(name: str) -> int:
    """A stable id for a deck or model: Anki wants a positive integer."""
    return int.from_bytes(sha256(f"notevault {name}".encode()).digest()[:5]) + (1 << 30)


def _models() -> dict[CardKind, genanki.Model]:
    fields = [{"name": "Front"}, {"name": "Back"}, {"name": "Source"}]
    forward = {"name": "Card 1", "qfmt": "{{Front}}", "afmt": _BACK}
    backward = {"name": "Card 2", "qfmt": "{{Back}}", "afmt": _REVERSED_BACK}
    gap = {
        "name": "Cloze",
        "qfmt": "{{cloze:Text}}",
        "afmt": '{{cloze:Text}}<div class="source">{{Source}}</div>',
    }
    return {
        CardKind.BASIC: _model("notevault basic", fields, [forward]),
        CardKind.REVERSED: _model("notevault reversed", fields, [forward, backward]),
        CardKind.CLOZE: _model(
            "notevault cloze", [{"name": "Text"}, {"name": "Source"}], [gap], model_type=genanki.Model.CLOZE
        ),
    }


def _model(name: str, fields: list[dict[str, str]], templates: list[dict[str, str]], **more: Any) -> genanki.Model:
    copies = [dict(field) for field in fields], [dict(template) for template in templates]
    return genanki.Model(_number(name), name, fields=copies[0], templates=copies[1], css=_CSS, **more)


def _earlier(path: Path) -> dict[str, Fingerprint]:
    """The notes of the package at `path` by guid; nothing where there is none or it cannot be read as one."""
    try:
        with zipfile.ZipFile(path) as package:
            data = package.read("collection.anki2")
    except (FileNotFoundError, KeyError, zipfile.BadZipFile):
        return {}
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(data)
            rows = database.execute("SELECT guid, mod, flds FROM notes").fetchall()
        except sqlite3.DatabaseError:
            return {}
    return {guid: (modified, fields) for guid, modified, fields in rows}


def _repack(raw: Path, path: Path) -> None:
    """Copy the package with fixed dates, since a zip file carries those of its members."""
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
