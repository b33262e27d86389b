"""Whatever the text, a note comes out, and every span of it is the piece it stands for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notevault.diagnostics import Span
from notevault.notes import as_json, decode, parse_note
from notevault.notes.model import LinkKind, Note
from tests.shared import SHARED, needs_shared

PIECES = (
    "[[A]]", "[[A|b]]", "![[i.png|100]]", "[t](A%20B.md#H)", "![a|50](i.png)", "[t][r]", "[r]: A.md\n", "$x$",
    "$$", "$$y$$", "$5", "`", "```", "```python\n", "~~~\n", "%%", "%%c%%", "==", "==h==", "**", "*", "_", "~~",
    "#", "#tag", "# ", "## H\n", "> ", "> [!note]- T\n", "- ", "1. ", "- [x] ", "| a | b |\n|---|---|\n", "| ",
    "\\", "\\|", "^id", " ^id", "^[in]", "[^1]", "[^1]: ", "<b>", "<!--", "-->", "<div>\n", "---\n", "===\n",
    "\n", "\n\n", "\r\n", "\r", "\t", "    ", "  ", " ", "\u00a0", "\ufeff", "\0", "é", "😀", "a: ",
    "tags: [x]\n", "https://e.com/#x", "word", "[[", "]]", "[", "]", "(", ")", "!", "\u2028",
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
NOTES = st.one_of(TEXTS, TEXTS.map(lambda text: "---\n" + text + "\n---\n" + text))


def spans(note: Note) -> Iterator[Span]:
    def below(value: object) -> Iterator[Span]:
        if isinstance(value, dict):
            if set(value) == {"start", "end", "line", "column", "end_line", "end_column"}:
                yield Span(**value)
            else:
                for item in value.values():
                    yield from below(item)
        elif isinstance(value, list):
            for item in value:
                yield from below(item)

    yield from below(as_json(note))


def squeezed(text: str) -> str:
    """A piece without what the block level takes off its later lines: white space and quote marks."""
    return "".join(text.replace(">", "").split())


def check(text: str) -> Note:
    note = parse_note("A.md", text)
    source = note.source
    for span in spans(note):
        assert 0 <= span.start <= span.end <= len(text)
        assert span == source.span(span.start, span.end)
    for link in note.links:
        piece = text[link.span.start : link.span.end]
        assert link.text == piece
        if link.kind is not LinkKind.MARKDOWN:
            assert piece.startswith("![[" if link.embedded else "[[")
            assert piece.endswith("]]")
    for formula in note.formulas:
        mark = "$$" if formula.display else "$"
        piece = text[formula.span.start : formula.span.end]
        assert piece.startswith(mark)
        assert piece.endswith(mark)
        assert squeezed(text[formula.content.start : formula.content.end]) == squeezed(formula.latex)
        assert formula.content.start == formula.span.start + len(mark)
        assert formula.content.end == formula.span.end - len(mark)
    for block in note.code_blocks:
        for offset, line in zip(block.line_offsets, block.source.split("\n"), strict=True):
            assert text[offset : offset + len(line)] == line
        assert source.position(block.span.start)[0] == block.fence_line
    for highlight in note.highlights:
        piece = text[highlight.span.start : highlight.span.end]
        assert squeezed(piece) == squeezed(f"=={highlight.text}==")
    for tag in note.tags:
        assert text[tag.span.start : tag.span.end].removeprefix("#") == tag.name
    for block_id in note.block_ids:
        assert text[block_id.span.start : block_id.span.end] == "^" + block_id.id
        assert block_id.block.start <= block_id.block.end
    for comment in note.comments:
        piece = text[comment.start : comment.end]
        assert piece.startswith("%%")
        assert piece.endswith("%%")
    for heading in note.headings:
        assert text[heading.span.start : heading.span.end] == text[heading.span.start : heading.span.end].strip(" \t\n")
    for callout in note.callouts:
        assert text[callout.span.start] == ">"
    return note


@settings(max_examples=400, deadline=None)
@given(NOTES)
def test_every_text_is_a_note_whose_spans_are_its_pieces(text: str) -> None:
    json.dumps(as_json(check(text)), allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_a_note_with_crlf_has_the_same_pieces(text: str) -> None:
    unix = text.replace("\r", "")
    note, dos = check(unix), check(unix.replace("\n", "\r\n"))
    assert [(link.target, link.subpath) for link in note.links] == [(link.target, link.subpath) for link in dos.links]
    assert [block.source for block in note.code_blocks] == [block.source for block in dos.code_blocks]
    assert [heading.text for heading in note.headings] == [heading.text for heading in dos.headings]
    assert [(block.kind, block.plain) for block in note.blocks] == [(block.kind, block.plain) for block in dos.blocks]


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_every_file_is_a_text(data: bytes) -> None:
    decoded = decode(data)
    check(decoded.text)
    if decoded.faithful:
        assert decoded.text.encode() == data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 1_000_000,
        "[[" * 300_000,
        "[" * 300_000,
        "](" * 200_000,
        "$" * 300_001,
        "$a " * 200_000,
        "`" * 300_001 + " `",
        "*a " * 200_000,
        "**a" * 200_000,
        "==a " * 200_000,
        "%%" * 100_001,
        "<!--" * 100_000,
        "<a " * 100_000,
        "^[" * 100_000,
        "#a" * 200_000,
        "> " * 20_000 + "x",
        "- " * 20_000 + "x",
        "[^a]: " * 20_000,
        "\n".join("  " * depth + "- x" for depth in range(300)),
        "\n".join(["$$ a"] + ["- $$ a"] * 3_000),
        "\n".join("> %% a" for _ in range(3_000)),
        "| a " * 50_000 + "\n" + "|---" * 50_000,
        "---\na: " + "[" * 100_000 + "\n---\n",
        "---\n" + "- " * 20_000 + "x\n---\n",
        "---\n" + "\n".join(" " * depth + "a:" for depth in range(400)) + "\n---\n",
        "---\n" + "9" * 10_000 + ": " + "9" * 10_000 + "\n---\n",
        "\ud800 [[A]]",
        "---\na: \ud800\n---\n",
    ],
    ids=lambda text: f"{text[:8]!r} {len(text)}",
)
def test_a_hostile_text_is_a_note(text: str) -> None:
    assert check(text).path == "A.md"


@needs_shared
@pytest.mark.parametrize("name", ["aaronjoseph", "data-archive", "fdiengott", "humairds", "nnvault"])
def test_every_public_note_has_exact_spans(name: str) -> None:
    files = sorted((SHARED / "vaults" / name).rglob("*.md"))
    assert files
    for file in files:
        check(decode(file.read_bytes()).text)
