"""A formula cut into statements: rows of aligned environments, parts between commas, and the items of `a = b = c`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notevault.frontends.latex.cursor import nesting
from notevault.frontends.latex.grammar import RELATIONS, ROWS, SEPARATORS
from notevault.frontends.latex.tokens import NotUnderstoodError, Token, tokenize

_CONNECTING = frozenset(
    [
        *("where", "for", "if", "and", "with", "when", "so", "then", "since", "because", "or", "thus", "hence"),
        *("at", "as", "is", "otherwise", "given", "let", "such", "that"),
    ]
)


@dataclass(frozen=True, slots=True)
class Statement:
    """`items` with the `relations` between them.

    `continues` when it begins with a relation and goes on from what stands before it.
    """

    items: tuple[tuple[Token, ...], ...]
    relations: tuple[str, ...]
    continues: bool = False

    @property
    def start(self) -> int:
        """Where it begins in the formula."""
        return next((tokens[0].start for tokens in self.items if tokens), 0)

    @property
    def end(self) -> int:
        """Where it ends in the formula."""
        return next((tokens[-1].end for tokens in reversed(self.items) if tokens), 0)


def statements(latex: str) -> list[Statement]:
    r"""The statements of a formula, in order; one that is not understood as LaTeX at all gives none.

    >>> [len(s.items) for s in statements(r"f(x) = x^2, \quad f'(x) = 2x = 2 \cdot x")]
    [2, 3]
    """
    try:
        tokens = tokenize(latex)[:-1]
    except NotUnderstoodError:
        return []
    found = []
    for piece in _pieces(_with_thousands(list(_without_rows(tokens)))):
        statement = _statement(piece)
        if statement is not None:
            found.append(statement)
    return found


def _without_rows(tokens: Sequence[Token]) -> Iterator[Token]:
    r"""The tokens without environments of rows; `\\` stays as a separator there, `&` goes."""
    stack: list[str] = []
    skip_argument = False
    for i, token in enumerate(tokens):
        kind = token.text.partition("{")[2].rstrip("*}") if token.kind == "command" else ""
        if skip_argument:
            skip_argument = token.text != "}"
            continue
        if token.text.startswith("\\begin{"):
            stack.append(kind)
            if kind in ROWS:
                skip_argument = kind in {"array", "alignat"} and i + 1 < len(tokens) and tokens[i + 1].text == "{"
                continue
        elif token.text.startswith("\\end{") and stack:
            if stack.pop() in ROWS:
                continue
        elif token.text == "&" and (not stack or stack[-1] in ROWS):
            continue
        yield token


def _with_thousands(tokens: list[Token]) -> Iterator[Token]:
    """`1,129` outside all brackets as one number: no blanks, and three digits behind every comma."""
    depth = 0
    i = 0
    while i < len(tokens):
        token = tokens[i]
        depth += nesting(token)
        while depth == 0 and token.kind == "number" and token.text.isdigit() and _goes_on(tokens, i, token):
            token = Token("number", token.text + tokens[i + 2].text, token.start, tokens[i + 2].end)
            i += 2
        yield token
        i += 1


def _goes_on(tokens: list[Token], i: int, number: Token) -> bool:
    if i + 2 >= len(tokens) or ((number.end - number.start) > 3 and "," not in tokens[i - 1].text):
        return False
    comma, more = tokens[i + 1], tokens[i + 2]
    return (
        comma.text == ","
        and more.kind == "number"
        and len(more.text.partition(".")[0]) == 3
        and number.end == comma.start
        and comma.end == more.start
    )


def _pieces(tokens: Iterator[Token]) -> Iterator[list[Token]]:
    piece: list[Token] = []
    depth = 0
    for token in tokens:
        depth += nesting(token)
        if depth == 0 and (_separates(token) or token.text == "\\\\"):
            yield piece
            piece = []
        else:
            piece.append(token)
    yield piece


def _separates(token: Token) -> bool:
    if token.kind == "text":
        words = token.text.lower().split()
        return not words or len(words) > 1 or words[0].strip(".,:;") in _CONNECTING
    return token.text in SEPARATORS


def _statement(tokens: list[Token]) -> Statement | None:
    while tokens and tokens[-1].text in {".", ",", ";", ":", "\\\\"}:
        tokens = tokens[:-1]
    items: list[list[Token]] = [[]]
    relations: list[str] = []
    depth = 0
    for i, token in enumerate(tokens):
        depth += nesting(token)
        relation = RELATIONS.get(token.text) if depth == 0 and token.kind != "text" else None
        if relation == "=" and i and tokens[i - 1].text == ":":
            items[-1].pop()
            relation = ":="
        if relation is None:
            items[-1].append(token)
        else:
            relations.append(relation)
            items.append([])
    if len(items) < 2 or not all(items[1:]):
        return None
    return Statement(tuple(tuple(item) for item in items), tuple(relations), continues=not items[0])
