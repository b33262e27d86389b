"""The blocks of one note run in the jail, whatever they do: a block that kills the session costs only itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from notevault.checks.cells import Cell
from notevault.checks.names import rough_binds
from notevault.checks.outcome import Failure, MalformedOutcomeError, Outcome, State
from notevault.frontends.claims import MalformedFindingError
from notevault.sandbox import Answer, Limits, Worker, WorkerError

ENTRY = "notevault.checks.session:serve"
PRELOAD = ("numpy", "sympy", "notevault.checks.session")

BLOCK_SECONDS = 5.0
_SESSION_SECONDS = 30.0
_OUTPUT_CHARACTERS = 100_000
_MOST_RESTARTS = 3


class SessionWorker(Worker):
    """A worker whose sessions know which imitated libraries to offer: see `frontends.imitations.install`."""

    def __init__(self, jail: str, frontend: str) -> None:
        super().__init__(ENTRY, PRELOAD, Limits(seconds=_SESSION_SECONDS), jail=jail)
        self.frontend = frontend

    def run(self, request: object, limits: Limits | None = None) -> Answer:
        """Answer one request, a mapping."""
        known = {**request, "frontend": self.frontend} if isinstance(request, dict) else request
        return super().run(known, limits)


@contextmanager
def worker(jail: str, frontend: str = "when-missing") -> Iterator[Worker]:
    """A worker that runs sessions, after a first one that does nothing was seen to end well.

    frontend: when imitated libraries answer, "always", "when-missing" or "never".
    Raises WorkerError where it does not: that is a fault of the machine, which no note is to be blamed for.
    """
    with SessionWorker(jail, frontend) as runner:
        block = {"index": 0, "source": "pass", "skip": False, "wants": []}
        answer = runner.run({"blocks": [block], "seed": 0, "seconds": BLOCK_SECONDS, "output": _OUTPUT_CHARACTERS})
        if len(_read(answer)) != 1:
            raise WorkerError(answer.stderr or f"a session of nothing ended with {answer.status!r}")
        yield runner


@dataclass(frozen=True, slots=True)
class Stopped:
    """A block that ended its session from outside: a limit of the jail, or the end of the process."""

    index: int
    limit: str


def run_cells(runner: Worker, cells: Sequence[Cell], seed: int = 0) -> tuple[Outcome, ...]:
    """One outcome per cell, in order. A cell that kills the session is left out of the next try."""
    stopped: list[Stopped] = []
    while True:
        answer = runner.run(_request(cells, seed, {s.index for s in stopped}))
        outcomes = _read(answer)
        if len(outcomes) == len(cells):
            return tuple(_with_stopped(outcome, cells, stopped) for outcome in outcomes)
        stopped.append(Stopped(len(outcomes), answer.status if answer.status != "ok" else "aborted"))
        if len(stopped) > _MOST_RESTARTS:
            rest = [_lost(cells[index], index) for index in range(len(outcomes), len(cells))]
            return tuple(_with_stopped(outcome, cells, stopped) for outcome in (*outcomes, *rest))


def _request(cells: Sequence[Cell], seed: int, left_out: set[int]) -> dict[str, object]:
    blocks = [
        {
            "index": index,
            "source": cell.source,
            "skip": cell.skip is not None or index in left_out,
            "wants": [[want.statement, want.line, want.end_line, want.text] for want in cell.wants],
        }
        for index, cell in enumerate(cells)
    ]
    return {"blocks": blocks, "seed": seed, "seconds": BLOCK_SECONDS, "output": _OUTPUT_CHARACTERS}


def _read(answer: Answer) -> list[Outcome]:
    """The outcomes up to the first that is missing, out of order, or not of the shape of one: it may be forged."""
    outcomes: list[Outcome] = []
    for frame in answer.frames:
        try:
            outcome = Outcome.from_json(frame)
        except (MalformedOutcomeError, MalformedFindingError):
            break
        if outcome.index != len(outcomes):
            break
        outcomes.append(outcome)
    return outcomes


def _lost(cell: Cell, index: int) -> Outcome:
    names = tuple(sorted(rough_binds(cell.source)))
    return Outcome(index, State.SKIPPED, binds=names, lost=names)


def _with_stopped(outcome: Outcome, cells: Sequence[Cell], stopped: Sequence[Stopped]) -> Outcome:
    found = next((s for s in stopped if s.index == outcome.index), None)
    if found is None:
        return outcome
    first = cells[outcome.index].source.split("\n")[0]
    kind = "Aborted" if found.limit == "aborted" else "StoppedError"
    failure = Failure(kind, (), "", 1, 1, 1, len(first) + 1, found.limit)
    return replace(outcome, state=State.STOPPED, failure=failure)


def compile_failures(runner: Worker, sources: Sequence[str]) -> list[Failure | None]:
    """Why each source does not compile, `None` where it does; they are compiled in the jail, and not run."""
    if not sources:
        return []
    answer = runner.run({"compile": list(sources)})
    match answer.result:
        case list(found) if answer.status == "ok" and len(found) == len(sources):
            return [None if data is None else Failure.from_json(data) for data in found]
    if len(sources) > 1:  # one of them stopped the compiler: which?
        return [failure for source in sources for failure in compile_failures(runner, [source])]
    return [Failure("SyntaxError", (), f"the compiler ended with {answer.status}", 1, 1, 1, 2)]
