"""Bold, italic and struck text: a reader sees the words, not the marks."""

from __future__ import annotations

import re

from notevault.notes.scanner import Scanner

_RUN = re.compile(r"\*+|_+|~~")


def emphasis(scanner: Scanner) -> None:
    """Pair the marks of each kind, the nearest first, as CommonMark does where runs are of one length."""
    masked = scanner.masked
    open_runs: dict[str, list[tuple[int, int]]] = {"*": [], "_": [], "~": []}
    for run in _RUN.finditer(masked):
        start, end = run.span()
        before, after = masked[start - 1 : start] or " ", masked[end : end + 1] or " "
        can_open, can_close = not after.isspace(), not before.isspace()
        if masked[start] == "_":
            can_open, can_close = can_open and not before.isalnum(), can_close and not after.isalnum()
        waiting = open_runs[masked[start]]
        while can_close and waiting and start < end:
            opened, opened_end = waiting.pop()
            length = min(opened_end - opened, end - start)
            scanner.edits += ((opened_end - length, opened_end, ""), (start, start + length, ""))
            if opened_end - length > opened:
                waiting.append((opened, opened_end - length))
            start += length
        if can_open and start < end:
            waiting.append((start, end))
