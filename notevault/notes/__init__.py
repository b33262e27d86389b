"""One note: from its text to frozen values with exact spans.

`parse_note` reads a note, `decode` makes its text from a file's bytes, `as_json` writes it as plain data. The values
are in `model`. The block level is `structure` (markdown-it's rules with offsets) read by `reader`; the inline level is
the table of rules in `inline`, one construct a file.
"""

from __future__ import annotations

from notevault.notes.encoding import decode
from notevault.notes.parse import parse_note
from notevault.notes.serialise import as_json

__all__ = ["as_json", "decode", "parse_note"]
