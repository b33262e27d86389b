"""The block level: markdown-it's rules, with the place of every line of text that they find.

markdown-it keeps line numbers only. While a rule runs, its state knows where each line's content begins behind
indents and quote marks; here every rule is wrapped so that its tokens carry those offsets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it import rules_block as rules
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from notevault.notes.code_blocks import fence_lines, indented_lines
from notevault.notes.footnotes import footnote_block
from notevault.notes.raw_blocks import comment_block, formula_block
from notevault.notes.tables import table_rows

Rule = Callable[[StateBlock, int, int, bool], bool]
Record = Callable[[StateBlock, Token], None]

MAX_NESTING = 60
"""Deeper quotes and lists are not read: nobody writes them, and each level costs Python stack."""

_HEADING = re.compile(r"#{1,6}[ \t]*")


class _State(StateBlock):
    """Notes where each container begins, before the rules move the line's mark behind its marker."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        if nesting == 1:
            token.meta["at"] = self.bMarks[self.line] + self.tShift[self.line]
        return token


def text_lines(state: StateBlock, token: Token) -> None:
    """Record the content of each line of a paragraph."""
    first, last = token.map or [0, 0]
    token.meta["lines"] = [(state.bMarks[row] + state.tShift[row], state.eMarks[row]) for row in range(first, last)]


def _heading_line(state: StateBlock, token: Token) -> None:
    """Record a heading's text, without its marks at the beginning and, after a space, at the end."""
    row = (token.map or [0])[0]
    start, end = state.bMarks[row] + state.tShift[row], state.eMarks[row]
    marks = _HEADING.match(state.src, start, end)
    text = marks.end() if marks else start
    stripped = state.src[text:end].rstrip(" \t")
    body = stripped.rstrip("#")
    if body != stripped and (not body or body[-1] in " \t"):
        stripped = body.rstrip(" \t")
    token.meta["lines"] = [(text, text + len(stripped))]
    token.meta["at"], token.meta["end"] = start, end


def _setext_lines(state: StateBlock, token: Token) -> None:
    text_lines(state, token)
    first, last = token.map or [0, 0]
    token.meta["at"], token.meta["end"] = state.bMarks[first] + state.tShift[first], state.eMarks[last]


def _whole(state: StateBlock, token: Token) -> None:
    text_lines(state, token)
    token.meta["at"], token.meta["end"] = token.meta["lines"][0][0], token.meta["lines"][-1][1]


def _recorded(rule: Rule, record: Record, back: int) -> Rule:
    """`rule`, after which the token `back` places from the end gets its offsets."""

    def run(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        found = rule(state, start_line, end_line, silent)
        if found and not silent:
            record(state, state.tokens[-back])
        return found

    return run


_RECORDED: Mapping[str, tuple[Rule, Record, int, tuple[str, ...]]] = {
    "code": (rules.code, indented_lines, 1, ()),
    "fence": (rules.fence, fence_lines, 1, ("paragraph", "reference", "blockquote", "list")),
    "hr": (rules.hr, _whole, 1, ("paragraph", "reference", "blockquote", "list")),
    "html_block": (rules.html_block, _whole, 1, ("paragraph", "reference", "blockquote")),
    "heading": (rules.heading, _heading_line, 2, ("paragraph", "reference", "blockquote")),
    "lheading": (rules.lheading, _setext_lines, 2, ()),
    "paragraph": (rules.paragraph, text_lines, 2, ()),
}


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING})
    ruler = parser.block.ruler
    for name, (rule, record, back, ends) in _RECORDED.items():
        ruler.at(name, _recorded(rule, record, back), {"alt": list(ends)})
    ruler.at("table", table_rows, {"alt": ["paragraph", "reference"]})
    ruler.enable("table")
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    ruler.before("table", "formula", formula_block, interrupts)
    ruler.before("table", "comment", comment_block, interrupts)
    ruler.before("reference", "footnote", footnote_block, {"alt": ["paragraph", "reference"]})
    return parser


def block_tokens(text: str) -> tuple[list[Token], dict[str, str]]:
    """The block tokens of `text` with their offsets in `meta`, and the targets of its reference definitions.

    `text` has line feeds alone as line breaks; every other character is in its place.
    """
    parser = _parser()
    env: dict[str, dict[str, dict[str, str]]] = {}
    state = _State(text, parser, env, [])
    parser.block.tokenize(state, 0, state.lineMax)
    references = {label.casefold(): found["href"] for label, found in env.get("references", {}).items()}
    return state.tokens, references
