"""Diagnostics stand on the exact line and column of the note."""

from __future__ import annotations

import pytest

from notevault.checks.code import check_note
from notevault.diagnostics import Diagnostic
from notevault.notes.parse import parse_note
from notevault.sandbox import Worker


def diagnostics(runner: Worker, text: str) -> tuple[Diagnostic, ...]:
    return check_note(parse_note("note.md", text), runner).diagnostics


CASES = [
    ("```python\nx = 1\ny = x / 0\n```", "NV302", "x / 0"),
    ("```python\ns = 'é' + 1\n```", "NV302", "'é' + 1"),
    ("a\r\n\r\n```python\r\nx = 1\r\nx / 0\r\n```\r\n", "NV302", "x / 0"),
    ("\ufeff# T\n\n```python\n1 / 0\n```", "NV302", "1 / 0"),
    ("> quoted\n>\n> ```python\n> x = 1\n> x / 0\n> ```\n", "NV302", "x / 0"),
    ("1. item\n\n   ```python\n   x = 1\n   x / 0\n   ```\n", "NV302", "x / 0"),
    ("```python\n    x = 1\n    x / 0\n```", "NV302", "x / 0"),
    ("```python\n>>> x = 1\n>>> x / 0\n```", "NV302", "x / 0"),
    ("```python\ndef f(n):\n    return [1][n]\n\nf(3)\n```", "NV302", "[1][n]"),
    ("```python\ndef f(n):\n    return [1][n]\n```\n\n```python\nf(3)\n```", "NV302", "f(3)"),
    ("```python\nx = 'ü'; y = (1 2)\n```", "NV301", "1 2"),
    ("```python\nprint(2 ** 3)  # Output: 6\n```", "NV303", "# Output: 6"),
    ("```python\n>>> 2 ** 3\n6\n```", "NV303", "6"),
    ("```python\nprint(3)\n```\n\nOutput:\n\n```\n4\n```", "NV303", "```\n4\n```"),
    ("```python\nx = 1\nwhile x: pass\n```", "NV304", ""),
]


@pytest.mark.parametrize(("text", "code", "piece"), CASES, ids=[case[1] + " " + case[2][:20] for case in CASES])
def test_the_span_covers_the_piece(runner: Worker, text: str, code: str, piece: str) -> None:
    (found,) = diagnostics(runner, text)
    assert found.code == code
    if piece:
        assert text[found.span.start : found.span.end] == piece
        assert (found.span.line, found.span.column) == parse_note("n", text).source.position(text.rindex(piece))


def test_a_message_is_one_plain_sentence(runner: Worker) -> None:
    for text, _, _ in CASES[:3]:
        (found,) = diagnostics(runner, text)
        assert found.message[0].isupper()
        assert found.message.endswith(".")
        assert "\n" not in found.message


def test_the_end_of_a_span_is_never_before_its_start(runner: Worker) -> None:
    broken = ["(", "'", "f(", "if x", "  x\n y", "x = (\n\n", "'''", "\\", "é(", "def", "x = [1,\n2"]
    for source in broken:
        for found in diagnostics(runner, f"```python\n{source}\n```\n"):
            assert found.span.start <= found.span.end
