"""`report.md`: what is wrong, what holds and what was not checked, for a person to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from notevault.checks.model import Claim, Report, Status
from notevault.diagnostics import Diagnostic, Severity
from notevault.export.markdown import code_span, fenced, table
from notevault.frontends.claims import Outcome, Verdict
from notevault.notes.model import Note
from notevault.pipeline import Results
from notevault.rules import RULES

MEANING: Mapping[Status, str] = {
    Status.VERIFIED: "ran, and what the note states about it agreed",
    Status.RAN: "ran; the note states nothing to compare with",
    Status.MISMATCH: "ran, and disagrees with what the note states",
    Status.ERROR: "raised an exception",
    Status.SYNTAX: "does not compile",
    Status.LIMIT: "was stopped: time, memory, output or disk",
    Status.NEEDS_PACKAGE: "needs a package that is not installed",
    Status.NEEDS_INPUT: "needs a file, the network, a keyboard or a display",
    Status.UNDEFINED: "uses names that the note defines nowhere",
    Status.CASCADE: "needs an earlier block that did not run",
    Status.UNSUPPORTED: "needs a part of torch or jax that the engine does not imitate",
    Status.SKIPPED: "was not run",
}

LISTED = 25
"""Rows shown of a long table; report.json has them all."""


def report_markdown(results: Results) -> str:
    """The whole report."""
    parts = (
        _summary(results),
        _wrong(results),
        _verified(results.report.claims),
        _blocks(results.report),
        _unchecked(results.report.claims),
        _warnings(results.report.diagnostics),
        _unresolved(results),
        _study(results),
    )
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _summary(results: Results) -> Iterator[str]:
    report = results.report
    red = sum(diagnostic.severity is Severity.ERROR for diagnostic in report.diagnostics)
    outcomes = Counter(claim.verdict.outcome for claim in report.claims)
    yield from ("# Report", "")
    yield (
        f"{len(results.vault.notes):,} notes, {len(report.blocks):,} Python blocks, {len(report.claims):,} claims: "
        f"**{_count(red, 'error')}**, {_count(outcomes[Outcome.VERIFIED], 'verified claim')}, "
        f"{_count(len(results.cards), 'card')}, {_count(len(results.exercises), 'exercise')}."
    )
    yield ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _wrong(results: Results) -> Iterator[str]:
    errors = [d for d in results.report.diagnostics if d.severity is Severity.ERROR]
    yield from ("## What is wrong", "")
    if not errors:
        yield from ("Nothing was found.", "")
    for path, group in groupby(errors, key=lambda diagnostic: diagnostic.note):
        yield from (f"### {path}", "")
        for diagnostic in group:
            yield from _error(diagnostic, results.vault.notes[path])


def _error(diagnostic: Diagnostic, note: Note) -> Iterator[str]:
    yield f"**Line {diagnostic.span.line}** ({diagnostic.code}, {RULES[diagnostic.code].name}): {diagnostic.message}"
    yield ""
    first, last = diagnostic.span.line, diagnostic.span.end_line
    yield from fenced("\n".join(note.source.line(number) for number in range(first, last + 1)))
    if fix := diagnostic.fix:
        state = "verified: the repaired block was run" if fix.verified else "not verified"
        yield from ("", f"Fix ({state}): {fix.description}.")
    yield ""


def _verified(claims: Iterable[Claim]) -> Iterator[str]:
    rows = [
        (claim.note, str(claim.span.line), code_span(claim.text), _how(claim.verdict))
        for claim in claims
        if claim.verdict.outcome is Outcome.VERIFIED
    ]
    if rows:
        yield from ("## What was verified", "")
        yield from _shortened(("note", "line", "claim", "confidence"), rows)


def _how(verdict: Verdict) -> str:
    return f"{verdict.confidence}; {verdict.reason}" if verdict.reason else str(verdict.confidence)


def _blocks(report: Report) -> Iterator[str]:
    counts = Counter(block.status for block in report.blocks)
    rows = [(status.value, f"{counts[status]:,}", MEANING[status]) for status in Status if counts[status]]
    if rows:
        yield from ("## Code blocks", "")
        yield from table(("status", "blocks", "meaning"), rows)
        yield ""
    for status in (Status.NEEDS_PACKAGE, Status.UNDEFINED, Status.UNSUPPORTED):
        reasons = Counter(block.reason for block in report.blocks if block.status is status)
        if reasons:
            most = ", ".join(f"{reason} ({count})" for reason, count in _commonest(reasons)[:8])
            yield from (f"- {status.value}: {most}",)
    if rows:
        yield ""


def _unchecked(claims: Iterable[Claim]) -> Iterator[str]:
    reasons = Counter(
        claim.verdict.reason
        for claim in claims
        if claim.verdict.outcome in {Outcome.NOT_CHECKABLE, Outcome.INCONCLUSIVE}
    )
    if reasons:
        yield from ("## What was not checked", "", "These formulas state something, but no verdict was possible:", "")
        yield from _shortened(("reason", "formulas"), [(reason, str(n)) for reason, n in _commonest(reasons)])


def _warnings(diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    warnings = [d for d in diagnostics if d.severity is Severity.WARNING]
    if warnings:
        yield from ("## Worth a look", "")
        rows = [(d.note, str(d.span.line), d.code, d.message) for d in warnings]
        yield from _shortened(("note", "line", "rule", "what"), rows)


def _unresolved(results: Results) -> Iterator[str]:
    wanted = [results.graph.topics[id_] for id_ in results.graph.unresolved]
    if wanted:
        yield from ("## Notes that are linked but not written", "")
        yield from _shortened(("note", "notes that link to it"), [(t.title, str(t.incoming)) for t in wanted])


def _study(results: Results) -> Iterator[str]:
    yield from ("## What to study", "")
    yield from table(
        ("cards made by the rule", "cards"),
        [(r, str(n)) for r, n in _commonest(Counter(c.rule for c in results.cards))],
    )
    yield ""
    yield from table(
        ("exercise family", "exercises"),
        [(family, str(n)) for family, n in _commonest(Counter(e.family for e in results.exercises))],
    )
    yield from ("", f"{_count(len(results.rejections), 'candidate')} for a card did not pass the gates:", "")
    reasons = Counter(rejection.reason.partition(":")[0] for rejection in results.rejections)
    yield from _shortened(("reason", "candidates"), [(reason, str(n)) for reason, n in _commonest(reasons)])


def _commonest(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _shortened(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from table(header, rows[:LISTED])
    if len(rows) > LISTED:
        yield from ("", f"… and {len(rows) - LISTED:,} more.")
    yield ""
