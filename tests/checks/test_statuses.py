"""Failures are sorted by cause: only what is wrong in the note itself is red."""

from __future__ import annotations

import pytest

from notevault.checks.code import check_note
from notevault.checks.model import BlockResult, Status
from notevault.notes.parse import parse_note
from notevault.sandbox import Worker
from tests.checks.notes import note_of


def results(runner: Worker, *sources: str) -> tuple[BlockResult, ...]:
    return check_note(note_of(*sources), runner).blocks


SINGLE = [
    ("x = 1", Status.RAN, "it ran"),
    ("print('seen')", Status.RAN, "it ran"),
    ("a = np.zeros(3)", Status.RAN, "taken for granted: np (numpy)"),
    ("print(math.pi)", Status.RAN, "taken for granted: math (math)"),
    ("assert 1 + 1 == 2", Status.VERIFIED, "1 assertion"),
    ("assert 1 + 1 == 2\nassert True", Status.VERIFIED, "2 assertions"),
    ("import numpy as np\nnp.testing.assert_allclose(np.ones(2), 1)", Status.VERIFIED, "1 assertion"),
    ("def f():\n    assert False", Status.RAN, "it ran"),
    ("1 / 0  # raises ZeroDivisionError", Status.VERIFIED, "line 4 raises ZeroDivisionError"),
    ("t = (1, 2)\nt[0] = 5  # TypeError\nprint('on')", Status.VERIFIED, "line 5 raises TypeError"),
    ("int('x')\n# ValueError: invalid literal", Status.VERIFIED, "raises ValueError"),
    ("from collections.abc import Iterable\nimport sys\nsys.exit(1)", Status.RAN, "it ran"),
    ("if __name__ == '__main__':\n    x = 1", Status.RAN, "it ran"),
    ("from __future__ import annotations\ndef f(x: Unknown): return x", Status.RAN, "it ran"),
    ("import asyncio\nawait asyncio.sleep(0)", Status.RAN, "it ran"),
    ("import asyncio\nasync def f(): return 1\nprint(asyncio.run(f()))", Status.RAN, "it ran"),
    ("import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()", Status.RAN, "it ran"),
    ("import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute('create table t (a)')", Status.RAN, "it ran"),
    ("open('new.txt', 'w').write('x')\nprint(open('new.txt').read())", Status.RAN, "it ran"),
    ("import no_such_package", Status.NEEDS_PACKAGE, "the package no_such_package"),
    ("import no_such_package.part as p", Status.NEEDS_PACKAGE, "the package no_such_package"),
    ("go.Figure()", Status.NEEDS_PACKAGE, "the package plotly (as `go`)"),
    ("name = input('?')", Status.NEEDS_INPUT, "typed in"),
    ("text = open('data/file.txt').read()", Status.NEEDS_INPUT, "the file data/file.txt"),
    ("import csv\nwith open('a.csv') as f: rows = list(csv.reader(f))", Status.NEEDS_INPUT, "the file a.csv"),
    ("from pathlib import Path\nPath('a.csv').read_text()", Status.NEEDS_INPUT, "the file a.csv"),
    ("import numpy as np\nnp.loadtxt('a.csv')", Status.NEEDS_INPUT, "a.csv"),
    ("import urllib.request\nurllib.request.urlopen('http://example.org')", Status.NEEDS_INPUT, "the network"),
    ("import socket\nsocket.create_connection(('127.0.0.1', 80))", Status.NEEDS_INPUT, "the network"),
    ("import http.client\nhttp.client.HTTPConnection('x').request('GET', '/')", Status.NEEDS_INPUT, "the network"),
    ("import os\nkey = os.environ['API_KEY']", Status.NEEDS_INPUT, "variable API_KEY"),
    ('import argparse\np = argparse.ArgumentParser()\np.add_argument("f")\np.parse_args()', Status.NEEDS_INPUT, "line"),
    ("import sqlite3\nsqlite3.connect('a.db').execute('select * from sales')", Status.NEEDS_INPUT, "the table sales"),
    ("import subprocess\nsubprocess.run(['true'])", Status.SKIPPED, "another process"),
    ("from multiprocessing import Pool\nPool(2)", Status.SKIPPED, "another process"),
    ("model.fit(X, y)", Status.UNDEFINED, "`model`, `X` and `y`"),
    ("df = df.dropna()", Status.UNDEFINED, "before it defines it"),
    ("prices = [...]\nprint(prices.mean())", Status.UNDEFINED, "`...` where a value was left out"),
    ("while True: pass", Status.LIMIT, "too long"),
    ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", Status.LIMIT, "too long"),
    ("held = [bytes(1 << 24) for _ in range(10_000)]", Status.LIMIT, "memory"),
    ("import numpy as np\nnp.zeros((10**6, 10**6))", Status.LIMIT, "memory"),
    ("while True: print('x' * 1000)", Status.LIMIT, "printed too much"),
    ("open('big', 'wb').write(bytes(100 << 20))", Status.LIMIT, "disk"),
    ("1 / 0", Status.ERROR, "ZeroDivisionError: division by zero"),
    ("import numpy as np\nnp.ones(2) @ np.ones(3)", Status.ERROR, "ValueError"),
    ("'abc'.no_such_method()", Status.ERROR, "AttributeError"),
    ("from math import no_such_function", Status.ERROR, "ImportError"),
    ("assert 1 + 1 == 3, 'sum'", Status.ERROR, "does not hold: sum"),
    ("def f(): return f()\nf()", Status.ERROR, "RecursionError"),
    ("x = 1  # the mean squared error\n[1][x]", Status.ERROR, "IndexError"),
    ("raise KeyboardInterrupt", Status.ERROR, "KeyboardInterrupt"),
    ("import os\nos._exit(0)", Status.ERROR, "ends the process"),
    ("import os as jax\njax._exit(0)", Status.ERROR, "ends the process"),
    ("import faulthandler as jax\njax._read_null()", Status.UNSUPPORTED, "the installed library ended"),
    (
        "raise ImportError('libx.so.12: failed to map segment from shared object')",
        Status.UNSUPPORTED,
        "the installed library does not fit",
    ),
    ("!pip install numpy", Status.SKIPPED, "nothing but commands of IPython"),
    ("%matplotlib inline", Status.SKIPPED, "nothing but commands of IPython"),
    ("%%bash\nls", Status.SKIPPED, "`%%bash`"),
    ("files = !ls\nprint(files)", Status.SKIPPED, "what a command of IPython gives"),
    ("%%time\nassert 1 + 1 == 2", Status.VERIFIED, "1 assertion"),
    ("!pip install numpy\nimport numpy as np\nassert np.ones(1) == 1", Status.VERIFIED, "1 assertion"),
    ("%time x = 1\nprint(x)  # Output: 2", Status.MISMATCH, "prints `1`"),
    ("try:\n    import math\nexcept ImportError:\n    !pip install math\nmath?", Status.RAN, "it ran"),
    ("x = 7\nr = (x\n%x)\ntext = \'\'\'\n%load\n\'\'\'\nassert text == '\\n%load\\n' and r == 0", Status.VERIFIED, "1"),
    ("if True:\n    !ls\n    1 / 0", Status.ERROR, "ZeroDivisionError"),
    ("pip install numpy", Status.SYNTAX, "shell"),
    ("return 1", Status.SYNTAX, "outside function"),
    ("model.fit(....)", Status.SYNTAX, "left out"),
    ("Name   Age   City\nAnn    3     Rome", Status.SYNTAX, "printed output"),
    ("x = 1\n\x00", Status.SYNTAX, "null"),
    ("(" * 1000, Status.SYNTAX, "nested"),
    ("x = " + "-" * 100_000 + "1", Status.SYNTAX, ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "status", "words"), SINGLE, ids=[case[0][:40] for case in SINGLE])
