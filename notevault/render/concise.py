"""One line a diagnostic: place, code, message."""

from __future__ import annotations

import click

from notevault.checks.model import Report
from notevault.diagnostics import Diagnostic, Severity
from notevault.vault.model import Vault

COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def headline(diagnostic: Diagnostic) -> str:
    """`note:line:column: CODE [*] message`; the star says that a verified fix is offered."""
    place = click.style(diagnostic.note, bold=True) + f":{diagnostic.span.line}:{diagnostic.span.column}:"
    code = click.style(diagnostic.code, fg=COLORS[diagnostic.severity], bold=True)
    star = " [" + click.style("*", fg="cyan") + "]" if diagnostic.fix and diagnostic.fix.verified else ""
    return f"{place} {code}{star} {diagnostic.message}"


def concise(vault: Vault, report: Report) -> str:
    """Each diagnostic on a line of its own, in the order of notes and places."""
    return "".join(headline(diagnostic) + "\n" for diagnostic in report.diagnostics)
