"""What a student types (`2x(wx+b-y)`, `2*x*(w*x+b-y)`, `x^2`) as a sympy expression; nothing is evaluated as code.

A name followed by a bracket is a product unless the name is a known function. What can be read in two ways (`1/2x`) is
refused rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import sympy

from notevault.errors import NotevaultError
from notevault.frontends.symbolic.expressions import Expr, ExpressionError, power

MAX_LENGTH = 2000
MAX_DEPTH = 60


class ParseError(NotevaultError):
    """The text is not an expression; `position` is the 0-based place and `token` what stands there."""

    def __init__(self, position: int, token: str, message: str) -> None:
        self.position = position
        self.token = token
        super().__init__(f"{message} at position {position + 1}")


FUNCTIONS: Mapping[str, Callable[..., Expr]] = {
    **{
        name: getattr(sympy, name)
        for name in (
            *("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
            *("asinh", "acosh", "atanh", "exp", "log", "sqrt", "sign", "erf", "floor"),
        )
    },
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
    "ln": sympy.log,
    "abs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
    "relu": lambda x: sympy.Max(0, x),
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
}
"""The functions that can be typed."""

_ARITIES: Mapping[str, tuple[int, int]] = {"max": (2, 20), "min": (2, 20), "log": (1, 2)}

CONSTANTS: Mapping[str, Expr] = {"pi": sympy.pi, "π": sympy.pi, "e": sympy.E}

_SPELLINGS = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/", "[": "(", "]": ")", "{": "(", "}": ")"}
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_GREEK = frozenset({"mu", "nu", "xi", "pi"})
"""Two letters that are one name."""
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<superscript>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)"
    r"|(?P<name>[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:_?\d+|_[^\W_]+|\u0302)*'*)|(?P<operator>\*\*|[-+*/^(),|√])"
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(text: str, names: Collection[str] | None = None) -> Expr:
    """The expression that `text` denotes.

    With `names`, only these are symbols, and a run of letters is cut into them (`wx` is `w*x`); without, a run of two
    letters is a product of two symbols and a longer one is a name. Decimals are read exactly. Raises ParseError.

    >>> parse("2x(wx+b-y)")
    2*x*(b + w*x - y)
    >>> parse("dL * w1^2", names={"dL", "w1"})
    dL*w1**2
    >>> parse("1/2x")
    Traceback (most recent call last):
    ...
    notevault.frontends.infix.ParseError: write 1/(2*x) or (1/2)*x: this can be read in two ways at position 4
    """
    if len(text) > MAX_LENGTH:
        raise ParseError(MAX_LENGTH, "", f"more than {MAX_LENGTH} characters")
    parser = _Parser(list(_tokens(text.translate(_SPELLINGS))), names)
    try:
        return parser.whole()
    except ExpressionError as error:
        raise ParseError(0, text, str(error)) from error


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ParseError(position, text[position], f"{text[position]!r} is not understood")
        kind = match.lastgroup or ""
        # "2e" before a letter or a bracket is 2 times e; only a complete exponent was taken by the pattern.
        if kind != "space":
            yield _Token(kind, match.group(), position)
        position = match.end()
    yield _Token("end", "", position)


_BINDING: Mapping[str, int] = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 40, "**": 40}
_IMPLICIT = 20
_UNARY = 30


class _Parser:
    """A Pratt parser over the tokens."""

    def __init__(self, tokens: list[_Token], names: Collection[str] | None) -> None:
        self.tokens = tokens
        self.names = names
        self.place = 0
        self.depth = 0
        self.bars = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def advance(self) -> _Token:
        token = self.token
        self.place += 1
        return token

    def fail(self, message: str) -> ParseError:
        return ParseError(self.token.position, self.token.text, message)

    def expect(self, text: str) -> None:
        if self.token.text != text:
            raise self.fail(f"{text!r} is missing")
        self.advance()

    def whole(self) -> Expr:
        result = self.expression(0)
        if self.token.kind != "end":
            raise self.fail(f"{self.token.text!r} does not belong here")
        return result

    def expression(self, binding: int) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail("too many brackets inside each other")
        left = self.prefix()
        while True:
            token = self.token
            if token.kind == "superscript":
                self.advance()
                left = power(left, sympy.Integer(token.text.translate(_SUPERSCRIPTS)))
            elif token.text in _BINDING:
                if _BINDING[token.text] <= binding:
                    break
                left = self.infix(left)
            elif self.starts_factor(token) and binding < _IMPLICIT:
                left = left * self.expression(_IMPLICIT)
            else:
                break
        self.depth -= 1
        return left

    def starts_factor(self, token: _Token) -> bool:
        return token.kind in {"number", "name"} or token.text in {"(", "√"} or (token.text == "|" and not self.bars)

    def infix(self, left: Expr) -> Expr:
        operator = self.advance().text
        if operator in {"^", "**"}:
            # right-associative, and the exponent may carry a sign: 2^-x
            return power(left, self.expression(_UNARY - 1 if self.token.text in {"-", "+"} else _BINDING["^"] - 1))
        right = self.expression(_BINDING[operator])
        if operator == "/":
            if right == 0:
                raise self.fail("a division by zero")
            if self.starts_factor(self.token):
                raise self.fail("write 1/(2*x) or (1/2)*x: this can be read in two ways")
            return left / right
        return {"+": left + right, "-": left - right, "*": left * right}[operator]

    def prefix(self) -> Expr:
        token = self.advance()
        if token.kind == "number":
            return sympy.Rational(token.text)
        if token.kind == "name":
            return self.name(token)
        if token.text in {"-", "+"}:
            operand = self.expression(_UNARY)
            return -operand if token.text == "-" else operand
        if token.text == "(":
            bars, self.bars = self.bars, 0
            inner = self.expression(0)
            self.bars = bars
            self.expect(")")
            return inner
        if token.text == "|":
            self.bars += 1
            inner = self.expression(0)
            self.bars -= 1
            self.expect("|")
            return sympy.Abs(inner)
        if token.text == "√":
            return sympy.sqrt(self.expression(_UNARY))
        self.place -= 1
        raise self.fail("an expression is missing")

    def name(self, token: _Token) -> Expr:
        text = token.text
        if self.names is not None and text in self.names:
            return sympy.Symbol(text)
        if text in FUNCTIONS:
            return self.call(text)
        if text in CONSTANTS:
            return CONSTANTS[text]
        factors = self.cut(text)
        if factors is None:
            self.place -= 1
            raise self.fail(f"{text!r} is not a name that is known here")
        *before, last = factors
        product = sympy.Mul(*(CONSTANTS.get(name, sympy.Symbol(name)) for name in before))
        following = self.token
        value = CONSTANTS.get(last) if self.names is None or last not in self.names else None
        value = sympy.Symbol(last) if value is None else value
        if before and (following.text in {"^", "**"} or following.kind == "superscript"):
            # wx^2 is w*x^2: the power belongs to the last letter
            if following.kind == "superscript":
                self.advance()
                return product * power(value, sympy.Integer(following.text.translate(_SUPERSCRIPTS)))
            return product * self.infix(value)
        return product * value

    def call(self, name: str) -> Expr:
        exponent: Expr = sympy.Integer(1)
        if self.token.text in {"^", "**"}:
            self.advance()
            exponent = self.prefix()
            if exponent == -1:
                raise self.fail("write 1/f(x) or the name of the inverse function")
        if self.token.text == "(":
            self.advance()
            arguments = [self.expression(0)]
            while self.token.text == ",":
                self.advance()
                arguments.append(self.expression(0))
            self.expect(")")
        else:
            arguments = [self.expression(_UNARY)]
        fewest, most = _ARITIES.get(name, (1, 1))
        if not fewest <= len(arguments) <= most:
            raise self.fail(f"{name} does not take {len(arguments)} arguments")
        return power(FUNCTIONS[name](*arguments), exponent)

    def cut(self, text: str) -> list[str] | None:
        """The run of letters as names, or None; longest names first, so that `dLw` is `dL*w` and not `d*L*w`."""
        if self.names is None:
            if len(text) == 2 and text.isalpha() and text not in _GREEK and text.isascii():
                return list(text)
            return [text]
        return _cut(text, sorted((*self.names, *CONSTANTS), key=lambda name: (-len(name), name)))


def _cut(text: str, names: list[str]) -> list[str] | None:
    if not text:
        return []
    for name in names:
        if text.startswith(name):
            rest = _cut(text[len(name) :], names)
            if rest is not None:
                return [name, *rest]
    return None
