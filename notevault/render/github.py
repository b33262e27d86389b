"""Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""

from __future__ import annotations

from notevault.checks.model import Report
from notevault.diagnostics import Diagnostic, Severity
from notevault.vault.model import Vault

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(vault: Vault, report: Report) -> str:
    """One annotation a diagnostic."""
    return "".join(_annotation(vault, diagnostic) + "\n" for diagnostic in report.diagnostics)


def _annotation(vault: Vault, diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    fields = {
        "file": (vault.root / diagnostic.note).as_posix(),
        "line": span.line,
        "endLine": span.end_line,
        "col": span.column,
        "endColumn": span.end_column,
        "title": diagnostic.code,
    }
    properties = ",".join(f"{name}={_escape_property(str(value))}" for name, value in fields.items())
    return f"::{LEVELS[diagnostic.severity]} {properties}::{_escape(diagnostic.message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
