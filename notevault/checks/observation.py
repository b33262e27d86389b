"""Inside the jail: the observers of `frontends` around the blocks of a session."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from notevault.checks.execution import Execution
from notevault.checks.outcome import Outcome, State
from notevault.checks.recorder import StoppedError
from notevault.checks.timer import time_limit
from notevault.frontends.claims import Finding, Verdict
from notevault.frontends.claims import Outcome as Decision


@dataclass(frozen=True, slots=True)
class BlockCode:
    index: int
    source: str
    filename: str


class Observer(Protocol):
    def start(self, namespace: dict[str, Any]) -> None: ...
    def before(self, block: BlockCode) -> None: ...
    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]: ...


def _table() -> Sequence[Callable[[], Observer]]:
    if importlib.util.find_spec("notevault.frontends.observers") is None:
        return ()
    return importlib.import_module("notevault.frontends.observers").OBSERVERS  # type: ignore[no-any-return]


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
        self, index: int, source: str, filename: str, execution: Execution, namespace: dict[str, Any]
    ) -> tuple[list[Finding], Outcome]:
        """Run `execution`; the findings are those of the observers, none when the block did not come to its end."""
        code = BlockCode(index, source, filename)
        findings: list[Finding] = []
        for observer in self.observers:
            with self._guarded(observer, source, findings, execution.seconds):
                observer.before(code)
        outcome = execution.run()
        for observer in self.observers:
            with self._guarded(observer, source, findings, execution.seconds):
                found = observer.after(code, namespace)
                if outcome.state is State.DONE:
                    findings += found
        return findings, outcome

    @contextlib.contextmanager
    def _guarded(self, observer: Observer, source: str, findings: list[Finding], seconds: float):  # type: ignore[no-untyped-def]
        """What an observer runs may be the note's code again: its output is dropped, its failure becomes a finding."""
        silent = io.StringIO()
        try:
            with time_limit(seconds), contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
                yield
        except (Exception, StoppedError) as error:
            why = f"{type(observer).__name__} stopped: {type(error).__name__}: {error}"[:300]
            verdict = Verdict(Decision.INCONCLUSIVE, None, why)
            width = len(source.split("\n", maxsplit=1)[0]) + 1
            findings.append(Finding("gradient", "python", source.split("\n", maxsplit=1)[0], 1, 1, 1, width, verdict))
