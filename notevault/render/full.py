"""A diagnostic with the piece of the note it speaks of, a caret below, and the fix as a small difference."""

from __future__ import annotations

from itertools import groupby

import click
from rich.cells import cell_len

from notevault.checks.model import Report
from notevault.diagnostics import Diagnostic, Edit, SourceText
from notevault.render.concise import COLORS, headline
from notevault.vault.model import Vault

CONTEXT = 2
"""Lines of the note shown above the one that is wrong."""

WIDTH = 110
"""Longer lines are cut around the caret."""


def full(vault: Vault, report: Report) -> str:
    """Each diagnostic with an excerpt of its note."""
    return "\n".join(excerpted(vault.notes[d.note].source, d) for d in report.diagnostics)


def excerpted(source: SourceText, diagnostic: Diagnostic) -> str:
    """The headline, the excerpt with its caret, and the fix."""
    margin = len(str(diagnostic.span.end_line))
    bar = " " * margin + click.style(" |", fg="blue")
    lines = [headline(diagnostic), bar, *_excerpt(source, diagnostic, margin), bar]
    if diagnostic.fix:
        kind = "verified fix" if diagnostic.fix.verified else "suggestion"
        lines.append(
            click.style(f"{'help':>{margin + 4}}", fg="cyan", bold=True) + f": {diagnostic.fix.description} ({kind})"
        )
        lines += _difference(source, diagnostic.fix.edits, margin)
    return "\n".join(lines) + "\n"


def _excerpt(source: SourceText, diagnostic: Diagnostic, margin: int) -> list[str]:
    span = diagnostic.span
    first = max(1, span.line - CONTEXT)
    while first < span.line and not source.line(first).strip():
        first += 1
    lines = []
    for number in range(first, span.line + 1):
        text, shift = _window(source.line(number), span.column if number == span.line else 1)
        lines.append(f"{_gutter(number, margin)} {text}".rstrip())
    width = (span.end_column if span.end_line == span.line else len(source.line(span.line)) + 1) - span.column
    carets = "^" * max(1, min(width, WIDTH - (span.column - shift)))
    pad = _blank(source.line(span.line)[shift : span.column - 1])
    caret = click.style(f"{carets} {diagnostic.code}", fg=COLORS[diagnostic.severity], bold=True)
    lines.append(" " * margin + click.style(" |", fg="blue") + f" {pad}{caret}")
    return lines


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a long line around `column`, and how many characters were cut before it."""
    if len(line) <= WIDTH:
        return line, 0
    shift = 0 if column <= WIDTH * 2 // 3 else column - WIDTH // 2
    return line[shift : shift + WIDTH], shift


def _blank(text: str) -> str:
    """White space as wide as `text` on a terminal (tabs stay tabs)."""
    return "".join("\t" if character == "\t" else " " * cell_len(character) for character in text)


def _gutter(number: int, margin: int) -> str:
    return click.style(f"{number:>{margin}} |", fg="blue")


def _difference(source: SourceText, edits: tuple[Edit, ...], margin: int) -> list[str]:
    """The lines that the edits touch, before and after."""
    lines = []
    for (first, last), group in groupby(edits, key=lambda edit: (edit.span.line, edit.span.end_line)):
        start, end = source.offset(first, 1), source.offset(last, len(source.line(last)) + 1)
        before, after = source.text[start:end], source.text[start:end]
        for edit in sorted(group, key=lambda edit: edit.span.start, reverse=True):
            after = after[: edit.span.start - start] + edit.text + after[edit.span.end - start :]
        for sign, color, text in (("-", "red", before), ("+", "green", after)):
            for number, line in enumerate(text.split("\n"), start=first):
                lines.append(click.style(f"{number:>{margin}} {sign} ", fg=color) + line.rstrip("\r"))
    return lines