def test_a_block_alone_gets_the_status_of_its_cause(runner: Worker, source: str, status: Status, words: str) -> None:
    (block,) = results(runner, source)
    assert (block.status, words in block.reason) == (status, True), block.reason


SESSIONS = [
    (["x = 2", "print(x)"], [Status.RAN, Status.RAN]),
    (["x = y +", "print(x)"], [Status.SYNTAX, Status.CASCADE]),
    (["import no_such\nx = 1", "print(x)"], [Status.NEEDS_PACKAGE, Status.CASCADE]),
    (["import no_such\nimport math", "print(math.pi)"], [Status.NEEDS_PACKAGE, Status.RAN]),
    (["from no_such import *", "thing()"], [Status.NEEDS_PACKAGE, Status.CASCADE]),
    (["x = 1\n1 / 0", "print(x)"], [Status.ERROR, Status.RAN]),
    (["print(later)", "later = 1"], [Status.UNDEFINED, Status.RAN]),
    (["a = [1]", "import no_such\na = [1, 2, 3]", "a[2]"], [Status.RAN, Status.NEEDS_PACKAGE, Status.CASCADE]),
    (["while True: pass", "x = 1"], [Status.LIMIT, Status.RAN]),
    (["import os\nos._exit(0)", "x = 1"], [Status.ERROR, Status.RAN]),
    (["x = open('f').read()", "y = x + '!'", "z = y + '!'"], [Status.NEEDS_INPUT, Status.CASCADE, Status.CASCADE]),
    (["data = [...]", "data.mean()"], [Status.RAN, Status.CASCADE]),
]  # fmt: skip


