"""The Pratt parser for LaTeX expressions; it knows which names the note uses, and stops at what it does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from notevault.frontends.latex import brackets, calculus, grammar
from notevault.frontends.latex.cursor import Cursor, split
from notevault.frontends.latex.nodes import (
    At,
    Binary,
    Call,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Transpose,
    walk,
)
from notevault.frontends.latex.symbols import Vocabulary, read_name
from notevault.frontends.latex.tokens import NotUnderstoodError, Token, tokenize

MAX_DEPTH = 40


@dataclass(slots=True)
class Reading:
    """What the reader noticed besides the tree: `doubts` are places that can be read in two ways."""

    doubts: list[str] = field(default_factory=list)


def parse(latex: str, vocabulary: Vocabulary | None = None) -> Node:
    r"""The tree of one expression; raises NotUnderstoodError with the token that stopped it.

    >>> parse(r"2x(w x + b)")  # doctest: +ELLIPSIS
    Binary(operator='*', left=Binary(operator='*', left=Number(text='2'), right=Name(base='x',...
    """
    return read(tokenize(latex)[:-1], vocabulary or Vocabulary())


def read(tokens: Sequence[Token], vocabulary: Vocabulary, reading: Reading | None = None, depth: int = 0) -> Node:
    """The tree of the whole of `tokens`."""
    reader = Reader(tokens, vocabulary, reading or Reading(), depth)
    node = reader.expression(0)
    if reader.look().kind != "end":
        raise reader.stop()
    return node


class Reader(Cursor):
    """Reads one expression."""

    def __init__(self, tokens: Sequence[Token], vocabulary: Vocabulary, reading: Reading, depth: int) -> None:
        super().__init__(tokens)
        if depth > MAX_DEPTH:
            raise self.stop("too deep")
        self.vocabulary = vocabulary
        self.reading = reading
        self.depth = depth
        self.bars = 0
        self.level = 0

    def inside(self, tokens: Sequence[Token]) -> Node:
        """The tree of tokens inside brackets."""
        if not tokens:
            raise self.stop("nothing inside")
        return read(tokens, self.vocabulary, self.reading, self.depth + 1)

    def within(self, tokens: Sequence[Token]) -> Reader:
        """A reader of tokens inside these."""
        return Reader(tokens, self.vocabulary, self.reading, self.depth + 1)

    def expression(self, binding: int) -> Node:
        self.level += 1
        if self.level > MAX_DEPTH * 2:
            raise self.stop("too deep")
        left = self.postfix(self.prefix())
        while True:
            token = self.look()
            if token.kind != "text" and token.text in grammar.BINDING:
                if grammar.BINDING[token.text] <= binding:
                    break
                left = self.infix(left)
            elif binding < grammar.PRODUCT and self.starts_factor():
                left = Binary("*", left, self.expression(grammar.PRODUCT))
            else:
                break
        self.level -= 1
        return left

    def infix(self, left: Node) -> Node:
        token = self.take()
        if token.text not in grammar.OPERATORS:
            raise NotUnderstoodError(token.text, token.start)
        right = self.expression(grammar.BINDING[token.text])
        if token.text == "/" and self.starts_factor():
            raise self.stop("a quotient followed by a factor can be read in two ways")
        return Binary(grammar.OPERATORS[token.text], left, right)

    def starts_factor(self) -> bool:
        """Whether the next token begins a factor of a product without a sign."""
        token = self.look()
        if token.kind in {"letter", "text"}:
            return True
        if token.kind == "number":
            return False  # "x 2" is no product that anybody writes
        if token.text in {"|", "||"}:
            return not self.bars and not (token.text == "|" and self.look(1).text == "_")
        return token.text in {"(", "[", "{"} or token.text in _PREFIX or token.text[1:] in grammar.GREEK

    def prefix(self) -> Node:
        token = self.look()
        if token.kind == "number":
            self.take()
            return Number(token.text)
        if token.text in {"-", "+"} and token.kind == "symbol":
            self.take()
            operand = self.expression(grammar.SIGN)
            return Negative(operand) if token.text == "-" else operand
        if token.kind != "text":
            handler = _PREFIX.get(token.text)
            if handler is not None:
                return handler(self)
            if token.text in {"\\partial", "d"}:
                derivative = calculus.slashed_derivative(self)
                if derivative is not None:
                    return derivative
        return self.named()

    def postfix(self, node: Node) -> Node:
        """Powers, transposes, factorials and evaluation bars behind `node`."""
        while True:
            if self.skip("^"):
                node = self.raised(node, self.argument())
            elif self.at("!"):
                self.take()
                node = Call(Name("factorial"), (node,))
            elif self.at("|") and self.look(1).text == "_":
                self.take()
                self.take()
                node = At(node, self.bindings(self.argument()))
            else:
                return node

    def raised(self, base: Node, tokens: Sequence[Token]) -> Node:
        texts = [token.text for token in tokens]
        if texts in (["T"], ["\\top"]) or (texts in (["\\mathsf"], ["t"]) and isinstance(base, Name) and base.bold):
            return Transpose(base)
        if texts in (["*"], ["'"]):
            raise NotUnderstoodError("^" + texts[0], tokens[0].start)
        if isinstance(base, Power):
            raise NotUnderstoodError("^", tokens[0].start, "two powers in a row")
        if isinstance(base, Name) and base.base == "e" and "e" not in self.vocabulary.names:
            return Call(Name("exp"), (self.inside(tokens),))
        return Power(base, self.inside(tokens))

    def bindings(self, tokens: Sequence[Token]) -> tuple[tuple[Name, Node], ...]:
        pairs = []
        for part in split(tokens, ","):
            sides = split(part, "=")
            if len(sides) != 2:
                raise NotUnderstoodError("|", tokens[0].start if tokens else 0)
            name = self.inside(sides[0])
            if not isinstance(name, Name):
                raise NotUnderstoodError("|", tokens[0].start)
            pairs.append((name, self.inside(sides[1])))
        return tuple(pairs)

    # -- names and calls ------------------------------------------------------------------------------------------

    def named(self) -> Node:
        """A name, a call of one, or a known function."""
        start = self.look()
        known = self.known_function()
        if known is not None:
            return self.known_call(known)
        name = self.plain_name()
        primes = 0
        while self.skip("'"):
            primes += 1
        if self.at("^") and self.look(1).text == "'":
            raise self.stop()
        if primes and not self.at("("):
            # x' of a plain name is another name, not a derivative
            if self.vocabulary.calls(name) or (name == Name("y") and self.vocabulary.is_variable(name)):
                return Call(name, (), primes)
            return replace(name, label=name.label + "'" * primes)
        if self.at("[") and (name.base in {"E", "Var", "P"} or name.base.startswith("bb_")):
            raise NotUnderstoodError(f"{name.key}[", start.start)
        if self.at("(") and (primes or self.vocabulary.calls(name)):
            return self.call(name, primes)
        if self.at("(") and not self.vocabulary.is_variable(name):
            mark = self.place
            arguments = self.arguments()
            if all(isinstance(argument, Name) for argument in arguments):
                return Call(name, arguments)
            if len(arguments) > 1 or (start.kind == "text" and not self.vocabulary.is_defined(name.key)):
                raise NotUnderstoodError(f"{name.key}(", start.start, "a function that the note does not define")
            self.place = mark
        if self.at("^") and self.vocabulary.calls(name):
            return self.powered_call(name)
        return name

    def plain_name(self) -> Name:
        """The name that stands next; raises NotUnderstoodError where it is a word that may be a function."""
        start, run = self.look(), self.run_of_letters()
        if run in grammar.OTHER_FUNCTIONS and self.look(len(run)).text == "(":
            raise NotUnderstoodError(run, start.start, "a function that is not known")
        name = read_name(self, self.vocabulary)
        if start.kind == "text" and self.look().kind == "letter" and not self.vocabulary.is_defined(name.key):
            raise NotUnderstoodError(name.key, start.start, "a function that is not known, or a factor")
        return name

    def powered_call(self, name: Name) -> Node:
        mark = self.place
        self.take()
        tokens = self.argument()
        if self.at("("):
            if [token.text for token in tokens] == ["-", "1"]:
                raise NotUnderstoodError("^{-1}", tokens[0].start, "an inverse function")
            return Power(self.call(name, 0), self.inside(tokens))
        self.place = mark
        return name

    def call(self, name: Name, primes: int) -> Node:
        mark = self.place
        arguments = self.arguments()
        inside = [part for argument in arguments for part in walk(argument)]
        named = any(isinstance(part, Name) and part.key == name.key for part in inside)
        called = any(isinstance(part, Call) and part.function.key == name.key for part in inside)
        if named and not called and not primes:
            self.place = mark  # f(1 - f) is a product: a function is not its own argument
            return name
        return Call(name, arguments, primes)

    def arguments(self) -> tuple[Node, ...]:
        inner = self.group()
        return tuple(self.inside(part) for part in split(inner, ",", ";"))

    def known_function(self) -> str | None:
        """The known function that is named next (which is then behind), unless the note defines the name itself."""
        token = self.look()
        if token.kind == "text":
            name = grammar.FUNCTIONS.get(token.text)
            length = 1
        elif token.kind == "command":
            name = grammar.FUNCTIONS.get(token.text[1:])
            length = 1
        else:
            run = self.run_of_letters()
            name, length = grammar.FUNCTIONS.get(run), len(run)
        if name is None or (token.kind != "command" and self.vocabulary.is_defined(token.text)):
            return None
        self.place += length
        return name

    def run_of_letters(self) -> str:
        """The letters that stand side by side from here on."""
        run = ""
        end = self.look().start
        while self.look(len(run)).kind == "letter" and self.look(len(run)).start == end:
            end = self.look(len(run)).end
            run += self.look(len(run)).text
        return run

    def known_call(self, name: str) -> Node:
        start = self.look()
        base: Node | None = None
        exponent: Sequence[Token] | None = None
        primes = 0
        while self.at("_", "^", "'"):
            mark = self.take().text
            if mark == "'":
                primes += 1
            elif mark == "^":
                exponent = self.argument()
            elif name == "log":
                base = self.inside(self.argument())
            else:
                raise NotUnderstoodError(f"\\{name}_", start.start)
        if exponent is not None and [token.text for token in exponent] == ["-", "1"]:
            raise NotUnderstoodError(f"\\{name}^{{-1}}", start.start, "an inverse function")
        arguments = self.arguments() if self.at("(", "[", "\\{", "{") else self.bare_argument(name, primes)
        if name in {"max", "min"} and len(arguments) < 2:
            raise NotUnderstoodError(f"\\{name}", start.start, "one argument")
        called: Node = Call(Name(name), (*arguments, base) if base is not None else arguments, primes)
        return Power(called, self.inside(exponent)) if exponent is not None else called

    def bare_argument(self, name: str, primes: int) -> tuple[Node, ...]:
        """The argument of a function without brackets: `\\log x`, `\\sin 2x`; more than that is doubtful."""
        if not self.starts_factor() and self.look().kind != "number":
            if primes or name in {"tanh", "sigmoid", "relu", "sin", "cos", "exp", "softplus"}:
                return ()
            raise self.stop(f"the argument of {name} was expected")
        node: Node | None = None
        if self.look().kind == "number":
            node = Number(self.take().text)
        if node is None or self.starts_factor():
            factor = self.postfix(self.prefix())
            node = factor if node is None else Binary("*", node, factor)
        if self.starts_factor() and self.look().text[1:] not in grammar.FUNCTIONS:
            raise self.stop(f"where the argument of {name} ends is doubtful")
        return (node,)

    def group_or_name(self) -> Node:
        if self.at("(", "[", "{"):
            return self.inside(self.group())
        return self.named()


_PREFIX: Mapping[str, Callable[[Reader], Node]] = {
    "\\frac": calculus.fraction,
    "\\sqrt": brackets.root,
    "\\sum": brackets.big,
    "\\prod": brackets.big,
    "\\nabla": calculus.nabla,
    "(": brackets.bracket,
    "[": brackets.bracket,
    "{": brackets.bracket,
    "\\{": brackets.bracket,
    "|": brackets.bar,
    "||": brackets.bar,
    **{
        f"\\begin{{{name}{star}}}": brackets.environment
        for name in grammar.CASES | grammar.MATRICES
        for star in ("", "*")
    },
    **{f"\\{name}": Reader.named for name in grammar.FUNCTIONS if name != "sqrt"},
    **dict.fromkeys(grammar.ACCENTS, Reader.named),
    "\\operatorname": Reader.named,
}
