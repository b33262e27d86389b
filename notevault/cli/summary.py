"""What `build` prints: the findings that matter, and where the files are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from notevault.checks.model import Claim
from notevault.diagnostics import Severity
from notevault.frontends.claims import Outcome
from notevault.pipeline import Results
from notevault.render.full import full

MOST_ERRORS = 12
MOST_CLAIMS = 6


def summary(results: Results, files: Sequence[Path]) -> str:
    """The whole summary."""
    return "\n".join(_lines(results, files)) + "\n"


def _lines(results: Results, files: Sequence[Path]) -> Iterator[str]:
    report = results.report
    errors = tuple(d for d in report.diagnostics if d.severity is Severity.ERROR)
    yield full(results.vault, type(report)(report.blocks, report.claims, errors[:MOST_ERRORS]))
    if len(errors) > MOST_ERRORS:
        yield f"… and {len(errors) - MOST_ERRORS} more errors, all of them in {files[0]}\n"
    verified = [claim for claim in report.claims if claim.verdict.outcome is Outcome.VERIFIED]
    if verified:
        yield click.style("verified", fg="green", bold=True)
        yield from (f"  {_claim(claim)}" for claim in verified[:MOST_CLAIMS])
        if len(verified) > MOST_CLAIMS:
            yield f"  … and {len(verified) - MOST_CLAIMS} more claims"
        yield ""
    yield from _counts(results)
    yield ""
    yield from (f"  {path}" for path in files)


def _claim(claim: Claim) -> str:
    points = claim.verdict.evidence.get("points")
    how = f"{claim.verdict.confidence}, {points} points" if points else f"{claim.verdict.confidence}"
    text = " ".join(claim.text.split())
    return f"{claim.note}:{claim.span.line}: {text} ({how})"


def _counts(results: Results) -> Iterator[str]:
    report = results.report
    blocks = Counter(block.status.value for block in report.blocks)
    claims = Counter(claim.verdict.outcome.value for claim in report.claims)
    rows = {
        "notes": f"{len(results.vault.notes):,}, {len(results.vault.links):,} links",
        "blocks": _shares(blocks),
        "claims": _shares(claims),
        "study": f"{len(results.cards):,} cards, {len(results.exercises):,} exercises",
    }
    yield from (f"{click.style(f'{name:<7}', bold=True)} {text}" for name, text in rows.items())


def _shares(counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return f"{counts.total():,}" + "".join(f" · {count} {name}" for name, count in ordered)