@pytest.mark.parametrize(("sources", "statuses"), SESSIONS, ids=[" | ".join(case[0])[:60] for case in SESSIONS])
def test_the_blocks_of_a_note_share_one_session(runner: Worker, sources: list[str], statuses: list[Status]) -> None:
    assert [block.status for block in results(runner, *sources)] == statuses


def test_a_cascade_names_the_block_and_its_reason(runner: Worker) -> None:
    first, second = results(runner, "import no_such\nx = 1", "print(x)")
    assert f"`x` of the block at line {first.line}" in second.reason
    assert "no_such" in second.reason
    assert first.session == second.session == f"{first.line} {second.line}"


def test_only_four_statuses_are_red() -> None:
    assert {s for s in Status if s.red} == {Status.MISMATCH, Status.ERROR, Status.SYNTAX, Status.LIMIT}


@pytest.mark.parametrize("info", ["python", "py", "Python3", "{python}", "{.python}", "ipython", "python title='a.py'"])
def test_python_is_known_by_many_names(runner: Worker, info: str) -> None:
    assert len(check_note(note_of("x = 1", info=info), runner).blocks) == 1


@pytest.mark.parametrize("info", ["", "text", "bash", "javascript", "pseudocode", "pythonic"])
def test_other_languages_get_no_status(runner: Worker, info: str) -> None:
    assert check_note(note_of("x = 1", info=info), runner).blocks == ()


@pytest.mark.parametrize(
    "text",
    ["```python skip\n1 / 0\n```", "<!-- notevault: skip -->\n```python\n1 / 0\n```", "```{python, skip}\n1 / 0\n```"],
)
def test_a_directive_skips_a_block(runner: Worker, text: str) -> None:
    (block,) = check_note(parse_note("note.md", text), runner).blocks
    assert block.status is Status.SKIPPED
    assert "skip" in block.reason


def test_a_uniform_margin_is_taken_off(runner: Worker) -> None:
    (block,) = results(runner, "    x = 1\n    assert x == 1")
    assert block.status is Status.VERIFIED


def test_a_block_in_a_list_runs(runner: Worker) -> None:
    text = "- item\n\n  ```python\n  def f():\n      return 2\n  assert f() == 2\n  ```\n"
    (block,) = check_note(parse_note("note.md", text), runner).blocks
    assert block.status is Status.VERIFIED


def test_addresses_do_not_enter_the_report(runner: Worker) -> None:
    (block,) = results(runner, "class A: pass\nprint(A())")
    assert "object at 0x…" in block.stdout


