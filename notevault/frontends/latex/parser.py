"""The Pratt parser for LaTeX expressions; it knows which names the note uses, and stops at what it does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from notevault.frontends.latex import grammar
from notevault.frontends.latex.cursor import Cursor, split
from notevault.frontends.latex.nodes import (
    Absolute,
    At,
    Big,
    Binary,
    Call,
    Cases,
    Comparison,
    Derivative,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Transpose,
    Vector,
    walk,
)
from notevault.frontends.latex.symbols import Vocabulary, opaque, read_name
from notevault.frontends.latex.tokens import NotUnderstoodError, Token, tokenize

MAX_DEPTH = 40
_DIFFERENTIALS = frozenset({"d", "\\partial"})


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
                derivative = self.slashed_derivative()
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
        if texts in (["T"], ["\\top"]) or texts in (["\\mathsf"], ["t"]) and isinstance(base, Name) and base.bold:
            return Transpose(base)
        if texts == ["*"] or texts == ["'"]:
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
        name = read_name(self, self.vocabulary)
        primes = 0
        while self.skip("'"):
            primes += 1
        if self.at("^") and self.look(1).text == "'":
            raise self.stop()
        if primes and not self.at("("):
            # x' of a plain name is another name, not a derivative
            return Call(name, (), primes) if self.vocabulary.calls(name) else replace(name, label=name.label + "'" * primes)
        if self.at("[") and (name.base in {"E", "Var", "P"} or name.base.startswith("bb_")):
            raise NotUnderstoodError(f"{name.key}[", start.start)
        if self.at("(") and (primes or self.vocabulary.calls(name)):
            return self.call(name, primes)
        if self.at("(") and not self.vocabulary.is_variable(name):
            mark = self.place
            arguments = self.arguments()
            if all(isinstance(argument, Name) for argument in arguments):
                return Call(name, arguments)
            if len(arguments) > 1:
                raise NotUnderstoodError(f"{name.key}(", start.start, "a function that the note does not define")
            self.place = mark
        if self.at("^") and self.vocabulary.calls(name):
            return self.powered_call(name)
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
        if not primes and any(isinstance(n, Name) and n.key == name.key for a in arguments for n in walk(a)):
            if not any(isinstance(n, Call) and n.function.key == name.key for a in arguments for n in walk(a)):
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

    # -- derivatives ----------------------------------------------------------------------------------------------

    def slashed_derivative(self) -> Node | None:
        """`dL/dw` and `\\partial L / \\partial w`, or None when it is not one."""
        mark = self.place
        first = self.take()
        try:
            function = read_name(self, self.vocabulary) if self.look().kind in {"letter", "command", "text"} else None
            if function is not None and self.skip("/") and self.at("d", "\\partial"):
                partial = self.take().text == "\\partial"
                return Derivative(function, (read_name(self, self.vocabulary),), partial)
        except NotUnderstoodError:
            if first.text == "\\partial":
                raise
        if first.text == "\\partial":
            raise NotUnderstoodError(first.text, first.start)
        self.place = mark
        return None

    def fraction(self) -> Node:
        self.take()
        above, below = self.argument(), self.argument()
        if below and below[0].text in _DIFFERENTIALS and above and above[0].text in _DIFFERENTIALS and len(below) > 1:
            return self.derivative(above, below)
        return Binary("/", self.inside(above), self.inside(below))

    def derivative(self, above: Sequence[Token], below: Sequence[Token]) -> Node:
        variables, order = self.differentials(below)
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
        function = self.inside(rest) if rest else self.operand()
        return Derivative(function, variables, partial)

    def differentials(self, tokens: Sequence[Token]) -> tuple[tuple[Name, ...], int]:
        """The variables below a derivative, each as often as it is differentiated by."""
        reader = Reader(tokens, self.vocabulary, self.reading, self.depth + 1)
        variables: list[Name] = []
        while reader.look().kind != "end":
            if not reader.at("d", "\\partial"):
                raise reader.stop("a derivative by something that is not a name")
            reader.take()
            inner = reader.argument() if reader.at("{") else None
            name = read_name(Reader(inner, self.vocabulary, self.reading, 0) if inner else reader, self.vocabulary)
            times = 1
            if reader.at("^"):
                mark = reader.take()
                power = reader.argument()
                if len(power) != 1 or not power[0].text.isdigit() or int(power[0].text) > 4:
                    raise NotUnderstoodError("^", mark.start, "a derivative by something that is not a name")
                times = int(power[0].text)
            variables += [name] * times
        return tuple(variables), len(variables)

    def operand(self) -> Node:
        """What a derivative operator applies to: the product that follows; doubtful where a sum goes on."""
        bracketed = self.at("(", "[", "\\{")
        start = self.look()
        if bracketed:
            node = self.postfix(self.prefix())
            if self.starts_factor():
                self.reading.doubts.append("how far the derivative reaches")
                node = Binary("*", node, self.expression(grammar.PRODUCT - 1))
            return node
        node = self.expression(grammar.PRODUCT - 1)
        if self.at("+", "-") or any(token.text == "\\frac" and self._is_operator(i) for i, token in self._since(start)):
            self.reading.doubts.append("how far the derivative reaches")
        return node

    def _since(self, start: Token) -> list[tuple[int, Token]]:
        return [(i, token) for i, token in enumerate(self.tokens[: self.place]) if token.start > start.start]

    def _is_operator(self, i: int) -> bool:
        texts = [token.text for token in self.tokens[i + 1 : i + 4]]
        return texts[:3] in (["{", "d", "}"], ["{", "\\partial", "}"])

    def nabla(self) -> Node:
        self.take()
        variables: tuple[Name, ...] = ()
        if self.skip("_"):
            variable = self.inside(self.argument())
            if not isinstance(variable, Name):
                raise self.stop("a gradient by something that is not a name")
            variables = (variable,)
        if self.at("^"):
            raise self.stop()
        node = self.group_or_name()
        return Derivative(node, variables, partial=True, gradient=True)

    def group_or_name(self) -> Node:
        if self.at("(", "[", "{"):
            return self.inside(self.group())
        return self.named()

    # -- brackets, sums, roots ------------------------------------------------------------------------------------

    def bracket(self) -> Node:
        opening = self.look()
        inner = self.group()
        parts = split(inner, ",")
        if opening.text in {"(", "["} and len(parts) > 1:
            return Vector(tuple(self.inside(part) for part in parts))
        if opening.text == "\\{":
            return self.inline_cases(inner)
        if opening.text in {"(", "["} and self.at("'"):
            return self.primed(self.inside(inner))
        return self.inside(inner)

    def primed(self, node: Node) -> Node:
        """`(x^2)'`: the derivative by the only name inside, or by the only one that is a variable by custom."""
        names = sorted({opaque(part) for part in walk(node) if isinstance(part, Name)} - _called(node))
        customary = [name for name in names if name in {"x", "t", "z", "u", "s"}]
        if len(names) != 1 and len(customary) != 1:
            raise self.stop("by which name is differentiated is doubtful")
        times = 0
        while self.skip("'"):
            times += 1
        return Derivative(node, (Name((customary or names)[0]),) * times, partial=False)

    def bar(self) -> Node:
        token = self.take()
        self.bars += 1
        inner = self.expression(0)
        self.bars -= 1
        self.expect(token.text)
        if token.text == "|":
            return Absolute(inner)
        order = 2
        if self.skip("_"):
            digits = self.argument()
            if len(digits) != 1 or digits[0].text not in {"1", "2"}:
                raise self.stop("a norm other than 1 and 2")
            order = int(digits[0].text)
        return Norm(inner, order)

    def root(self) -> Node:
        self.take()
        degree: Node = Number("2")
        if self.at("["):
            degree = self.inside(self.group())
        return Power(self.inside(self.argument()), Binary("/", Number("1"), degree))

    def big(self) -> Node:
        token = self.take()
        low: Sequence[Token] | None = None
        high: Sequence[Token] | None = None
        while self.at("_", "^"):
            if self.take().text == "_":
                low = self.argument()
            else:
                high = self.argument()
        if not low or low[0].kind != "letter":
            raise NotUnderstoodError(token.text, token.start, "a sum without an index")
        if len(low) > 1 and low[1].text != "=":
            raise NotUnderstoodError(low[1].text, low[1].start, "the range of a sum")
        first = self.inside(low[2:]) if len(low) > 1 else None
        last = self.inside(high) if high else None
        index = low[0].text
        body = self.expression(grammar.PRODUCT - 1)
        return Big("sum" if token.text == "\\sum" else "prod", index, first, last, body)

    def environment(self) -> Node:
        opening = self.take()
        kind = opening.text.removeprefix("\\begin{").removesuffix("}").removesuffix("*")
        start = self.place
        depth = 1
        while depth:
            token = self.take()
            if token.kind == "end":
                raise NotUnderstoodError(opening.text, opening.start, "never closed")
            depth += token.text.startswith("\\begin{") - token.text.startswith("\\end{")
        inner = self.tokens[start : self.place - 1]
        rows = [row for row in split(inner, "\\\\") if row]
        if kind in grammar.CASES:
            return Cases(tuple(self.branch(split(row, "&"), row) for row in rows))
        if kind in grammar.MATRICES:
            cells = [split(row, "&") for row in rows]
            if len(cells) == 1:
                return Vector(tuple(self.inside(cell) for cell in cells[0]))
            if all(len(row) == 1 for row in cells):
                return Vector(tuple(self.inside(row[0]) for row in cells))
        raise NotUnderstoodError(opening.text, opening.start)

    def branch(self, cells: list[Sequence[Token]], row: Sequence[Token]) -> tuple[Node, tuple[Comparison, ...]]:
        if len(cells) < 2:
            cells = split(row, ",")
        if len(cells) != 2:
            raise NotUnderstoodError("\\begin{cases}", row[0].start, "a case without its condition")
        value, condition = cells
        if value and value[-1].text == ",":
            value = value[:-1]
        return self.inside(value), self.condition(condition)

    def inline_cases(self, inner: Sequence[Token]) -> Node:
        """`\\{0, x<0; 1, x>0\\}`."""
        rows = split(inner, ";")
        if len(rows) < 2:
            raise NotUnderstoodError("\\{", inner[0].start if inner else 0, "a set")
        return Cases(tuple(self.branch([], row) for row in rows))

    def condition(self, tokens: Sequence[Token]) -> tuple[Comparison, ...]:
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
        sides = [self.inside(piece) for piece in pieces]
        return tuple(Comparison(sign, *sides[i : i + 2]) for i, sign in enumerate(signs))


def _called(node: Node) -> set[str]:
    """The names of the functions that are called in `node`."""
    return {opaque(part.function) for part in walk(node) if isinstance(part, Call)}


_PREFIX: Mapping[str, Callable[[Reader], Node]] = {
    "\\frac": Reader.fraction,
    "\\sqrt": Reader.root,
    "\\sum": Reader.big,
    "\\prod": Reader.big,
    "\\nabla": Reader.nabla,
    "(": Reader.bracket,
    "[": Reader.bracket,
    "{": Reader.bracket,
    "\\{": Reader.bracket,
    "|": Reader.bar,
    "||": Reader.bar,
    **{f"\\begin{{{name}{star}}}": Reader.environment for name in grammar.CASES | grammar.MATRICES for star in ("", "*")},
    **{f"\\{name}": Reader.named for name in grammar.FUNCTIONS if name != "sqrt"},
    **{command: Reader.named for command in grammar.ACCENTS},
    "\\operatorname": Reader.named,
}
