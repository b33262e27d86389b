"""Each format of a small report, to the letter."""

from __future__ import annotations

import json
from pathlib import Path

import click

from notevault.checks.model import BlockResult, Claim, Report, Status
from notevault.diagnostics import Diagnostic, Edit, Fix, Severity
from notevault.frontends.claims import Confidence, Outcome, Verdict
from notevault.notes.model import Note
from notevault.notes.parse import parse_note
from notevault.render import FORMATS
from notevault.vault.model import Vault

TEXT = "# Loss\n\n```python\np, y = 3, 1\nloss = (p - y)2\n```\n"


def example() -> tuple[Vault, Report]:
    note: Note = parse_note("a/Loss.md", TEXT)
    at = TEXT.index(")2") + 1
    span = note.source.span(at, at + 1)
    fix = Fix("insert `**`", (Edit(note.source.span(at, at), "**"),), verified=True)
    diagnostic = Diagnostic("NV301", Severity.ERROR, "invalid syntax: 50% of a power", note.path, span, fix)
    block = BlockResult(note.path, 3, "python", Status.SYNTAX, "a reason", "", "s", note.code_blocks[0].span, fix)
    verdict = Verdict(Outcome.VERIFIED, Confidence.EXACT, evidence={"points": 3})
    claim = Claim(note.path, "gradient", "sympy", "diff(loss, p)", span, verdict)
    return Vault(Path("vault"), {note.path: note}, (), (), ()), Report((block,), (claim,), (diagnostic,))


def rendered(format_: str) -> str:
    return click.unstyle(FORMATS[format_](*example()))


def test_full_shows_the_place_a_caret_and_the_fix() -> None:
    assert rendered("full") == (
        "a/Loss.md:5:15: NV301 [*] invalid syntax: 50% of a power\n"
        "  |\n"
        "3 | ```python\n"
        "4 | p, y = 3, 1\n"
        "5 | loss = (p - y)2\n"
        "  |               ^ NV301\n"
        "  |\n"
        " help: insert `**` (verified fix)\n"
        "5 - loss = (p - y)2\n"
        "5 + loss = (p - y)**2\n"
    )


def test_concise_is_one_line() -> None:
    assert rendered("concise") == "a/Loss.md:5:15: NV301 [*] invalid syntax: 50% of a power\n"


def test_github_escapes_what_has_a_meaning_there() -> None:
    assert rendered("github") == (
        "::error file=vault/a/Loss.md,line=5,endLine=5,col=15,endColumn=16,title=NV301"
        "::invalid syntax: 50%25 of a power\n"
    )


def test_json_is_the_contract() -> None:
    data = json.loads(rendered("json"))
    assert list(data) == ["version", "summary", "diagnostics", "blocks", "claims"]
    assert data["summary"] == {
        "notes": 1,
        "blocks": {"syntax": 1},
        "claims": {"verified": 1},
        "diagnostics": {"NV301": 1},
    }
    [diagnostic] = data["diagnostics"]
    assert diagnostic["fix"] == {
        "description": "insert `**`",
        "verified": True,
        "edits": [{"line": 5, "column": 15, "end_line": 5, "end_column": 15, "text": "**"}],
    }
    [block] = data["blocks"]
    assert list(block) == ["note", "line", "language", "status", "reason", "stdout", "session"]
    [claim] = data["claims"]
    assert (claim["verdict"], claim["confidence"], claim["evidence"]) == ("verified", "exact", {"points": 3})


def test_a_long_line_is_cut_around_the_caret_and_wide_characters_count_twice() -> None:
    long = "x" * 300 + "!" + "y" * 300
    note = parse_note("Long.md", f"{long}\n漢字!\n")
    spans = [note.source.span(300, 301), note.source.span(604, 605)]
    found = tuple(Diagnostic("NV101", Severity.INFO, "here", note.path, span) for span in spans)
    vault = Vault(Path("vault"), {note.path: note}, (), (), ())
    lines = click.unstyle(FORMATS["full"](vault, Report((), (), found))).split("\n")
    assert all(len(line) < 130 for line in lines)
    for shown in ("!" + "y", "漢字!"):
        row = next(i for i, line in enumerate(lines) if shown in line)
        caret = next(line for line in lines[row + 1 :] if "^" in line)
        before = lines[row][: lines[row].index("!")]
        assert caret.index("^") == len(before) + sum(character in "漢字" for character in before)
