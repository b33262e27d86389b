"""Inside the jail: the observers of `frontends` around the blocks of a session."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from notevault.checks.execution import Execution
from notevault.checks.outcome import Outcome, State
from notevault.checks.recorder import StoppedError
from notevault.checks.timer import time_limit
from notevault.frontends.claims import Finding, Verdict
from notevault.frontends.claims import Outcome as Decision

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class BlockCode:
    """A block as an observer sees it; `filename` is that of its code objects."""

    index: int
    source: str
    filename: str


class Observer(Protocol):
    """One notation, watched while the blocks of one note run."""

    def start(self, namespace: dict[str, Any]) -> None:
        """Once, before the first block."""

    def before(self, block: BlockCode) -> None:
        """Before each block that compiles."""

    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        """After it, whether or not it came to its end."""


def _table() -> Sequence[Callable[[], Observer]]:
    if importlib.util.find_spec("notevault.frontends.observers") is None:
        return ()
    table: Sequence[Callable[[], Observer]] = importlib.import_module("notevault.frontends.observers").OBSERVERS
    return table


class Watchers:
    """All observers of one session. One that fails says so in a finding, and takes no block with it."""

    def __init__(self, factories: Sequence[Callable[[], Observer]] | None = None) -> None:
        table = _table() if factories is None else factories
        self.observers = [factory() for factory in table]

    def start(self, namespace: dict[str, Any]) -> None:
        """Before the first block."""
        for observer in self.observers:
            observer.start(namespace)

    def around(
        self, index: int, filename: str, execution: Execution, namespace: dict[str, Any]
    ) -> tuple[list[Finding], Outcome]:
        """Run `execution`; there are findings only when the block came to its end."""
        code = BlockCode(index, execution.source, filename)
        findings: list[Finding] = []
        for observer in self.observers:
            with self._guarded(observer, execution, findings):
                observer.before(code)
        outcome = execution.run()
        for observer in self.observers:
            with self._guarded(observer, execution, findings):
                found = observer.after(code, namespace)
                findings += found if outcome.state is State.DONE else []
        return findings, outcome

    @contextlib.contextmanager
    def _guarded(self, observer: Observer, execution: Execution, findings: list[Finding]) -> Iterator[None]:
        """An observer may run the note's code again: what that prints is dropped, and its failure becomes a finding."""
        silent = io.StringIO()
        try:
            with time_limit(execution.seconds), contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
                yield
        except (Exception, StoppedError) as error:
            why = f"{type(observer).__name__} stopped: {type(error).__name__}: {error}"[:_LONGEST]
            line = execution.source.split("\n")[0]
            verdict = Verdict(Decision.INCONCLUSIVE, None, why)
            findings.append(Finding("gradient", "python", line, 1, 1, 1, len(line) + 1, verdict))
