"""A worker runs requests in jailed children, and says honestly how each ended."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from notevault.sandbox import Limits, Worker, WorkerError
from tests.jails import KINDS, SCRIPT, need_jail

SMALL = Limits(seconds=1, memory_bytes=256 << 20, output_bytes=10_000, disk_bytes=1 << 20, answer_bytes=10_000)


@pytest.fixture(scope="module", params=KINDS)
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    need_jail(request.param)
    with Worker(SCRIPT, preload=("numpy",), limits=SMALL, jail=request.param) as started:
        yield started


def test_the_result_and_the_printed_text_come_back(worker: Worker) -> None:
    answer = worker.run("print('seen'); result = [1, 'two', None]")
    assert (answer.status, answer.result, answer.stdout) == ("ok", [1, "two", None], "seen\n")


def test_parts_sent_ahead_arrive_even_when_the_child_is_stopped(worker: Worker) -> None:
    answer = worker.run("emit({'block': 1})\nwhile True: pass")
    assert (answer.status, answer.frames) == ("time", ({"block": 1},))


def test_a_preloaded_module_is_there(worker: Worker) -> None:
    assert worker.run("import sys; loaded = 'numpy' in sys.modules; result = loaded").result is True


def test_a_module_that_was_not_preloaded_is_found(worker: Worker) -> None:
    assert worker.run("import sympy; result = str(sympy.Symbol('x') ** 2)").result == "x**2"


def test_a_request_leaves_nothing_behind_for_the_next(worker: Worker) -> None:
    worker.run("open('left', 'w').close(); import numpy; numpy.left = 1")
    answer = worker.run("import os, numpy; result = [os.listdir('.'), hasattr(numpy, 'left')]")
    assert answer.result == [[], False]


def test_two_requests_hash_alike(worker: Worker) -> None:
    first, second = (worker.run("result = hash('text')").result for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("while True: pass", "time"),
        ("import time; time.sleep(1000)", "time"),
        ("held = [bytes(1 << 20) for _ in range(100_000)]", "memory"),
        ("print('x' * 1_000_000)", "output"),
        ("import sys; sys.stderr.write('x' * 1_000_000)", "output"),
        ("result = 'x' * 1_000_000", "output"),
        ("import os; os._exit(0)", "aborted"),
        ("import os; os._exit(3)", "aborted"),
        ("import os; os.abort()", "aborted"),
        ("import sys; sys.exit(0)", "aborted"),
        ("raise ValueError", "aborted"),
        ("result = object()", "aborted"),
    ],
)
def test_every_end_has_its_name(worker: Worker, source: str, status: str) -> None:
    answer = worker.run(source)
    assert (answer.status, answer.result) == (status, None)
    assert worker.run("result = 1").result == 1


def test_a_worker_whose_entry_cannot_be_imported_says_so() -> None:
    need_jail("landlock")
    with pytest.raises(WorkerError, match="no_such_module"), Worker("no_such_module:run", jail="landlock"):
        pass


def test_a_worker_that_is_not_started_refuses() -> None:
    with pytest.raises(WorkerError, match="with statement"):
        Worker(SCRIPT, jail="landlock").run("")


def test_closing_ends_the_process() -> None:
    need_jail("landlock")
    with Worker(SCRIPT, jail="landlock") as started:
        process = started._process
        assert process is not None
    assert process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
