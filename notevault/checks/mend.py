"""Finding the repair of a block that does not compile: the smallest edit with which it compiles and runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notevault.checks.cells import Cell
from notevault.checks.outcome import Failure, Outcome, State
from notevault.checks.outputs import verdict_on
from notevault.checks.repairs import Candidate, candidates
from notevault.checks.sessions import compile_failures, run_cells
from notevault.diagnostics import Edit, Fix, SourceText
from notevault.frontends.claims import Outcome as Decision
from notevault.sandbox import Worker

_MOST_RUNS = 4
_MOST_BREAKS = 4


@dataclass(frozen=True, slots=True)
class Mended:
    """A repair that holds, and what the block does with it."""

    fix: Fix
    cell: Cell
    outcome: Outcome


def mend(runner: Worker, cells: Sequence[Cell], index: int, failure: Failure, note: SourceText) -> Mended | None:
    """The best repair of the cell at `index`: it compiles and runs, it agrees with what is stated, and it is small."""
    cell = cells[index]
    accepted: list[tuple[bool, int, int, Candidate, Outcome]] = []
    compiling = _compiling(runner, cell.source, failure)[:_MOST_RUNS]
    for order, candidate in enumerate(compiling):
        mended = replace(cell, source=candidate.applied(cell.source))
        outcome = run_cells(runner, (*cells[:index], mended))[index]
        if outcome.state is State.DONE:
            accepted.append((_disagrees(outcome), candidate.cost, order, candidate, outcome))
    if not accepted:
        return None
    *_, candidate, outcome = min(accepted, key=lambda found: found[:3])
    edits = tuple(
        Edit(note.span(cell.offset(r.line, r.column), cell.offset(r.line, r.end_column)), r.text)
        for r in candidate.replacements
    )
    fix = Fix(candidate.description, edits, verified=True)
    return Mended(fix, replace(cell, source=candidate.applied(cell.source)), outcome)


def _compiling(runner: Worker, source: str, failure: Failure) -> list[Candidate]:
    """The candidates that compile; where one only moves the error further down, it is mended further."""
    found: list[Candidate] = []
    front = [Candidate("", ())]
    failures: list[Failure] = [failure]
    for _ in range(_MOST_BREAKS):
        tried = [
            _joined(before, after)
            for before, at in zip(front, failures, strict=True)
            for after in candidates(before.applied(source), at)
        ]
        left = compile_failures(runner, [candidate.applied(source) for candidate in tried])
        found += [candidate for candidate, why in zip(tried, left, strict=True) if why is None]
        further = [
            (candidate, why)
            for candidate, why in zip(tried, left, strict=True)
            if why is not None and why.line > failure.line
        ]
        if found or not further:
            break
        best = min(further, key=lambda pair: (-pair[1].line, pair[0].cost))
        front, failures = [best[0]], [best[1]]
        failure = best[1]
    return sorted(found, key=lambda candidate: candidate.cost)


def _joined(before: Candidate, after: Candidate) -> Candidate:
    """Two repairs as one; the second lies on later lines, so that the places of both are those of the note."""
    earlier = {r.line for r in before.replacements}
    later = tuple(r for r in after.replacements if r.line not in earlier)
    names = dict.fromkeys(name for name in (before.description, after.description) if name)
    return Candidate(", and ".join(names), (*before.replacements, *later))


def _disagrees(outcome: Outcome) -> bool:
    verdicts = [verdict_on(compared, settled=True) for compared in outcome.compared]
    return any(verdict is not None and verdict.outcome is Decision.REFUTED for verdict in verdicts)
