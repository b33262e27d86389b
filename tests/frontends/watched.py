"""Running blocks as a session does: every observer around every block, in one namespace."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from notevault.frontends import imitations
from notevault.frontends.claims import Finding
from notevault.frontends.observers import OBSERVERS
from notevault.frontends.watching.sympy_calls import WATCHED


@dataclass(frozen=True)
class Code:
    index: int
    source: str
    filename: str


def run(*sources: str) -> tuple[list[Finding], str]:
    """The findings in the blocks, and what they printed."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    imitations.install("when-missing")
    observers = [make() for make in OBSERVERS]
    for observer in observers:
        observer.start(namespace)
    findings: list[Finding] = []
    printed = io.StringIO()
    for index, source in enumerate(sources):
        block = Code(index, source, f"<block {index}>")
        for observer in observers:
            observer.before(block)
        with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
            exec(compile(source, block.filename, "exec"), namespace)
        for observer in observers:
            findings += observer.after(block, namespace)
    return findings, printed.getvalue()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`run`, with everything that observers change put back afterwards."""
    import sys

    for owner, name, _ in WATCHED:
        monkeypatch.setattr(owner, name, getattr(owner, name))
    finders, modules = list(sys.meta_path), set(sys.modules)
    yield run
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:
        if name.split(".")[0] in {"torch", "jax", "autograd", "micrograd", "tensorflow"}:
            del sys.modules[name]
