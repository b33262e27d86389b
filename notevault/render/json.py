"""The report as one JSON object, version 1: a contract that scripts and editors build on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from notevault.checks.model import BlockResult, Claim, Report
from notevault.diagnostics import Diagnostic, Fix, Span
from notevault.vault.model import Vault


def as_json(vault: Vault, report: Report) -> str:
    """The whole report, indented, with a final line break."""
    return json.dumps(report_data(vault, report), indent=2, ensure_ascii=False) + "\n"


def report_data(vault: Vault, report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "version": 1,
        "summary": {
            "notes": len(vault.notes),
            "blocks": _counts(block.status.value for block in report.blocks),
            "claims": _counts(claim.verdict.outcome.value for claim in report.claims),
            "diagnostics": _counts(diagnostic.code for diagnostic in report.diagnostics),
        },
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in report.diagnostics],
        "blocks": [_block(block) for block in report.blocks],
        "claims": [_claim(claim) for claim in report.claims],
    }


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _place(span: Span) -> dict[str, int]:
    return {"line": span.line, "column": span.column, "end_line": span.end_line, "end_column": span.end_column}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "note": diagnostic.note,
        **_place(diagnostic.span),
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "description": fix.description,
        "verified": fix.verified,
        "edits": [{**_place(edit.span), "text": edit.text} for edit in fix.edits],
    }


def _block(block: BlockResult) -> dict[str, Any]:
    return {
        "note": block.note,
        "line": block.line,
        "language": block.language,
        "status": block.status.value,
        "reason": block.reason,
        "stdout": block.stdout,
        "session": block.session,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    verdict = claim.verdict
    return {
        "note": claim.note,
        "line": claim.span.line,
        "column": claim.span.column,
        "kind": claim.kind,
        "source": claim.source,
        "text": claim.text,
        "verdict": verdict.outcome.value,
        "confidence": verdict.confidence.value if verdict.confidence else None,
        "reason": verdict.reason,
        "diagnosis": verdict.diagnosis,
        "evidence": dict(verdict.evidence),
    }
