"""A note as JSON: everything that was found, with its spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isfinite

from notevault.diagnostics import SourceText
from notevault.notes.model import Note

VERSION = 1


def as_json(note: Note) -> dict[str, object]:
    """The note as plain data, with `"version": 1`. The note's own text is left out; spans index it."""
    return {"version": VERSION, **_fields(note)}


def _fields(value: object) -> dict[str, object]:
    return {
        field.name: _plain(getattr(value, field.name))
        for field in fields(value)  # type: ignore[arg-type]
        if field.type != SourceText.__name__
    }


def _plain(value: object) -> object:
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value
