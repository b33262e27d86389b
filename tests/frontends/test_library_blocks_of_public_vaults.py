"""The blocks of public vaults that use PyTorch, JAX, TensorFlow, autograd or micrograd, run on the imitations.

Each has a status, none is red by a fault of the imitation, and what is printed is what the library itself prints.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

import pytest

from notevault.checks.cells import python_cells
from notevault.checks.code import check_note
from notevault.checks.model import BlockResult, Status
from notevault.checks.sessions import ENTRY, PRELOAD, SessionWorker
from notevault.notes.model import Note
from notevault.sandbox import Limits, Worker, probe
from notevault.vault.read import read_vault
from tests.shared import SHARED, needs_shared

LIBRARIES = ("torch", "jax", "tensorflow", "autograd", "micrograd")
USES = re.compile(r"\b(?:torch|jax|jnp|tensorflow|tf|autograd|micrograd|nn)\b")
IMPORTS = re.compile(rf"\b(?:{'|'.join(LIBRARIES)})\b|\b(?:jnp|tf)\.")
Place: TypeAlias = tuple[str, str, int]

EXPECTED = {
    "aaronjoseph": {"undefined": 1, "unsupported": 2},
    "data-archive": {"needs-package": 1, "ran": 6, "syntax": 1, "unsupported": 6, "verified": 2},
    "fdiengott": {"cascade": 4, "needs-package": 3, "undefined": 1, "unsupported": 4},
    "humairds": {"needs-package": 1, "unsupported": 4},
    "nnvault": {"undefined": 1},
}
"""How many blocks of each vault end how. What is syntax is so in the note; what needs a package needs another."""


class Libraries(SessionWorker):
    """Sessions on the imitations alone, or on the installed libraries alone."""

    def __init__(self, *, imitated: bool) -> None:
        installed = () if imitated else tuple(name for name in ("torch", "jax") if importlib.util.find_spec(name))
        kind = probe().kind
        assert kind is not None
        Worker.__init__(self, ENTRY, (*PRELOAD, *installed), Limits(seconds=120.0), jail=kind)
        self.frontend = "always" if imitated else "never"


def notes() -> Iterator[tuple[str, Note]]:
    """The notes in whose code one of the libraries is named."""
    for folder in sorted((SHARED / "vaults").iterdir()):
        for note in read_vault(folder).notes.values() if folder.is_dir() else ():
            if any(IMPORTS.search(cell.source) for cell in python_cells(note)):
                yield folder.name, note


@cache
def blocks(*, imitated: bool) -> dict[Place, BlockResult]:
    """What became of every block that uses a library."""
    found = {}
    with Libraries(imitated=imitated) as runner:
        for vault, note in notes():
            for cell, block in zip(python_cells(note), check_note(note, runner).blocks, strict=True):
                if USES.search(cell.source):
                    found[vault, note.path, block.line] = block
    return found


needs_jail = pytest.mark.skipif(probe().kind is None, reason=f"no jail holds here: {probe().why}")


@needs_shared
@needs_jail
def test_the_statuses_are_those_of_the_table() -> None:
    table: dict[str, Counter[str]] = {}
    for (vault, _, _), block in blocks(imitated=True).items():
        table.setdefault(vault, Counter())[block.status.value] += 1
    assert table == EXPECTED


@needs_shared
@needs_jail
def test_no_block_is_red_by_a_fault_of_an_imitation() -> None:
    red = {place: b for place, b in blocks(imitated=True).items() if b.status in {Status.ERROR, Status.MISMATCH}}
    assert red == {}


@needs_shared
@needs_jail
def test_only_keras_is_lacking() -> None:
    lacking = Counter(b.reason.split()[2] for b in blocks(imitated=True).values() if b.status is Status.UNSUPPORTED)
    assert lacking == {"tensorflow.keras,": 15, "tensorflow.distribute,": 1}


@needs_shared
@needs_jail
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed (extra `oracles`)")
def test_what_is_printed_is_what_the_library_prints() -> None:
    real = blocks(imitated=False)
    ended = {Status.RAN, Status.VERIFIED}
    ours = {place: block for place, block in blocks(imitated=True).items() if block.status in ended}
    assert sum("PyTorch.md" in path for _, path, _ in ours) == 8
    settled = {place: block.stdout for place, block in ours.items() if block.stdout}  # not by chance
    assert len(settled) >= 4
    assert settled == {place: real[place].stdout for place in settled}
    assert {real[place].status for place in ours} <= ended
