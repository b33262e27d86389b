"""A repair is offered only when the repaired block compiles and runs; it is the smallest, and its edits are exact."""

from __future__ import annotations

import pytest

from notevault.checks.code import check_note
from notevault.checks.fixes import apply_edits
from notevault.checks.model import Status
from notevault.sandbox import Worker
from tests.checks.notes import note_of
from tests.shared import SHARED, needs_shared

MENDED = [
    ("x = 3\ny = (x - 1)2", "x = 3\ny = (x - 1)**2"),
    ("x = [3]\ny = x[0]2 + (x[0])3", "x = [3]\ny = x[0]**2 + (x[0])**3"),
    ("x = 3\na = (x)2\nb = x\nc = (b)2", "x = 3\na = (x)**2\nb = x\nc = (b)**2"),
    ("x = 3\ny = 2x + 1", "x = 3\ny = 2*x + 1"),
    ("x = 3\ny = 2x + 3x", "x = 3\ny = 2*x + 3*x"),
    ("x = 3\ny = (x + 1)x", "x = 3\ny = (x + 1)*x"),
    ("x = 0.5\nprint(x  100.0)", "x = 0.5\nprint(x * 100.0)"),
    ("def f():\n\u00a0\u00a0\u00a0 return 1\nf()", "def f():\n    return 1\nf()"),
    ("x\u200b = 1", "x = 1"),
    ("print(“a”, ‘b’)", "print(\"a\", 'b')"),
    ("x = 3 − 1", "x = 3 - 1"),
    ("x = 3 × 2", "x = 3 * 2"),
    ("x = 1\n  y = 2", "x = 1\ny = 2"),
    ("def f(x):\n    y = x\n   return y\nf(1)", "def f(x):\n    y = x\n    return y\nf(1)"),
    ("for i in range(3):\nprint(i)", "for i in range(3):\n    print(i)"),
    ("for i in range(3)\n    print(i)", "for i in range(3):\n    print(i)"),
    ("def f(x)  # no colon\n    return x", "def f(x):  # no colon\n    return x"),
    ("print((1 + 2)", "print((1 + 2))"),
    ("print(1))", "print(1)"),
    ("print(1))))", "print(1)"),
    ("print 'a', 1", "print('a', 1)"),
    ("x = 'a (b)2'\ny = (3)2", "x = 'a (b)2'\ny = (3)**2"),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "whole"), MENDED, ids=[case[0][:40] for case in MENDED])
def test_a_break_is_mended(runner: Worker, broken: str, whole: str) -> None:
    note = note_of(broken)
    check = check_note(note, runner)
    (block,), (diagnostic,) = check.blocks, check.diagnostics
    assert block.status is Status.SYNTAX
    assert diagnostic.code == "NV301"
    assert diagnostic.fix == block.fix
    assert block.fix is not None
    assert block.fix.verified
    assert apply_edits(note.text, block.fix.edits) == note_of(whole).text


@pytest.mark.parametrize(
    "source",
    [
        "y = (x - 1)2",  # compiles when mended, but x is not defined: it does not run
        "import no_such\ny = (no_such.x)2",
        "pip install numpy",
        "Name  Age\nAnn   3",
        "this was prose",
        "x2 = 3x2y(",
        "return 1",
        "while (True)2: pass",
        "x = 1\n1 / 0\ny = (x)2",
    ],
)
def test_what_cannot_be_tried_is_not_offered(runner: Worker, source: str) -> None:
    (diagnostic,) = check_note(note_of(source), runner).diagnostics
    assert diagnostic.code == "NV301"
    assert diagnostic.fix is None


def test_a_repair_runs_in_the_session_of_the_note(runner: Worker) -> None:
    check = check_note(note_of("x = 3", "y = (x - 1)2\nassert y == 4"), runner)
    assert check.diagnostics[0].fix is not None


def test_a_repair_that_agrees_with_what_is_stated_is_preferred(runner: Worker) -> None:
    source = "x = 5\nif x > 3\n    print('big')\n# Output: big"
    (block,) = check_note(note_of(source), runner).blocks
    assert block.fix is not None
    assert block.fix.edits[0].text == ":"


def test_two_breaks_are_mended_together(runner: Worker) -> None:
    note = note_of("x = 3\ny = 2x\nprint 'a'")
    (block,) = check_note(note, runner).blocks
    assert block.fix is not None
    assert apply_edits(note.text, block.fix.edits) == note_of("x = 3\ny = 2*x\nprint('a')").text


@needs_shared
def test_the_seed_has_one_defect_and_its_repair_is_proved(runner: Worker) -> None:
    from notevault.notes.parse import parse_note

    (seed,) = (SHARED / "seed").glob("*.txt")
    note = parse_note("seed.md", seed.read_text(encoding="utf-8"))
    check = check_note(note, runner)
    (diagnostic,) = check.diagnostics
    assert (diagnostic.code, diagnostic.span.line, diagnostic.span.column) == ("NV301", 53, 24)
    assert diagnostic.fix is not None
    assert [(edit.text, edit.span.start == edit.span.end) for edit in diagnostic.fix.edits] == [("**", True)]
    mended = parse_note("seed.md", apply_edits(note.text, diagnostic.fix.edits))
    assert mended.source.line(53) == "loss = (prediction - y)**2"
    (block,) = check_note(mended, runner).blocks
    assert block.status in {Status.RAN, Status.VERIFIED}
