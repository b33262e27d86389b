"""Block ids: ` ^id` at the end of a block, or alone on a line for the block above."""

from __future__ import annotations

import re
from bisect import bisect_left

from notevault.notes.model import Link, LinkKind
from notevault.notes.scanner import Scanner

_ID = re.compile(r"\^([A-Za-z0-9-]+)\s*\Z")


def block_id(scanner: Scanner) -> tuple[str, int, int] | None:
    """The block id at the end of a block: its name, and where it stands in the inline text.

    White space stands before it, or an embed: `x^2` is no id.
    """
    at = scanner.masked.rfind("^")
    match = _ID.match(scanner.masked, at) if at >= 0 else None
    if match is None or not (at == 0 or scanner.masked[at - 1].isspace() or _after_embed(scanner, at)):
        return None
    scanner.edits.append((at, match.end(), ""))
    return match[1], at, match.end(1)


def _after_embed(scanner: Scanner, at: int) -> bool:
    row = bisect_left(scanner.opaque, at, key=lambda piece: piece.end)
    if row == len(scanner.opaque) or scanner.opaque[row].end != at:
        return False
    value = scanner.opaque[row].value
    return isinstance(value, Link) and value.kind is LinkKind.EMBED
