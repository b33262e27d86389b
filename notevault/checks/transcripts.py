"""Sessions of the interactive interpreter, copied into a note with their `>>>` prompts."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PROMPT = re.compile(r"^(\s*)>>>(?: |$)")
_CONTINUED = re.compile(r"^\s*\.\.\.(?: |$)")


@dataclass(frozen=True, slots=True)
class Want:
    """What the statement that ends on line `statement` shows, as lines `line` to `end_line` of the block say."""

    statement: int
    line: int
    end_line: int
    text: str


def is_transcript(source: str) -> bool:
    """Whether the first line that is not empty has a prompt.

    >>> is_transcript(">>> 1 + 1\\n2"), is_transcript("print(1)\\n>>> 1")
    (True, False)
    """
    first = next((line for line in source.split("\n") if line.strip()), "")
    return _PROMPT.match(first) is not None


def untangle(source: str) -> tuple[str, tuple[int, ...], tuple[Want, ...]]:
    """The statements alone, line for line, the width of each line's prompt, and what is shown below each.

    >>> untangle(">>> x = 1\\n>>> x\\n1")
    ('x = 1\\nx\\n', (4, 4, 0), (Want(statement=2, line=3, end_line=3, text='1'),))
    """
    statements: list[str] = []
    shifts: list[int] = []
    wants: list[Want] = []
    statement = 0
    shown: list[str] = []

    def close(end: int) -> None:
        text = "\n".join(shown).rstrip()
        if text.strip():
            wants.append(Want(statement, statement + 1, end, text))
        shown.clear()

    for number, line in enumerate(source.split("\n"), 1):
        match = _PROMPT.match(line) or (_CONTINUED.match(line) if not shown else None)
        if match:
            if _PROMPT.match(line):
                close(number - 1)
            statement = number
            statements.append(line[match.end() :])
            shifts.append(match.end())
        else:
            shown.append(line)
            statements.append("")
            shifts.append(0)
    close(len(shifts))
    return "\n".join(statements), tuple(shifts), tuple(wants)
