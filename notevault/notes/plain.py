"""A fragment of inline Markdown as a reader sees it."""

from __future__ import annotations

from notevault.diagnostics import SourceText
from notevault.notes.inline import plain_text, scan
from notevault.notes.scanner import Scanner


def plain(fragment: str) -> str:
    """`fragment` on one line, without marks: links become their label, formulas stay `$…$`.

    >>> plain("The **gradient** of a [[Loss Function|loss]] is $\\\\nabla L$.")
    'The gradient of a loss is $\\\\nabla L$.'
    """
    scanner = Scanner(SourceText(fragment), 0, fragment)
    scan(scanner, {})
    return plain_text(scanner)
