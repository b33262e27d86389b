"""Observers see every block, and one that fails takes no block with it."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from notevault.checks.execution import Execution
from notevault.checks.observation import Watchers
from notevault.checks.outcome import State
from notevault.frontends.claims import Confidence, Finding, Outcome, Verdict
from notevault.frontends.watching.block import BlockCode


class Watching:
    """An observer that writes down what it is told, and finds one thing in every block."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, namespace: dict[str, Any]) -> None:
        self.told.append("start")
        namespace["given"] = 2

    def before(self, block: BlockCode) -> None:
        self.told.append(f"before {block.index}")

    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        self.told.append(f"after {block.index} {namespace.get('x')}")
        print("not of the block")
        verdict = Verdict(Outcome.VERIFIED, Confidence.EXACT)
        return [Finding("gradient", "fake", block.source, 1, 1, 1, 2, verdict)]


class Failing(Watching):
    def before(self, block: BlockCode) -> None:
        raise RuntimeError("of its own")

    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        while True:
            pass


def execution(source: str, namespace: dict[str, Any], seconds: float = 5) -> Execution:
    return Execution(source, "<block 0>", ast.parse(source), 0, namespace, seconds, 1000)


def test_an_observer_is_called_around_a_block() -> None:
    watchers = Watchers([Watching])
    namespace: dict[str, Any] = {}
    watchers.start(namespace)
    findings, outcome = watchers.around(7, "<block 7>", execution("x = given + 1\nprint(x)", namespace), namespace)
    (observer,) = watchers.observers
    assert isinstance(observer, Watching)
    assert observer.told == ["start", "before 7", "after 7 3"]
    assert (outcome.state, outcome.stdout) == (State.DONE, "3\n")
    assert [finding.source for finding in findings] == ["fake"]


def test_a_block_that_fails_has_no_findings() -> None:
    namespace: dict[str, Any] = {}
    findings, outcome = Watchers([Watching]).around(0, "<block 0>", execution("1 / 0", namespace), namespace)
    assert (outcome.state, findings) == (State.FAILED, [])


@pytest.mark.parametrize("index", [0, 1])
def test_an_observer_that_fails_says_so_and_nothing_else(index: int) -> None:
    namespace: dict[str, Any] = {}
    watchers = Watchers([Failing])
    findings, outcome = watchers.around(0, "<block 0>", execution("x = 1", namespace, 0.3), namespace)
    assert outcome.state is State.DONE
    finding = findings[index]
    assert finding.verdict.outcome is Outcome.INCONCLUSIVE
    assert finding.verdict.reason.startswith("Failing stopped: " + ("RuntimeError: of its own", "StoppedError")[index])
