"""How a name is written in LaTeX, and what is known of the names that a note uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notevault.frontends.latex.cursor import Cursor, split
from notevault.frontends.latex.grammar import ACCENTS, BOLD, GREEK
from notevault.frontends.latex.nodes import Name, Node, Number
from notevault.frontends.latex.tokens import NotUnderstoodError, Token

_FUNCTION_LETTERS = frozenset(
    {"f", "g", "h", "F", "G", "J", "L", "C", "E", "P", "cal_L", "cal_J", "sigma", "phi", "psi", "Phi", "ell"}
)
"""Letters that stand for functions by custom; with brackets behind them they are calls even if nothing defines them."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of a note: `functions` are defined with arguments, `words` are names of several letters,
    `names` are defined or used as plain variables (by key)."""

    functions: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()

    def calls(self, name: Name) -> bool:
        """Whether brackets behind `name` hold its arguments."""
        return (
            opaque(name) in self.functions
            or name.key in self.functions
            or (name.key in _FUNCTION_LETTERS and name.key not in self.names)
        )

    def is_variable(self, name: Name) -> bool:
        """Whether the note defines `name` as a plain variable, so that brackets behind it make a product."""
        return name.key in self.names and name.key not in _FUNCTION_LETTERS

    def is_defined(self, text: str) -> bool:
        """Whether the note itself says what `text` is."""
        return text in self.functions or text in self.names


def opaque(name: Name) -> str:
    """The name with everything below it, as one symbol: `w_1`, `x_i_j`.

    >>> opaque(Name("x", (Name("i"), Number("1"))))
    'x_i_1'
    """
    parts = [name.key]
    for index in name.indices:
        parts.append(index.text if isinstance(index, Number) else opaque(index) if isinstance(index, Name) else "?")
    return "_".join(parts)


def read_name(cursor: Cursor, vocabulary: Vocabulary) -> Name:
    """The name that stands next, with its subscript and its `^{(i)}`."""
    name = _base(cursor, vocabulary)
    above: tuple[Node, ...] = ()
    while True:
        if cursor.at("_"):
            if name.indices or name.label:
                raise cursor.stop("two subscripts")
            cursor.take()
            name = _subscripted(name, cursor.argument())
        elif cursor.at("^") and not above and _is_index(cursor):
            cursor.take()
            above = _indices(cursor.argument()[1:-1])
        else:
            return replace(name, indices=above + name.indices)


def _is_index(cursor: Cursor) -> bool:
    """Whether a superscript in brackets, `^{(i)}` or `^{[l]}`, comes next: an index and not a power."""
    texts = [cursor.look(i).text for i in range(1, 6)]
    short = cursor.look(3).kind in {"letter", "number"} and texts[0] == "{" and texts[4] == "}"
    return short and (texts[1], texts[3]) in {("(", ")"), ("[", "]")}


def _base(cursor: Cursor, vocabulary: Vocabulary) -> Name:
    token = cursor.look()
    if token.kind == "text":
        return _word(cursor)
    if token.kind == "command":
        return _command(cursor, vocabulary)
    if token.kind != "letter":
        raise cursor.stop()
    run = _run(cursor)
    for length in range(len(run), 1, -1):
        if run[:length] in vocabulary.words:
            cursor.place += length
            return Name(run[:length])
    if len(run) > 2 and not set(run) <= vocabulary.letters:
        raise NotUnderstoodError(run, token.start, "a word, or a product of letters that the note does not use")
    cursor.take()
    return Name(token.text)


def _run(cursor: Cursor) -> str:
    run, end = "", cursor.look().start
    while cursor.look(len(run)).kind == "letter" and cursor.look(len(run)).start == end:
        end = cursor.look(len(run)).end
        run += cursor.look(len(run)).text
    return run


def _word(cursor: Cursor) -> Name:
    token = cursor.take()
    word = token.text.strip()
    if not word.replace("_", "").isalnum() or word[0].isdigit():
        raise NotUnderstoodError(word or "\\text", token.start, "words")
    return Name(word)


def _command(cursor: Cursor, vocabulary: Vocabulary) -> Name:
    token = cursor.take()
    if token.text[1:] in GREEK:
        return Name(token.text[1:])
    if token.text in ACCENTS:
        inner = Cursor(cursor.argument())
        name = read_name(inner, vocabulary) if inner.look().kind != "number" else None
        if name is None or inner.look().kind != "end":
            raise NotUnderstoodError(token.text, token.start, "around something that is not a name")
        accent = ACCENTS[token.text]
        base = (
            f"{accent}_{name.base}"
            if accent in {"cal", "bb", "frak"}
            else f"{name.base}_{accent}"
            if accent
            else name.base
        )
        return replace(name, base=base, bold=name.bold or token.text in BOLD)
    raise NotUnderstoodError(token.text, token.start)


def _subscripted(name: Name, tokens: Sequence[Token]) -> Name:
    indices = _indices(tokens)
    if indices:
        return replace(name, indices=indices)
    label = "".join(token.text for token in tokens).replace("\\", "")
    if not label:
        raise NotUnderstoodError("_", 0, "an empty subscript")
    return replace(name, label=label)


def _indices(tokens: Sequence[Token]) -> tuple[Node, ...]:
    """The indices in a subscript: letters and numbers, with or without commas; () when it is a word or a formula."""
    found: list[Node] = []
    for part in split(tokens, ","):
        kinds = {token.kind for token in part}
        if not part or not kinds <= {"letter", "number"} or len(part) > 2:
            return ()
        found += [Number(t.text) if t.kind == "number" else Name(t.text) for t in part]
    return tuple(found)
