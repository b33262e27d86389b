"""The imitated libraries, put where a session's imports find them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import ModuleType

from notevault.frontends.imitation import Finder

LIBRARIES: Mapping[str, str] = {
    "torch": "notevault.frontends.torch_like.library",
    "jax": "notevault.frontends.other_libraries.jax",
    "autograd": "notevault.frontends.other_libraries.autograd",
    "micrograd": "notevault.frontends.other_libraries.micrograd",
    "tensorflow": "notevault.frontends.other_libraries.tensorflow.library",
}
"""A library, and the module whose `modules()` imitates it."""


def _modules_of(place: str) -> Mapping[str, ModuleType]:
    found: Mapping[str, ModuleType] = importlib.import_module(place).modules()
    return found


def install(frontend: str) -> None:
    """Let the blocks of this process import the imitations.

    frontend: "when-missing", only where the library is not installed; "always", before an installed one; "never",
    not at all. Called in the process of one session, which ends with it.
    """
    if frontend == "never":
        return
    for library, place in LIBRARIES.items():
        finder = Finder(library, lambda place=place: _modules_of(place))  # type: ignore[misc]
        finder.install(first=frontend == "always")
