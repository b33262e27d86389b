"""The setting `frontend`: when the imitated libraries answer, and that they do so in a session alone.

tensorflow stands for a library that is not installed; what is printed shows the rest, whatever is installed.
"""

from __future__ import annotations

import importlib.util
import sys

import pytest

from notevault.checks.code import check_note
from notevault.checks.model import Status
from notevault.checks.sessions import worker
from notevault.frontends.imitations import LIBRARIES
from notevault.sandbox import probe
from notevault.vault.configuration import FRONTEND
from tests.checks.notes import note_of

PLACES = (
    "import sys\nprint([k in (0, 1, 2, 3, 4) for k, f in enumerate(sys.meta_path) if type(f).__name__ == 'Finder'])"
)
IMITATED = "import torch\nprint(hasattr(torch, '__file__'))"


def checked(frontend: str, source: str) -> tuple[Status, str]:
    kind = probe().kind
    if kind is None:
        pytest.skip(f"no jail holds here: {probe().why}")
    with worker(kind, frontend) as runner:
        (block,) = check_note(note_of(source), runner).blocks
    return block.status, block.stdout


def test_where_the_imitations_stand_among_the_finders() -> None:
    assert checked("never", PLACES) == (Status.RAN, "[]\n")
    assert checked("always", PLACES) == (Status.RAN, f"{[True] * len(LIBRARIES)}\n")
    last = "import sys\nprint([type(f).__name__ for f in sys.meta_path[-len('12345'):]])"
    assert checked("when-missing", last) == (Status.RAN, f"{['Finder'] * 5}\n")


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is not None, reason="tensorflow is installed")
@pytest.mark.parametrize(
    ("frontend", "status"),
    [("always", Status.RAN), ("when-missing", Status.RAN), ("never", Status.NEEDS_PACKAGE)],
)
def test_a_library_that_is_not_installed(frontend: str, status: Status) -> None:
    assert checked(frontend, "import tensorflow as tf\nx = tf.constant(1.0)")[0] is status


def test_always_stands_before_an_installed_library() -> None:
    assert checked("always", IMITATED) == (Status.RAN, "False\n")


@pytest.mark.skipif(importlib.util.find_spec("micrograd") is None, reason="micrograd is not installed")
@pytest.mark.parametrize(("frontend", "imitated"), [("when-missing", False), ("never", False), ("always", True)])
def test_an_installed_library_comes_first_unless_always(frontend: str, imitated: bool) -> None:
    source = "import micrograd.engine\nprint(hasattr(micrograd.engine, '__file__'))"
    assert checked(frontend, source) == (Status.RAN, f"{not imitated}\n")


def test_the_imitations_do_not_leak_out_of_a_session() -> None:
    before, finders = set(sys.modules), list(sys.meta_path)
    for frontend in FRONTEND:
        checked(frontend, "import torch" if frontend == "always" else "x = 1")
    assert sys.meta_path == finders
    assert not {name.split(".")[0] for name in set(sys.modules) - before} & {*LIBRARIES}


def test_one_session_does_not_leave_its_imitations_to_the_next() -> None:
    kind = probe().kind
    if kind is None:
        pytest.skip(f"no jail holds here: {probe().why}")
    with worker(kind, "always") as runner:
        first = check_note(note_of("import torch\ntorch.marked = 1\nprint(torch.marked)"), runner).blocks[0]
        second = check_note(note_of("import torch\nprint('marked' in vars(torch))"), runner).blocks[0]
    assert (first.stdout, second.stdout) == ("1\n", "False\n")
