"""The imitated libraries, put where a session's imports find them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from notevault.frontends.claims import Finding
from notevault.frontends.imitation import Finder
from notevault.frontends.watching.block import BlockCode

LIBRARIES: Mapping[str, str] = {
    "torch": "notevault.frontends.torch_like.library",
    "jax": "notevault.frontends.other_libraries.jax",
    "autograd": "notevault.frontends.other_libraries.autograd",
    "micrograd": "notevault.frontends.other_libraries.micrograd",
}
"""A library, and the module whose `modules()` imitates it."""


def _modules_of(place: str) -> Mapping[str, ModuleType]:
    found: Mapping[str, ModuleType] = importlib.import_module(place).modules()
    return found


class Imitations:
    """Not an observer that finds anything: it only lets the blocks import what is not installed."""

    def start(self, namespace: dict[str, Any]) -> None:
        """Before the first block."""
        for library, place in LIBRARIES.items():
            Finder(library, lambda place=place: _modules_of(place)).install()  # type: ignore[misc]

    def before(self, block: BlockCode) -> None:
        """Nothing to prepare."""

    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        """Nothing to say."""
        return []
