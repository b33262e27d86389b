"""Block rules for what spans lines on its own: displayed formulas and comments.

Inside them a line that looks like a list, a heading or a rule is none, and a blank line ends nothing.
"""

from __future__ import annotations

from markdown_it.rules_block import StateBlock

MARKS = {"formula": "$$", "comment": "%%"}


def formula_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """`$$` at the beginning of a line, up to the line that holds the next `$$`."""
    return _delimited(state, (start_line, end_line), silent, "formula")


def comment_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """`%%` at the beginning of a line, up to the line that holds the next `%%`."""
    return _delimited(state, (start_line, end_line), silent, "comment")


def _delimited(state: StateBlock, lines: tuple[int, int], silent: bool, name: str) -> bool:
    (start_line, end_line), mark = lines, MARKS[name]
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(mark, begin) or state.is_code_block(start_line):
        return False
    if state.src.find(mark, begin + len(mark), state.eMarks[start_line]) >= 0:
        return False
    last = _closing_line(state, start_line, end_line, mark)
    if last is None:
        return False
    if silent:
        return True
    token = state.push(name, "", 0)
    token.map = [start_line, last + 1]
    token.meta["lines"] = [
        (state.bMarks[row] + state.tShift[row], state.eMarks[row]) for row in range(start_line, last + 1)
    ]
    state.line = last + 1
    return True


def _closing_line(state: StateBlock, start_line: int, end_line: int, mark: str) -> int | None:
    """The line that holds the next mark, inside the quote or list around; remembered where there is none."""
    unclosed: dict[str, int] = state.env.setdefault("unclosed", {})
    if start_line >= unclosed.get(mark, end_line) and end_line <= unclosed.get(mark + "end", -1):
        return None
    for row in range(start_line + 1, end_line):
        if state.sCount[row] < state.blkIndent and not state.isEmpty(row):
            return None
        if state.src.find(mark, state.bMarks[row], state.eMarks[row]) >= 0:
            return row
    unclosed[mark], unclosed[mark + "end"] = start_line, end_line
    return None
