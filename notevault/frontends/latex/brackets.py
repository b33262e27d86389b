"""What stands between brackets and bars: groups, vectors, absolute values, roots, sums, cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from notevault.frontends.latex import calculus, grammar
from notevault.frontends.latex.cursor import split
from notevault.frontends.latex.nodes import (
    Absolute,
    Big,
    Binary,
    Cases,
    Comparison,
    Node,
    Norm,
    Number,
    Power,
    Vector,
)
from notevault.frontends.latex.tokens import NotUnderstoodError, Token, tokenize

if TYPE_CHECKING:
    from notevault.frontends.latex.parser import Reader


def bracket(reader: Reader) -> Node:
    opening = reader.look()
    inner = reader.group()
    parts = split(inner, ",")
    if opening.text in {"(", "["} and len(parts) > 1:
        return Vector(tuple(reader.inside(part) for part in parts))
    if opening.text == "\\{":
        return inline_cases(reader, inner)
    if opening.text in {"(", "["} and reader.at("'"):
        return calculus.primed(reader, reader.inside(inner))
    return reader.inside(inner)


def bar(reader: Reader) -> Node:
    token = reader.take()
    reader.bars += 1
    inner = reader.expression(0)
    reader.bars -= 1
    reader.expect(token.text)
    if token.text == "|":
        return Absolute(inner)
    order = 2
    if reader.skip("_"):
        digits = reader.argument()
        if len(digits) != 1 or digits[0].text not in {"1", "2"}:
            raise reader.stop("a norm other than 1 and 2")
        order = int(digits[0].text)
    return Norm(inner, order)


def root(reader: Reader) -> Node:
    reader.take()
    degree: Node = Number("2")
    if reader.at("["):
        degree = reader.inside(reader.group())
    return Power(reader.inside(reader.first_of_argument()), Binary("/", Number("1"), degree))


def big(reader: Reader) -> Node:
    token = reader.take()
    low: Sequence[Token] | None = None
    high: Sequence[Token] | None = None
    while reader.at("_", "^"):
        if reader.take().text == "_":
            low = reader.argument()
        else:
            high = reader.argument()
    if not low or low[0].kind != "letter":
        raise NotUnderstoodError(token.text, token.start, "a sum without an index")
    if len(low) > 1 and low[1].text != "=":
        raise NotUnderstoodError(low[1].text, low[1].start, "the range of a sum")
    first = reader.inside(low[2:]) if len(low) > 1 else None
    last = reader.inside(high) if high else None
    index = low[0].text
    body = reader.expression(grammar.PRODUCT - 1)
    return Big("sum" if token.text == "\\sum" else "prod", index, first, last, body)


def environment(reader: Reader) -> Node:
    opening = reader.take()
    kind = opening.text.removeprefix("\\begin{").removesuffix("}").removesuffix("*")
    start = reader.place
    depth = 1
    while depth:
        token = reader.take()
        if token.kind == "end":
            raise NotUnderstoodError(opening.text, opening.start, "never closed")
        depth += token.text.startswith("\\begin{") - token.text.startswith("\\end{")
    inner = reader.tokens[start : reader.place - 1]
    rows = [row for row in split(inner, "\\\\") if row]
    if kind in grammar.CASES:
        return Cases(tuple(branch(reader, split(row, "&"), row) for row in rows))
    if kind in grammar.MATRICES:
        cells = [split(row, "&") for row in rows]
        if len(cells) == 1:
            return Vector(tuple(reader.inside(cell) for cell in cells[0]))
        if all(len(row) == 1 for row in cells):
            return Vector(tuple(reader.inside(row[0]) for row in cells))
    raise NotUnderstoodError(opening.text, opening.start)


def branch(reader: Reader, cells: list[Sequence[Token]], row: Sequence[Token]) -> tuple[Node, tuple[Comparison, ...]]:
    if len(cells) < 2:
        cells = split(row, ",")
    if len(cells) != 2:
        raise NotUnderstoodError("\\begin{cases}", row[0].start, "a case without its condition")
    value, holds = cells
    if value and value[-1].text == ",":
        value = value[:-1]
    return reader.inside(value), condition(reader, holds)


def inline_cases(reader: Reader, inner: Sequence[Token]) -> Node:
    """`\\{0, x<0; 1, x>0\\}`."""
    rows = split(inner, ";")
    if len(rows) < 2:
        raise NotUnderstoodError("\\{", inner[0].start if inner else 0, "a set")
    return Cases(tuple(branch(reader, [], row) for row in rows))


def condition(reader: Reader, tokens: Sequence[Token]) -> tuple[Comparison, ...]:
    words = [token.text.strip() for token in tokens if token.kind == "text"]
    rest = [token for token in tokens if token.kind != "text"]
    if rest and rest[-1].text in {".", ","}:
        rest = rest[:-1]
    if not rest and words:
        said = words[0].lower()
        if said in grammar.OTHERWISE:
            return ()
        rest = tokenize(said.removeprefix("if ").removeprefix("for "))[:-1]
    elif words not in (["if"], ["for"], ["when"], []):
        raise NotUnderstoodError(words[0], tokens[0].start)
    pieces: list[list[Token]] = [[]]
    signs: list[str] = []
    for token in rest:
        if token.text in grammar.COMPARISONS:
            signs.append(grammar.COMPARISONS[token.text])
            pieces.append([])
        else:
            pieces[-1].append(token)
    if not signs:
        raise NotUnderstoodError(rest[0].text if rest else "a case", rest[0].start if rest else 0, "a condition")
    sides = [reader.inside(piece) for piece in pieces]
    return tuple(Comparison(sign, *sides[i : i + 2]) for i, sign in enumerate(signs))
