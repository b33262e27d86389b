"""Checking the code of one note: a status for every Python block, claims, and diagnostics on exact places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from notevault.checks.announced import announced, taken_back, words_above
from notevault.checks.causes import PLACEHOLDER, Judgement, Origin, Surroundings, judge
from notevault.checks.cells import Cell, python_cells
from notevault.checks.machine import differs_by_platform, machine_dependent, speaks_of_another_version
from notevault.checks.mend import mend
from notevault.checks.messages import refutation
from notevault.checks.model import BlockResult, Claim, Status
from notevault.checks.outcome import Compared, Failure, Outcome, State
from notevault.checks.outputs import verdict_on
from notevault.checks.sessions import run_cells
from notevault.diagnostics import Diagnostic, Fix, Span
from notevault.frontends.claims import Finding, Verdict
from notevault.frontends.claims import Outcome as Decision
from notevault.notes.model import Note
from notevault.rules import RULES
from notevault.sandbox import Worker

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")

_CODES = {Status.SYNTAX: "NV301", Status.ERROR: "NV302", Status.LIMIT: "NV304"}
_CLAIM_CODES = {"gradient": "NV401", "equation": "NV404", "update-rule": "NV403", "output": "NV303"}


@dataclass(frozen=True, slots=True)
class NoteCheck:
    """What was found in the code of one note."""

    blocks: tuple[BlockResult, ...] = ()
    claims: tuple[Claim, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """The cells of a note, what the jail said of each, and what to think of it."""

    cells: Sequence[Cell]
    outcomes: Sequence[Outcome]
    judgements: Sequence[Judgement | None]


def check_note(note: Note, runner: Worker) -> NoteCheck:
    """Run the Python blocks of `note` in order, and say what became of each."""
    cells = python_cells(note)
    if not cells:
        return NoteCheck()
    outcomes = run_cells(runner, cells)
    unsettled = _unsettled(runner, cells, outcomes)
    judgements = _judged(cells, outcomes)
    parts = [
        _check_cell(note, runner, Session(cells, outcomes, judgements), index, settled=index not in unsettled)
        for index in range(len(cells))
    ]
    return NoteCheck(
        tuple(block for part in parts for block in part.blocks),
        tuple(claim for part in parts for claim in part.claims),
        tuple(diagnostic for part in parts for diagnostic in part.diagnostics),
    )


def _unsettled(runner: Worker, cells: Sequence[Cell], outcomes: Sequence[Outcome]) -> set[int]:
    """The cells that print something else when the note runs again with another seed, or on another machine.

    Only looked for where it matters: a stated output does not agree, or chance and clocks are used and shown.
    """
    disagree = any(
        (verdict := verdict_on(compared, settled=True)) is not None and verdict.outcome is Decision.REFUTED
        for cell, outcome in zip(cells, outcomes, strict=True)
        for compared in _all_compared(cell, outcome)
    )
    shown = any(outcome.unsettled and outcome.stdout for outcome in outcomes)
    if not disagree and not shown:
        return set()
    again = run_cells(runner, cells, seed=1)
    differ = {a.index for a, b in zip(outcomes, again, strict=True) if _scrubbed(a.stdout) != _scrubbed(b.stdout)}
    return differ | machine_dependent(cells, outcomes)


def _scrubbed(text: str) -> str:
    """Addresses of objects differ from run to run, and say nothing."""
    return _ADDRESS.sub("0x…", text)


def _all_compared(cell: Cell, outcome: Outcome) -> tuple[Compared, ...]:
    """The stated outputs of a block, with that of the fence below it, whose place is not in the block."""
    if cell.output is None or outcome.state is not State.DONE or not outcome.stdout.strip():
        return outcome.compared
    return (*outcome.compared, Compared(cell.output.text, 0, 0, 0, 0, True, True, (outcome.stdout,)))


def _judged(cells: Sequence[Cell], outcomes: Sequence[Outcome]) -> list[Judgement | None]:
    """The judgement on every block in turn; each knows what became of those above."""
    judgements: list[Judgement | None] = []
    lost: dict[str, Origin] = {}
    star: Origin | None = None
    above: set[str] = set()
    for index, (cell, outcome) in enumerate(zip(cells, outcomes, strict=True)):
        below = {name: cells[o.index].line for o in reversed(outcomes[index + 1 :]) for name in o.binds}
        judged = judge(outcome, Surroundings(dict(lost), frozenset(above), below, star), cell.source)
        judgements.append(judged)
        why = Origin(cell.line, judged[1] if judged else cell.skip or "it was skipped")
        for name in outcome.binds:
            lost.pop(name, None)
        lost |= dict.fromkeys(outcome.lost, why)
        if outcome.placeholder:
            lost |= dict.fromkeys(outcome.binds, Origin(cell.line, f"it has {PLACEHOLDER}"))
        above |= {*outcome.binds, *(text.partition(" ")[0] for text in outcome.supplied)}
        star = why if outcome.star and outcome.state is not State.DONE else star
    return judgements


def _check_cell(note: Note, runner: Worker, session: Session, index: int, *, settled: bool) -> NoteCheck:
    cells = session.cells
    cell, outcome, judged = cells[index], session.outcomes[index], session.judgements[index]
    mended = None
    if judged:
        status, reason = announced(judged, outcome.failure, words_above(note, cell))
        judged = status, cell.in_note(reason) if status is Status.SYNTAX else reason
    if judged and judged[0] is Status.SYNTAX and outcome.failure:
        mended = mend(runner, cells, index, outcome.failure, note.source)
    claims = _claims(note, cell, outcome, settled=settled)
    if mended:
        claims = _claims(note, mended.cell, mended.outcome, settled=True, suffix=" (after the repair)")
    status, reason = judged or _status_of(cell, outcome, () if mended else claims)
    fix = mended.fix if mended else None
    block = BlockResult(
        note=note.path,
        line=cell.line,
        language=cell.language,
        status=status,
        reason=reason,
        stdout=_scrubbed(outcome.stdout) if settled else "",
        session=" ".join(str(c.line) for c in cells),
        span=cell.block.span,
        fix=fix,
    )
    return NoteCheck((block,), claims, tuple(_diagnostics(note, cell, block, claims, outcome.failure)))


def _status_of(cell: Cell, outcome: Outcome, claims: Sequence[Claim]) -> tuple[Status, str]:
    """The status of a block that came to its end, or was not to be run."""
    if outcome.state is State.SKIPPED:
        return Status.SKIPPED, cell.skip or "the blocks above took too much to go on"
    given = f"; taken for granted: {', '.join(outcome.supplied)}" if outcome.supplied else ""
    refuted = [claim for claim in claims if claim.verdict.outcome is Decision.REFUTED]
    if refuted:
        return Status.MISMATCH, refuted[0].verdict.reason + given
    doubtful = [claim for claim in claims if claim.kind == "output" and claim.verdict.reason.startswith("it prints ")]
    open_claims = [claim for claim in doubtful if claim.verdict.outcome is Decision.INCONCLUSIVE]
    if open_claims:
        return Status.RAN, f"it ran; line {open_claims[0].span.line}: {open_claims[0].verdict.reason}{given}"
    agreed = [f"{claim.kind} at line {claim.span.line}" for claim in claims if _is_verified(claim)]
    held = [f"{outcome.assertions} assertion{'s' * (outcome.assertions > 1)}"] if outcome.assertions else []
    facts = (*agreed, *held, *(cell.in_note(text) for text in outcome.agreed))
    if facts:
        return Status.VERIFIED, f"it agrees with what the note states: {', '.join(facts)}{given}"
    return Status.RAN, f"it ran{given}"


def _is_verified(claim: Claim) -> bool:
    return claim.verdict.outcome is Decision.VERIFIED


def _claims(note: Note, cell: Cell, outcome: Outcome, *, settled: bool, suffix: str = "") -> tuple[Claim, ...]:
    """What the note states about a block that came to its end: outputs, and what the observers found."""
    if outcome.state is not State.DONE:
        return ()
    found = []
    words = words_above(note, cell)
    settled = settled and not speaks_of_another_version(words)
    for compared in _all_compared(cell, outcome):
        texts = note.source.text, cell.source
        free = any(differs_by_platform(*texts, compared.text, printed) for printed in compared.actual)
        verdict = verdict_on(compared, settled=settled and not free)
        if verdict is not None:
            span = _span_of(note, cell, compared)
            found.append(Claim(note.path, "output", "python", compared.text, span, _said(verdict, suffix)))
    for finding in (taken_back(finding, cell, words) for finding in outcome.findings):
        span = _span_of(note, cell, finding)
        text = finding.text
        verdict = replace(finding.verdict, reason=cell.in_note(finding.verdict.reason))
        found.append(Claim(note.path, finding.kind, finding.source, text, span, _said(verdict, suffix)))
    return tuple(sorted(found, key=lambda claim: (claim.span, claim.kind, claim.text)))


def _said(verdict: Verdict, suffix: str) -> Verdict:
    return replace(verdict, reason=verdict.reason + suffix if verdict.reason else suffix.strip())


def _span_of(note: Note, cell: Cell, place: Compared | Finding) -> Span:
    if place.line == 0 and cell.output is not None:
        return cell.output.block.span
    return note.source.span(*_offsets(cell, place.line, place.column, place.end_line, place.end_column))


def _offsets(cell: Cell, line: int, column: int, end_line: int, end_column: int) -> tuple[int, int]:
    start = min(max(cell.offset(line, column), cell.block.span.start), cell.block.span.end)
    end = min(max(cell.offset(end_line, end_column), start), cell.block.span.end)
    return start, end


def _diagnostics(
    note: Note, cell: Cell, block: BlockResult, claims: Sequence[Claim], failure: Failure | None
) -> list[Diagnostic]:
    """One for a block that failed by its own fault, else one for each claim that is refuted."""
    if block.status in _CODES and failure is not None:
        span = note.source.span(*_offsets(cell, failure.line, failure.column, failure.end_line, failure.end_column))
        if block.fix is not None and block.fix.edits[0].span.line == span.line:
            at = block.fix.edits[0].span
            span = note.source.span(at.start, max(at.end, min(at.start + 1, cell.block.span.end)))
        return [_diagnostic(note, _CODES[block.status], block.reason, span, block.fix)]
    return [
        _diagnostic(note, _CLAIM_CODES[claim.kind], _claim_message(claim), claim.span)
        for claim in claims
        if claim.verdict.outcome is Decision.REFUTED and claim.kind in _CLAIM_CODES
    ]


def _claim_message(claim: Claim) -> str:
    return claim.verdict.reason if claim.kind == "output" else refutation(claim)


def _diagnostic(note: Note, code: str, reason: str, span: Span, fix: Fix | None = None) -> Diagnostic:
    sentence = f"The code block {reason[3:]}" if reason.startswith("it ") else reason[:1].upper() + reason[1:]
    ended = sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
    return Diagnostic(code, RULES[code].severity, ended, note.path, span, fix)
