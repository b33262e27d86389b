"""Tasks: a list item that begins with `[ ]`."""

from __future__ import annotations

import re

_BOX = re.compile(r"\[(.)\](?:[ \t]+|\Z)")


def task_box(text: str) -> tuple[str, int] | None:
    """The status of a task and the length of its box, for the text of a list item.

    >>> task_box("[x] read the proof")
    ('x', 4)
    >>> task_box("[xy] no task") is None
    True
    """
    match = _BOX.match(text)
    return (match[1], match.end()) if match else None
