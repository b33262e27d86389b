"""What the comments of a block say that it prints. Comments that are not outputs are never taken for outputs."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from notevault.checks.compare import looks_like_a_value
from notevault.checks.expressions import looks_symbolic

_MARKED = re.compile(
    r"^#+\s*(?:(?P<word>(?:expected\s+)?(?:output|outputs|prints|result|returns|out)\s*(?:\[\d+\])?\s*(?::|=>|->|→)"
    r"|prints\s+(?=['\"\d\[({-]))|=+>?(?=\s)|=+>|#>|->|→|⇒|➜)\s*(?P<text>.*)$",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"[-+\d.\s]*")
_NUMBERING = re.compile(r"^#\s*(\d+)$")


@dataclass(frozen=True, slots=True)
class Stated:
    """A comment that says what is printed.

    `first` and `last` are the lines of the statement it speaks of. `beside` it, or below; a comment below may speak
    of all that was printed since the last such comment. `marked` when it says "Output:" or the like, else it is a bare
    text, or one after an arrow, which may as well be a remark. `shows` is how the statement gives its text: it
    prints, or is an expression, or binds a name. `loose` when it may as well belong to what follows.
    """

    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    first: int
    last: int
    beside: bool
    marked: bool
    shows: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Comment:
    line: int
    column: int
    text: str
    alone: bool


def comments(source: str) -> list[_Comment]:
    """Every comment of a block that compiles; columns are 1-based."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            found.append(_Comment(line, column + 1, token.string, not token.line[:column].strip()))
    return found


def stated_outputs(source: str, tree: ast.Module) -> list[Stated]:
    """The stated outputs of a block that compiles, in order."""
    all_comments = comments(source)
    statements = sorted(_simple_statements(tree), key=lambda node: (node.lineno, node.end_lineno or 0))
    top = {id(node) for node in tree.body}
    numbering = _is_numbering(all_comments)
    found: list[Stated] = []
    used: set[int] = set()
    for position, comment in enumerate(all_comments):
        if comment.line in used:
            continue
        marked = _MARKED.match(comment.text)
        anchor = _anchor(statements, comment)
        shows = _shows(anchor, id(anchor) in top) if anchor is not None else None
        if anchor is None or shows is None:
            continue
        below = comment.alone and not marked
        if below and not _is_right_below(anchor, comment, all_comments):
            continue
        text = marked["text"].strip() if marked else comment.text.lstrip("# ").strip()
        continued = _continuation(all_comments[position:], text) if marked else [comment]
        if below:
            continued = _run(all_comments[position:])
        if len(continued) > 1:
            text = "\n".join([text, *(c.text.lstrip("#").strip() for c in continued[1:])]).strip()
            used.update(c.line for c in continued)
        bare = not marked and not (numbering and not below) and _may_be_shown(text, shows)
        if text and (marked or bare):
            loose = below and _is_loose(text, continued[-1], source)
            found.append(_stated(text, continued, anchor, bool(marked and marked["word"]), shows, loose=loose))
    return found


def _stated(text: str, lines: list[_Comment], anchor: ast.stmt, marked: bool, shows: str, *, loose: bool) -> Stated:
    first, last = lines[0], lines[-1]
    end = last.column + len(last.text)
    place = (first.line, first.column, last.line, end, anchor.lineno, anchor.end_lineno or anchor.lineno)
    return Stated(text, *place, not first.alone, marked, shows, loose)


def _may_be_shown(text: str, shows: str) -> bool:
    return shows == "prints" or (shows == "value" and (looks_like_a_value(text) or looks_symbolic(text)))


def _is_right_below(anchor: ast.stmt, comment: _Comment, all_comments: list[_Comment]) -> bool:
    """Whether a comment follows a statement that has no comment of its own, with no line between."""
    end = anchor.end_lineno or anchor.lineno
    return comment.line == end + 1 and not any(c.line == end and not c.alone for c in all_comments)


def _run(following: list[_Comment]) -> list[_Comment]:
    """The comment lines that follow each other line by line."""
    lines = [following[0]]
    for comment in following[1:]:
        if not comment.alone or comment.line != lines[-1].line + 1 or _MARKED.match(comment.text):
            break
        lines.append(comment)
    return lines


def _is_loose(text: str, last: _Comment, source: str) -> bool:
    """Whether a comment below a statement may belong to the next one, or is a bare number, which counts anything."""
    lines = source.split("\n")
    followed = last.line < len(lines) and lines[last.line].strip() != ""
    return followed or ("\n" not in text and _BARE_NUMBER.fullmatch(text) is not None)


def _simple_statements(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node


def _anchor(statements: list[ast.stmt], comment: _Comment) -> ast.stmt | None:
    """The statement beside the comment, or the last one above it with no other comment-free gap between."""
    if not comment.alone:
        here = [s for s in statements if s.lineno <= comment.line <= (s.end_lineno or s.lineno)]
        return here[-1] if here else None
    above = [s for s in statements if (s.end_lineno or s.lineno) < comment.line]
    return above[-1] if above and comment.line - (above[-1].end_lineno or 0) <= 2 else None


def _shows(node: ast.stmt, at_top: bool) -> str | None:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print" | "pprint" | "display"))):
            return "prints"
        case ast.Expr() if at_top:
            return "value"
        case ast.Assign(targets=[ast.Name()]) if at_top:
            return "name"
    return None


def _continuation(following: list[_Comment], text: str) -> list[_Comment]:
    """The comment lines that belong to one output: those right below, while it is empty or a bracket is open."""
    lines = [following[0]]
    if not following[0].alone and text:
        return lines
    collected = text
    for comment in following[1:]:
        unfinished = not text or sum(map(collected.count, "([{")) > sum(map(collected.count, ")]}"))
        adjacent = comment.alone and comment.line == lines[-1].line + 1
        if not (unfinished and adjacent) or _MARKED.match(comment.text):
            break
        lines.append(comment)
        collected += comment.text
    return lines


def _is_numbering(all_comments: list[_Comment]) -> bool:
    """Whether the bare numbers beside the lines count the lines: 1, 2, 3."""
    numbers = [int(match[1]) for c in all_comments if not c.alone and (match := _NUMBERING.match(c.text))]
    return len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))
