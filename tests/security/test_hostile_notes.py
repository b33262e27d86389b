"""A note may lie about itself and break its own session; it cannot break the check, nor the blocks of other notes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from notevault.checks.code import check_note
from notevault.checks.equations import equation_claims
from notevault.checks.model import Status
from notevault.checks.outcome import Outcome, State
from notevault.checks.sessions import worker
from notevault.frontends.claims import Finding, Verdict
from notevault.frontends.claims import Outcome as Decision
from notevault.notes.parse import parse_note
from notevault.sandbox import Answer, Limits, Worker, probe
from tests.checks.notes import note_of


@pytest.fixture(scope="module")
def runner() -> Iterator[Worker]:
    if probe().kind is None:
        pytest.skip(probe().why)
    with worker(probe().kind or "") as started:
        yield started


HOSTILE = [
    "import sys\nsys.stdout = None",
    "import sys\nsys.stdout.close()",
    "import sys\nsys.stdout.pieces = 5\nprint(1)",
    "import builtins\nbuiltins.print = None\nbuiltins.compile = None\nbuiltins.len = None",
    "import builtins\nfor name in list(vars(builtins)): delattr(builtins, name)",
    "import json\njson.dumps = lambda *a, **k: '{}'",
    "import sys\nsys.modules.clear()",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    "import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\nwhile True: pass",
    "class E(Exception):\n    def __str__(self): raise KeyboardInterrupt\nraise E",
    "class E(Exception):\n    def __str__(self): return 5\nraise E",
    "class M(type):\n    __name__ = property(lambda cls: 1 / 0)\nclass E(Exception, metaclass=M): pass\nraise E",
    "class R:\n    def __repr__(self): raise SystemExit\nR()  # => 5",
    "import ctypes\nctypes.string_at(0)",
    "import os\nos.close(3)",
    "import os\nos.write(3, b'x' * 10**8)",
    "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "import threading\nfor _ in range(9): threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()",
    "import atexit, os\natexit.register(os._exit, 0)",
    "import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict): o.clear()",
    "raise SystemExit(0)",
    "raise GeneratorExit",
    "exec(compile('1/0', '<block 0>', 'exec'))",
    "exec(compile('\\n' * 500 + '1/0', '<block 0>', 'exec'))",
    "x = '\\ud800'\nprint(x)\nraise ValueError(x)",
    "#" + "x" * 300_000,
    "x" * 150_000 + "  )",
    "(1" + "0" * 3000 + "x2",
    "print('1' * 20_000 + 'a')  # " + "1" * 20_000 + "b",
    "print(' ' * 50_000)  # Output: " + " " * 50_000 + "1",
    ")" * 20_000,
    "a, " * 40_000,
]  # fmt: skip


@pytest.mark.parametrize("source", HOSTILE, ids=[source[:50] for source in HOSTILE])
def test_a_hostile_block_gets_a_status_and_harms_no_other_note(runner: Worker, source: str) -> None:
    note = note_of(source, "y = 1")
    check = check_note(note, runner)
    assert len(check.blocks) == 2
    assert all(0 <= d.span.start <= d.span.end <= len(note.text) for d in check.diagnostics)
    assert check_note(note_of("assert 1 + 1 == 2"), runner).blocks[0].status is Status.VERIFIED


class Forger(Worker):
    """A worker whose answers were made by the code of a note."""

    def __init__(self, *frames: Any) -> None:
        self.frames = frames

    def run(self, request: object, limits: Limits | None = None) -> Answer:
        return Answer("aborted", None, tuple(self.frames))


FINDING = Finding("gradient", "sympy", "x", 1, 1, 1, 2, Verdict(Decision.VERIFIED))
GOOD = Outcome(0, State.DONE, "1\n", findings=(FINDING,)).as_json()


@pytest.mark.parametrize(
    "frame",
    [
        None,
        5,
        [],
        {},
        {**GOOD, "extra": 1},
        {**GOOD, "index": 7},
        {**GOOD, "index": True},
        {**GOOD, "state": "splendid"},
        {**GOOD, "stdout": 5},
        {**GOOD, "binds": [5]},
        {**GOOD, "failure": {"type": "x"}},
        {**GOOD, "compared": [{}]},
        {**GOOD, "findings": [{**GOOD["findings"][0], "verdict": {"outcome": "true"}}]},
        {**GOOD, "assertions": 10.5},
    ],
)
def test_a_forged_outcome_is_not_believed(frame: object) -> None:
    (block,) = check_note(note_of("print(1)"), Forger(frame)).blocks
    assert block.status is Status.ERROR
    assert block.reason == "it ends the process that it runs in"


@pytest.mark.parametrize("place", [(-5, -5, -9, -9), (10**9, 10**9, 10**9, 10**9), (3, 1, 1, 1), (0, 0, 0, 0)])
def test_a_forged_place_stays_inside_the_block(place: tuple[int, int, int, int]) -> None:
    line, column, end_line, end_column = place
    finding = Finding("gradient", "x", "x", line, column, end_line, end_column, Verdict(Decision.REFUTED))
    note = note_of("print(1)")
    check = check_note(note, Forger(Outcome(0, State.DONE, findings=(finding,)).as_json()))
    (block,), (claim,), (diagnostic,) = check.blocks, check.claims, check.diagnostics
    assert (block.status, diagnostic.code) == (Status.MISMATCH, "NV401")
    assert block.span.start <= claim.span.start <= claim.span.end <= block.span.end


def test_the_memory_for_a_paragraph_of_formulas_grows_with_its_length() -> None:
    peaks = []
    for count in (2_000, 8_000):
        note = parse_note("note.md", "Some words and then $x^2$ and more words.\n" * count)
        tracemalloc.start()
        equation_claims(note)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 8 * peaks[0]
