"""Checking a vault: every note's links, properties and code, in workers that stand in a jail."""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager

from notevault.checks.cells import Cell, python_cells
from notevault.checks.code import NoteCheck, check_note
from notevault.checks.equations import equation_claims
from notevault.checks.flashcards import flashcard_diagnostics
from notevault.checks.model import BlockResult, Report, Status
from notevault.checks.sessions import compile_failures, worker
from notevault.checks.syntax import explain
from notevault.diagnostics import Diagnostic
from notevault.notes.model import Note
from notevault.rules import RULES
from notevault.sandbox import Worker, WorkerError, probe
from notevault.vault.model import Vault

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what is being done)."""

_UNSAFE = "none"
_MOST_JOBS = 2


def check_vault(
    vault: Vault,
    *,
    run: bool = True,
    unsafe: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
    only: Collection[str] | None = None,
    frontend: str = "when-missing",
) -> Report:
    """Check the notes of `vault`, or those whose paths are in `only`. The result does not depend on `jobs`.

    With `run=False`, and where no jail holds, code is compiled and not run. `unsafe` runs it without a jail.
    frontend: whether PyTorch and its peers are imitated for the notes "always", "when-missing" or "never".
    """
    wanted = {path: note for path, note in vault.notes.items() if only is None or path in only}
    jail, why_not = _jail(run=run, unsafe=unsafe)
    notes = [note for note in wanted.values() if python_cells(note)]
    try:
        checks = _check_all(notes, (jail, frontend), why_not, min(jobs, _MOST_JOBS), progress) if notes else {}
    except WorkerError as error:
        checks = {note.path: _not_run(note, _failed(error)) for note in notes}
    ordered = [checks[path] for path in sorted(checks)] + _check_prose(list(wanted.values()), progress)
    found = [diagnostic for diagnostic in vault.diagnostics if diagnostic.note in wanted]
    found += [diagnostic for check in ordered for diagnostic in check.diagnostics]
    return Report(
        tuple(block for check in ordered for block in check.blocks),
        tuple(sorted((claim for check in ordered for claim in check.claims), key=lambda claim: claim.sort_key)),
        tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key)),
    )


def _check_prose(notes: list[Note], progress: Progress | None) -> list[NoteCheck]:
    """What the formulas and the handwritten cards of each note state."""
    checks = []
    for done, note in enumerate(notes, 1):
        claims, diagnostics = equation_claims(note)
        checks.append(NoteCheck((), claims, (*diagnostics, *flashcard_diagnostics(note))))
        if progress is not None:
            progress(done, len(notes), "checking formulas")
    return checks


def _jail(*, run: bool, unsafe: bool) -> tuple[str, str | None]:
    """The kind of jail to use, and why nothing is run in it, `None` when it is."""
    report = probe()
    if not run:
        return report.kind or _UNSAFE, "code is not run"
    if report.kind is None and not unsafe:
        return _UNSAFE, f"no jail holds on this machine ({report.why})"
    return (_UNSAFE if unsafe else report.kind or _UNSAFE), None


@contextmanager
def _workers(kind: tuple[str, str], count: int) -> Iterator[queue.Queue[Worker]]:
    idle: queue.Queue[Worker] = queue.Queue()
    with ExitStack() as stack:
        for _ in range(count):
            idle.put(stack.enter_context(worker(*kind)))
        yield idle


def _check_all(
    notes: list[Note], kind: tuple[str, str], why_not: str | None, jobs: int, progress: Progress | None
) -> dict[str, NoteCheck]:
    """The check of every note by its path; each thread waits for a worker, which runs one note at a time.

    kind: the jail and the frontend of the workers.
    """
    checks: dict[str, NoteCheck] = {}
    count = max(1, min(jobs, len(notes)))
    with _workers(kind, count) as idle, ThreadPoolExecutor(count) as threads:

        def check(note: Note) -> NoteCheck:
            runner = idle.get()
            try:
                return _compile_only(note, runner, why_not) if why_not else check_note(note, runner)
            except WorkerError as error:
                runner.restart()
                return _not_run(note, _failed(error))
            finally:
                idle.put(runner)

        pending = {threads.submit(check, note): note.path for note in notes}
        for done, future in enumerate(as_completed(pending), 1):
            checks[pending[future]] = future.result()
            if progress is not None:
                progress(done, len(notes), "checking code")
    return checks


def _failed(error: WorkerError) -> str:
    return f"the jail failed ({(error.why.strip().splitlines() or ['it does not say why'])[-1]})"


def _skipped(note: Note, cells: tuple[Cell, ...], cell: Cell, reason: str) -> BlockResult:
    session = " ".join(str(c.line) for c in cells)
    return BlockResult(note.path, cell.line, cell.language, Status.SKIPPED, reason, "", session, cell.block.span)


def _not_run(note: Note, reason: str) -> NoteCheck:
    cells = python_cells(note)
    return NoteCheck(tuple(_skipped(note, cells, cell, cell.skip or reason) for cell in cells))


def _compile_only(note: Note, runner: Worker, why_not: str) -> NoteCheck:
    """Static checks alone: a block that does not compile is red, every other one is skipped."""
    cells = python_cells(note)
    blocks, diagnostics = [], []
    failures = compile_failures(runner, [cell.source for cell in cells])
    for cell, failure in zip(cells, failures, strict=True):
        block = _skipped(note, cells, cell, cell.skip or why_not)
        if failure is not None and cell.skip is None:
            reason = cell.in_note(explain(failure, cell.source))
            start, end = cell.offset(failure.line, failure.column), cell.offset(failure.end_line, failure.end_column)
            span = note.source.span(start, max(start, end))
            session = block.session
            language = cell.language
            block = BlockResult(note.path, cell.line, language, Status.SYNTAX, reason, "", session, cell.block.span)
            sentence = reason[:1].upper() + reason[1:] + "."
            diagnostics.append(Diagnostic("NV301", RULES["NV301"].severity, sentence, note.path, span))
        blocks.append(block)
    return NoteCheck(tuple(blocks), (), tuple(diagnostics))
