"""Lines for IPython in a block of Python: what a notebook does with them decides no value, so the rest still runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CELL = re.compile(r"^%%(\w+)")
_MEASURES = frozenset({"time", "timeit", "capture", "prun", "memit"})
"""Cell magics behind which the cell is Python as ever."""

_COMMAND = re.compile(r"^(\s*)(?:[!%][A-Za-z]|\?{1,2}[\w.]+\s*$|[A-Za-z_][\w.]*\?{1,2}\s*$)")
_TIMED = re.compile(r"^%time\s+(?=\S)")
_TAKEN = re.compile(r"^[\w, ]+=\s*[!%][A-Za-z]")
_UNFINISHED = re.compile(r"[-+*/%=(,\[{\\&|]\s*$")
_QUOTES = re.compile(r'"""|\'\'\'')
_OPEN, _CLOSED = re.compile(r"[(\[{]"), re.compile(r"[)\]}]")


def without_commands(source: str) -> tuple[str, tuple[int, ...], str | None]:
    """The block without its commands for IPython, line for line; columns taken off each line; why not to run it.

    >>> without_commands("!pip install x\\n%time y = 1")
    ('pass\\ny = 1', (0, 6), None)
    >>> without_commands("%%bash\\nls")[2]
    'it is a cell for `%%bash`, which is not Python'
    """
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    cell = _CELL.match(first)
    if cell and cell[1] not in _MEASURES:
        return source, (0,) * len(lines), f"it is a cell for `%%{cell[1]}`, which is not Python"
    kept: list[str] = []
    shifts: list[int] = []
    skip = None
    place = _Place()
    for line in lines:
        text, width = line, 0
        if place.is_complete and (timed := _TIMED.match(line)):
            text, width = line[timed.end() :], timed.end()
        elif place.is_complete and (_COMMAND.match(line) or (cell is not None and line == first)):
            text = f"{line[: len(line) - len(line.lstrip())]}pass"
        elif place.is_complete and _TAKEN.match(line):
            skip = "it takes what a command of IPython gives, which is not Python"
        kept.append(text)
        shifts.append(width)
        place.pass_by(text)
    if kept != lines and not any(line.strip() not in {"", "pass"} and line.strip()[0] != "#" for line in kept):
        skip = "it holds nothing but commands of IPython"
    return "\n".join(kept), tuple(shifts), skip


@dataclass(slots=True)
class _Place:
    """Where a reader of the lines stands: inside brackets, inside a long string, behind a line to be continued."""

    depth: int = 0
    quotes: int = 0
    unfinished: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether a statement may begin here."""
        return self.depth <= 0 and self.quotes % 2 == 0 and not self.unfinished

    def pass_by(self, line: str) -> None:
        """Go on to the next line."""
        self.depth += len(_OPEN.findall(line)) - len(_CLOSED.findall(line))
        self.quotes += len(_QUOTES.findall(line))
        if line.strip():
            self.unfinished = bool(_UNFINISHED.search(line))
