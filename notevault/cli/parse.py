"""`notevault parse NOTE`."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("parse")
@click.argument("note", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(note: Path) -> None:
    """Print NOTE as JSON: everything that was found in it, with its span."""
    from notevault.notes.encoding import decode
    from notevault.notes.parse import parse_note
    from notevault.notes.serialise import as_json

    parsed = parse_note(note.name, decode(note.read_bytes()).text)
    click.echo(json.dumps({"version": 1, **as_json(parsed)}, indent=2, ensure_ascii=False))
