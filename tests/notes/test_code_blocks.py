"""A place in the code of a block is a place in the note."""

from __future__ import annotations

import pytest

from notevault.notes import parse_note
from tests.shared import SHARED, needs_shared

NOTES = {
    "plain": "Text\n\n```python\na = 1\nb = 22\n```\n",
    "crlf": "Text\r\n\r\n```python\r\na = 1\r\nb = 22\r\n```\r\n",
    "quote": "> ```python\n> a = 1\n> b = 22\n> ```\n",
    "callout in a list": "- x\n  > [!tip]\n  > ```python\n  > a = 1\n  > b = 22\n  > ```\n",
    "list with tabs": "1.\tx\n\n\t```python\n\ta = 1\n\tb = 22\n\t```\n",
    "indented": "text\n\n    a = 1\n    b = 22\n",
    "unclosed": "```python\na = 1\nb = 22",
    "wide characters": "😀é\n\n~~~python\na = 1\nb = 22\n~~~\n",
    "frontmatter": "---\na: 1\n---\n```python\na = 1\nb = 22\n```\n",
}


@pytest.mark.parametrize("name", NOTES)
def test_the_second_line_of_code_is_found_in_the_note(name: str) -> None:
    text = NOTES[name]
    (block,) = parse_note("A.md", text).code_blocks
    assert block.source == "a = 1\nb = 22"
    offset = block.offset(2, 5)
    assert text[offset : offset + 2] == "22"
    assert offset == text.index("22")


def test_non_breaking_spaces_stay_in_the_code() -> None:
    (block,) = parse_note("A.md", "```python\nif x:\n\u00a0\u00a0y\n```").code_blocks
    assert block.source == "if x:\n\u00a0\u00a0y"


def test_an_empty_block_has_a_place() -> None:
    (block,) = parse_note("A.md", "```python\n```").code_blocks
    assert (block.source, block.offset(1, 1)) == ("", 10)


def test_a_place_past_the_code_stays_inside_the_block() -> None:
    text = "```\na\n```\nmore"
    (block,) = parse_note("A.md", text).code_blocks
    assert block.offset(9, 99) == block.span.end == text.index("\nmore")


@needs_shared
def test_the_wrong_line_of_the_seed_is_line_53_of_the_note() -> None:
    (seed,) = (SHARED / "seed").glob("*.txt")
    note = parse_note("Seed.md", seed.read_text(encoding="utf-8"))
    (block,) = note.code_blocks
    row = next(row for row, line in enumerate(block.source.split("\n"), 1) if line.endswith(")2"))
    assert note.source.position(block.offset(row, 24)) == (53, 24)
    assert note.text[block.offset(row, 24)] == "2"
    assert note.aliases == ("Backprop", "BP", "backward propagation")
    assert note.title == "Backpropagation in Neural Networks"
