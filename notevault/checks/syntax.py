"""Why a block does not compile, in one plain sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from notevault.checks.outcome import Failure

_CHARACTER = re.compile(r"\(U\+([0-9A-F]{4,6})\)|U\+([0-9A-F]{4,6})")

_SHELL = r"^\s*(?:\$\s+\S|(?:pip3?|conda|npm|brew|apt(?:-get)?)\s+install\b|python3?\s+-m\s|(?:cd|git|mkdir)\s+\S)"
_PRINTED = r"^\s*(?:[A-Za-z]\w*|\d[\d.]*|[-|+]{3,})(?:\s{2,}\S+)+\s*$"

# The first pattern that fits the line where the compiler stopped gives the sentence.
_LINES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"^\s*!"), "this line is a shell command of IPython (`!`), which is not Python"),
    (re.compile(r"^\s*%%?[a-z]"), "this line is a magic command of IPython (`%`), which is not Python"),
    (re.compile(_SHELL), "this line is a command for a shell, not Python"),
    (re.compile(r"^\s*(?:>>>|In \[\d+\]:|Out\[\d+\]:)"), "a prompt of the interpreter stands in the code"),
    (re.compile(r"^\s*>>\s"), "this line is printed output after `>>`, not Python"),
    (re.compile(r"^\s*`{1,3}"), "a fence or a backquote stands in the code"),
    (re.compile(r"\.{4,}|\.{3}\s*[\w.]|\d\.{3}|…"), "dots stand for something left out, so that this is not Python"),
    (re.compile(r"^\s*print\s+[^(=\s]"), "`print` without brackets is Python 2"),
    (re.compile(_PRINTED), "this line looks like printed output, not Python"),
    (re.compile(r"[-+*/%=]\s*$"), "what this line begins is not finished, and the next line does not belong to it"),
)
_LONGEST_LINE = 400
_BESIDE = re.compile(r"([)\]])\s?(\d)(?![\d.])|(\w+)  ([\w.]+)")


def explain(failure: Failure, source: str) -> str:
    """One sentence on a syntax error.

    >>> def at(line: str, message: str, column: int = 1) -> str:
    ...     return explain(Failure("SyntaxError", (), message, 1, column, 1, column + 1), line)
    >>> at("!pip install x", "invalid syntax")
    'this line is a shell command of IPython (`!`), which is not Python'
    >>> at("loss = (p - y)2", "invalid syntax", 15)
    'between `)` and `2` an operator is missing, perhaps `**`'
    """
    lines = source.split("\n")
    line = lines[failure.line - 1][:_LONGEST_LINE] if failure.line <= len(lines) else ""
    character = _strange_character(failure.message)
    if character:
        return character
    for pattern, sentence in _LINES:
        if pattern.search(line):
            return sentence
    missing = _missing_operator(line, failure.column)
    if missing:
        return missing
    if failure.message.startswith("invalid syntax"):
        return _unexpected(line, failure)
    return f"it does not compile: {failure.message}"


def _missing_operator(line: str, column: int) -> str | None:
    """Two operands beside one another at the place where the compiler stopped."""
    for match in _BESIDE.finditer(line):
        if match.start() < column <= match.end() + 1:
            left, right = (match[1], match[2]) if match[1] else (match[3], match[4])
            return f"between `{left}` and `{right}` an operator is missing, perhaps `{'**' if match[1] else '*'}`"
    return None


def _unexpected(line: str, failure: Failure) -> str:
    if not re.search(r"[=()\[\]{}:,]", line) and len(line.split()) > 1:
        return "this line is not Python"
    found = re.match(r"\w+|\S", line[failure.column - 1 :])
    return f"Python does not expect `{found[0]}` here" if found else "it does not compile: invalid syntax"


def _strange_character(message: str) -> str | None:
    found = _CHARACTER.search(message)
    if found is None:
        return None
    code = int(found[1] or found[2], 16)
    name = unicodedata.name(chr(code), "a control character").lower()
    return f"the character U+{code:04X} ({name}) stands where Python allows none"
