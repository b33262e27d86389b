"""Code blocks: fenced and indented, with the place in the note of every line of code."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from notevault.diagnostics import SourceText
from notevault.notes.model import CodeBlock

INDENT = 4


def fence_lines(state: StateBlock, token: Token) -> None:
    """Record where the lines inside a fence begin; called while the state still knows the quotes around it."""
    first, last = token.map or [0, 0]
    token.meta["at"] = state.bMarks[first] + state.tShift[first]
    closed = last - first > 1 and _closes(state, last - 1, token.markup)
    token.meta["code"] = [line_start(state, row, state.sCount[first]) for row in range(first + 1, last - closed)]
    token.meta["empty_at"] = min(state.eMarks[first] + 1, len(state.src))
    token.meta["end"] = state.eMarks[max(last - 1, first)]


def indented_lines(state: StateBlock, token: Token) -> None:
    """The same for an indented code block."""
    first, last = token.map or [0, 0]
    token.meta["code"] = [line_start(state, row, INDENT + state.blkIndent) for row in range(first, last)]
    token.meta["at"] = token.meta["empty_at"] = token.meta["code"][0]
    token.meta["end"] = state.eMarks[last - 1]


def line_start(state: StateBlock, row: int, indent: int) -> int:
    """Where the content of a line begins when `indent` columns are taken off.

    A tab that is wider than what is to be taken stays whole, so that the code is to the letter in the note.
    """
    position, end = state.bMarks[row], state.eMarks[row]
    taken = 0
    while position < end and taken < indent:
        character = state.src[position]
        if character == "\t":
            width = 4 - (taken + state.bsCount[row]) % 4
            if taken + width > indent:
                break
            taken += width
        elif character == " " or position - state.bMarks[row] < state.tShift[row]:
            taken += 1
        else:
            break
        position += 1
    return position


def _closes(state: StateBlock, row: int, markup: str) -> bool:
    """Whether a fence's last line is the fence that closes it."""
    line = state.src[state.bMarks[row] + state.tShift[row] : state.eMarks[row]].rstrip(" \t")
    return len(line) >= len(markup) and set(line) == {markup[0]} and not state.is_code_block(row)


def _line_from(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : len(text) if end < 0 else end].removesuffix("\r")


def code_block(source: SourceText, token: Token) -> CodeBlock:
    """The value for a code token."""
    starts: list[int] = token.meta["code"]
    lines = [_line_from(source.text, start) for start in starts]
    info = token.info.strip()
    at = token.meta["at"]
    return CodeBlock(
        language=info.split()[0].lower() if info else "",
        info=info,
        source="\n".join(lines),
        fence_line=source.position(at)[0],
        line_offsets=tuple(starts) or (token.meta["empty_at"],),
        span=source.span(at, token.meta["end"]),
    )