def test_what_changes_from_run_to_run_does_not_enter_the_report(runner: Worker) -> None:
    (block,) = results(runner, "import random\nprint(random.random())")
    assert (block.status, block.stdout) == (Status.RAN, "")


def test_the_same_note_gives_the_same_result_twice(runner: Worker) -> None:
    note = note_of("print({'b', 'a', 'c'})", "1 / 0", "loss = (1 + 2)2")
    assert check_note(note, runner) == check_note(note, runner)


ANNOUNCED = [
    ("Reading past the end raises an `IndexError`:", "[1][5]", Status.VERIFIED, "it raises IndexError"),
    ("Python 2's print is a SyntaxError now:", "print 3", Status.VERIFIED, "it raises SyntaxError"),
    ("This version does not work:", "[1][5]", Status.RAN, "it fails with IndexError"),
    ("Adding them gives an error:", "1 + 'a'", Status.RAN, "it fails with TypeError"),
    ("The code below fails:", "int('a')", Status.RAN, "it fails with ValueError"),
    ("## Common mistakes", "1 + 'a'", Status.RAN, "it fails with TypeError"),
    ("False positives, no, naive guesses:", "1 + 'a'", Status.ERROR, "TypeError"),
    ("The error of the model is small:", "[1][5]", Status.ERROR, "IndexError"),
    ("The old way was wrong.\n\nNow we do this:", "[1][5]", Status.ERROR, "IndexError"),
    ("This raises a ValueError:", "int('12')", Status.RAN, "it ran"),
    ("To avoid an IndexError, look at the length:", "[1][5]", Status.RAN, "it fails with IndexError"),
    ("This version never raises an exception:", "1 / 0", Status.ERROR, "ZeroDivisionError"),
    ("Without the TypeError now:", "1 + 'a'", Status.ERROR, "TypeError"),
    ("It does not raise a KeyError but an IndexError:", "[1][5]", Status.VERIFIED, "it raises IndexError"),
    ("Esto da un error:", "1 + 'a'", Status.RAN, "it fails with TypeError"),
    ("Das führt zu einem Fehler:", "1 + 'a'", Status.RAN, "it fails with TypeError"),
    ("Hier gibt es einen Fehler:", "1 + 'a'", Status.RAN, "it fails with TypeError"),
    ("Safe:", "1 / 0  # never raises", Status.ERROR, "ZeroDivisionError"),
]  # fmt: skip


@pytest.mark.parametrize(("above", "source", "status", "words"), ANNOUNCED, ids=[case[0] for case in ANNOUNCED])
def test_a_failure_that_the_text_above_announces_is_no_error(
    runner: Worker, above: str, source: str, status: Status, words: str
) -> None:
    check = check_note(parse_note("note.md", f"{above}\n\n```python\n{source}\n```\n"), runner)
    assert (check.blocks[0].status, words in check.blocks[0].reason) == (status, True), check.blocks[0].reason
    assert (check.diagnostics == ()) is not status.red


@pytest.mark.parametrize("above", ["Can you find the mistake?", "This version has a bug:"])
def test_a_gradient_that_is_shown_as_a_mistake_is_no_news(runner: Worker, above: str) -> None:
    for words, count in ((above, 0), ("The gradient is:", 1)):
        text = f"{words}\n\n```python\nw = 2.0\nloss = w**2\ngrad_w = w\n```\n"
        assert len(check_note(parse_note("note.md", text), runner).diagnostics) == count


def test_a_gradient_that_a_comment_calls_wrong_is_no_news(runner: Worker) -> None:
    source = "w = 2.0\nloss = w**2\ngrad_w = w  # wrong: the 2 is missing"
    assert check_note(note_of(source), runner).diagnostics == ()


def test_a_line_that_the_compiler_names_is_that_of_the_note(runner: Worker) -> None:
    (diagnostic,) = check_note(note_of("def f(numbers):\nnumbers.sort()"), runner).diagnostics
    assert "function definition on line 4" in diagnostic.message
