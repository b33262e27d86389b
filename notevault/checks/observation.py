"""Inside the jail: the observers of `frontends` around the blocks of a session."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from notevault.checks.execution import Execution
from notevault.checks.outcome import Outcome, State
from notevault.checks.recorder import StoppedError
from notevault.checks.timer import time_limit
from notevault.frontends.claims import Finding, Verdict
from notevault.frontends.claims import Outcome as Decision
from notevault.frontends.observers import OBSERVERS
from notevault.frontends.watching.block import Observer

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class ObservedBlock:
    """A block as an observer sees it; `filename` is that of its code objects."""

    index: int
    source: str
    filename: str


class Watchers:
    """All observers of one session. One that fails says so in a finding, and takes no block with it."""

    def __init__(self, factories: Sequence[Callable[[], Observer]] = OBSERVERS) -> None:
        self.observers = [factory() for factory in factories]

    def start(self, namespace: dict[str, Any]) -> None:
        """Before the first block."""
        for observer in self.observers:
            observer.start(namespace)

    def around(
        self, index: int, filename: str, execution: Execution, namespace: dict[str, Any]
    ) -> tuple[list[Finding], Outcome]:
        """Run `execution`; there are findings only when the block came to its end."""
        code = ObservedBlock(index, execution.source, filename)
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
