"""What a note says its names are: the vocabulary of its formulas, and the definitions that stand before a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from notevault.frontends.latex.cursor import Cursor, split
from notevault.frontends.latex.nodes import Call, Name, Node, Number, Vector, walk
from notevault.frontends.latex.parser import read
from notevault.frontends.latex.statements import Statement
from notevault.frontends.latex.symbols import Vocabulary, opaque, read_name
from notevault.frontends.latex.tokens import NotUnderstoodError, Token


@dataclass(frozen=True, slots=True)
class Definition:
    """`name(parameters) = body`; `body` is None when it was not understood. `place` is that of its formula."""

    name: Name
    parameters: tuple[Name, ...]
    body: Node | None
    place: int
    from_code: bool = False

    @property
    def is_value(self) -> bool:
        """Whether it gives a number, not a formula."""
        return self.body is not None and not any(isinstance(part, Name | Call) for part in walk(self.body))


def vocabulary(found: Iterable[Statement], code_names: Iterable[str] = ()) -> Vocabulary:
    """The names that the statements of a note use."""
    functions: set[str] = set()
    words: set[str] = {name for name in code_names if len(name) > 1}
    names: set[str] = set()
    letters: set[str] = set()
    for statement in found:
        for item in statement.items:
            letters.update(_single_letters(item))
        if statement.continues or statement.relations[0] not in {"=", ":="}:
            continue
        first = statement.items[0]
        word = _word(first)
        if word:
            words.add(word)
            continue
        name, is_function = _defined_name(first)
        if name is not None:
            (functions if is_function else names).add(opaque(name) if is_function else name.key)
    return Vocabulary(frozenset(functions), frozenset(words), frozenset(names - functions), frozenset(letters))


def _single_letters(tokens: Sequence[Token]) -> Iterator[str]:
    run: list[Token] = []
    for token in tokens:
        if token.kind == "letter" and run and run[-1].end == token.start:
            run.append(token)
            continue
        if len(run) <= 2:
            yield from (letter.text for letter in run)
        run = [token] if token.kind == "letter" else []
    if len(run) <= 2:
        yield from (letter.text for letter in run)


def _word(tokens: Sequence[Token]) -> str:
    """The run of three or more letters (or two capitals) at the beginning, when a bracket or nothing follows."""
    length = 0
    while (
        length < len(tokens)
        and tokens[length].kind == "letter"
        and (length == 0 or tokens[length].start == tokens[length - 1].end)
    ):
        length += 1
    run = "".join(token.text for token in tokens[:length])
    alone = length == len(tokens) or tokens[length].text in {"(", "_"}
    return run if alone and (len(run) > 2 or (len(run) == 2 and run.isupper())) else ""


def _defined_name(tokens: Sequence[Token]) -> tuple[Name | None, bool]:
    """The name that the item consists of, and whether it has arguments that are all names."""
    cursor = Cursor(tokens)
    try:
        name = read_name(cursor, Vocabulary())
        if cursor.look().kind == "end":
            return name, False
        if not cursor.at("("):
            return None, False
        for part in split(cursor.group(), ",", ";"):
            inner = Cursor(part)
            read_name(inner, Vocabulary())
            if inner.look().kind != "end":
                return None, False
    except NotUnderstoodError:
        return None, False
    return (name, True) if cursor.look().kind == "end" else (None, False)


@dataclass(slots=True)
class Context:
    """The definitions met so far, in the order of the note.

    `sigmoid` when the note says that sigma is the logistic function.
    """

    vocabulary: Vocabulary
    sigmoid: bool = False
    definitions: list[Definition] = field(default_factory=list)

    def define(self, definition: Definition) -> None:
        """Adds a definition; a later one of the same name takes its place."""
        self.definitions.append(definition)

    def find(self, name: Name) -> Definition | None:
        """The nearest definition of `name`: with the very indices it has, or with as many free ones.

        A formula comes before a number, and what formulas say before what code says. Without any, the only definition
        of a name that differs by a label (`sigma` for `sigma_ReLU`).
        """
        candidates = [d for d in reversed(self.definitions) if _defines(d, name)]
        if candidates:
            return min(candidates, key=lambda d: (d.is_value, d.from_code))
        if name.indices or name.label:
            return None
        labelled = {
            d.name.key: d
            for d in self.definitions
            if d.name.base == name.base and d.name.label and d.parameters and not _mentions(d, name)
        }
        return next(iter(labelled.values())) if len(labelled) == 1 else None

    def number(self, symbol: str) -> Node | None:
        """The number that the note gives for a symbol such as `x` or `x_2` (then possibly inside a vector)."""
        base, _, index = symbol.rpartition("_")
        for defined in reversed(self.definitions):
            if not defined.is_value or defined.parameters:
                continue
            if opaque(defined.name) == symbol:
                return defined.body
            items = defined.body.items if isinstance(defined.body, Vector) else ()
            if opaque(defined.name) == base and index.isdigit() and 0 < int(index) <= len(items):
                return items[int(index) - 1]
        return None


def _mentions(definition: Definition, name: Name) -> bool:
    """Whether the definition itself speaks of `name`, which then is something else."""
    return definition.body is not None and any(
        isinstance(part, Name) and opaque(part) == opaque(name) for part in walk(definition.body)
    )


def _defines(definition: Definition, name: Name) -> bool:
    return opaque(definition.name) == opaque(name) or (definition.name.key == name.key and _fits(definition.name, name))


def _fits(defined: Name, used: Name) -> bool:
    return (
        len(defined.indices) == len(used.indices) > 0
        and all(isinstance(index, Name) for index in defined.indices)
        and len({opaque(index) for index in defined.indices if isinstance(index, Name)}) == len(defined.indices)
    )


def definition(statement: Statement, known: Vocabulary, place: int) -> Definition | None:
    """The definition that a statement makes: a name, or a name with names as its arguments, equals something else."""
    if statement.continues or statement.relations[0] not in {"=", ":="}:
        return None
    try:
        left = read(statement.items[0], known)
    except NotUnderstoodError:
        return None
    name, parameters = _head(left)
    if name is None:
        return None
    body: Node | None
    try:
        body = read(statement.items[1], known)
    except NotUnderstoodError:
        body = None
    if body is not None and any(isinstance(part, Name) and opaque(part) == opaque(name) for part in walk(body)):
        return None
    return Definition(name, parameters, body, place)


def _head(left: Node) -> tuple[Name | None, tuple[Name, ...]]:
    if isinstance(left, Name):
        return left, ()
    if isinstance(left, Call) and not left.primes:
        names = tuple(argument for argument in left.arguments if isinstance(argument, Name))
        if len(names) == len(left.arguments) and not any(isinstance(i, Number) for n in names for i in n.indices):
            return left.function, names
    return None, ()
