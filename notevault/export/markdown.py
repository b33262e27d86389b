"""Small pieces of Markdown: tables, fences and code spans that hold any text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; bars and line breaks in cells are escaped.

    >>> print(*table(("a", "b"), [("1", "x|y")]), sep="\\n")
    | a | b |
    |---|---|
    | 1 | x\\|y |
    """
    if rows:
        yield _row(header)
        yield "|" + "---|" * len(header)
        yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(re.sub(r"\s*\n\s*", " ", cell).replace("|", "\\|") for cell in cells) + " |"


def fenced(code: str, language: str = "") -> Iterator[str]:
    """The lines of a code block whose fence is longer than any run of backticks in `code`."""
    fence = "`" * max(3, _longest_run(code) + 1)
    yield f"{fence}{language}"
    yield code.rstrip("\n")
    yield fence


def code_span(code: str) -> str:
    """`code` between backticks, on one line.

    >>> code_span("a`b")
    '`` a`b ``'
    """
    line = " ".join(code.split())
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if len(ticks) > 1 else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
