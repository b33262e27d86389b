"""An entry that runs a Python text: the plainest use of a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def run_script(source: str, emit: Callable[[object], None]) -> object:
    """Execute `source` as a program of its own; the result is what it leaves in the name `result`.

    >>> run_script("result = 2 + 2", print)
    4
    """
    namespace: dict[str, Any] = {"__name__": "__main__", "emit": emit}
    exec(compile(source, "script", "exec"), namespace)  # noqa: S102  (that is its purpose, inside a jail)
    return namespace.get("result")
