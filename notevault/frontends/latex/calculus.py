"""Derivatives as they are written: fractions of differentials, operators, primes on brackets, gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from notevault.frontends.latex import grammar
from notevault.frontends.latex.cursor import Cursor
from notevault.frontends.latex.nodes import At, Binary, Call, Derivative, Name, Node, walk
from notevault.frontends.latex.symbols import opaque, read_name
from notevault.frontends.latex.tokens import NotUnderstoodError, Token

if TYPE_CHECKING:
    from notevault.frontends.latex.parser import Reader

_DIFFERENTIALS = frozenset({"d", "\\partial"})


def slashed_derivative(reader: Reader) -> Node | None:
    """`dL/dw` and `\\partial L / \\partial w`, or None when it is not one."""
    mark = reader.place
    first = reader.take()
    try:
        function = read_name(reader, reader.vocabulary) if reader.look().kind in {"letter", "command", "text"} else None
        if function is not None and reader.skip("/") and reader.at("d", "\\partial"):
            partial = reader.take().text == "\\partial"
            return Derivative(function, (read_name(reader, reader.vocabulary),), partial)
    except NotUnderstoodError:
        if first.text == "\\partial":
            raise
    if first.text == "\\partial":
        raise NotUnderstoodError(first.text, first.start)
    reader.place = mark
    return None


def fraction(reader: Reader) -> Node:
    reader.take()
    above, below = reader.first_of_argument(), reader.first_of_argument()
    if below and below[0].text in _DIFFERENTIALS and above and above[0].text in _DIFFERENTIALS and len(below) > 1:
        return derivative(reader, above, below)
    return Binary("/", reader.inside(above), reader.inside(below))


def derivative(reader: Reader, above: Sequence[Token], below: Sequence[Token]) -> Node:
    variables, order = differentials(reader, below)
    upper = Cursor(above)
    partial = upper.take().text == "\\partial"
    written = 1
    if upper.skip("^"):
        digits = upper.argument()
        if len(digits) != 1 or not digits[0].text.isdigit():
            raise NotUnderstoodError("^", above[0].start, "the order of a derivative")
        written = int(digits[0].text)
    if written != order:
        raise NotUnderstoodError(above[0].text, above[0].start, "the orders above and below differ")
    rest = above[upper.place :]
    if rest:
        return Derivative(reader.inside(rest), variables, partial)
    function, bindings = _without_bar(operand(reader))
    if not any(name in variables for name, _value in bindings):
        bar = At(function, bindings) if bindings else function
        return Derivative(bar, variables, partial)
    return At(Derivative(function, variables, partial), bindings)


def _without_bar(node: Node) -> tuple[Node, tuple[tuple[Name, Node], ...]]:
    """What stands before an evaluation bar at the end, and its bindings: the bar closes the derivative before it."""
    match node:
        case At(operand=before, bindings=bindings):
            return before, bindings
        case Binary(operator=operator, left=left, right=right):
            right, bindings = _without_bar(right)
            return (Binary(operator, left, right) if bindings else node), bindings
        case Call(arguments=(argument,)):  # `\\sin x |_{x=0}`
            argument, bindings = _without_bar(argument)
            return (replace(node, arguments=(argument,)) if bindings else node), bindings
    return node, ()


def differentials(reader: Reader, tokens: Sequence[Token]) -> tuple[tuple[Name, ...], int]:
    """The variables below a derivative, each as often as it is differentiated by."""
    reader = reader.within(tokens)
    variables: list[Name] = []
    while reader.look().kind != "end":
        if not reader.at("d", "\\partial"):
            raise reader.stop("a derivative by something that is not a name")
        reader.take()
        inner = reader.argument() if reader.at("{") else None
        name = read_name(reader.within(inner) if inner else reader, reader.vocabulary)
        times = 1
        if reader.at("^"):
            mark = reader.take()
            power = reader.argument()
            if len(power) != 1 or not power[0].text.isdigit() or int(power[0].text) > 4:
                raise NotUnderstoodError("^", mark.start, "a derivative by something that is not a name")
            times = int(power[0].text)
        variables += [name] * times
    return tuple(variables), len(variables)


def operand(reader: Reader) -> Node:
    """What a derivative operator applies to: the product that follows; doubtful where a sum goes on."""
    bracketed = reader.at("(", "[", "\\{")
    start = reader.look()
    if bracketed:
        node = reader.postfix(reader.prefix())
        if reader.starts_factor():
            reader.reading.doubts.append("how far the derivative reaches")
            node = Binary("*", node, reader.expression(grammar.PRODUCT - 1))
        return node
    node = reader.expression(grammar.PRODUCT - 1)
    if reader.at("+", "-") or any(
        token.text == "\\frac" and _is_operator(reader, i) for i, token in _since(reader, start)
    ):
        reader.reading.doubts.append("how far the derivative reaches")
    return node


def _since(reader: Reader, start: Token) -> list[tuple[int, Token]]:
    return [(i, token) for i, token in enumerate(reader.tokens[: reader.place]) if token.start > start.start]


def _is_operator(reader: Reader, i: int) -> bool:
    texts = [token.text for token in reader.tokens[i + 1 : i + 4]]
    return texts[:3] in (["{", "d", "}"], ["{", "\\partial", "}"])


def nabla(reader: Reader) -> Node:
    reader.take()
    variables: tuple[Name, ...] = ()
    if reader.skip("_"):
        variable = reader.inside(reader.argument())
        if not isinstance(variable, Name):
            raise reader.stop("a gradient by something that is not a name")
        variables = (variable,)
    if reader.at("^"):
        raise reader.stop()
    node = reader.group_or_name()
    return Derivative(node, variables, partial=True, gradient=True)


def primed(reader: Reader, node: Node) -> Node:
    """`(x^2)'`: the derivative by the only name inside, or by the only one that is a variable by custom."""
    names = sorted({opaque(part) for part in walk(node) if isinstance(part, Name)} - _called(node))
    customary = [name for name in names if name in {"x", "t", "z", "u", "s"}]
    if len(names) != 1 and len(customary) != 1:
        raise reader.stop("by which name is differentiated is doubtful")
    times = 0
    while reader.skip("'"):
        times += 1
    return Derivative(node, (Name((customary or names)[0]),) * times, partial=False)


def _called(node: Node) -> set[str]:
    """The names of the functions that are called in `node`."""
    return {opaque(part.function) for part in walk(node) if isinstance(part, Call)}
