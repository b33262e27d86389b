"""The functions that a note defines in its formulas, as far as each can be read in one way only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notevault.frontends.latex.context import Context, definition, vocabulary
from notevault.frontends.latex.grammar import GREEK
from notevault.frontends.latex.lowering import AbstractError, Lowering
from notevault.frontends.latex.shapes import shapes
from notevault.frontends.latex.source import identifier, source
from notevault.frontends.latex.statements import Statement, statements
from notevault.frontends.latex.symbols import Vocabulary
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.symbolic.expressions import Expr, ExpressionError
from notevault.frontends.symbolic.programs import TooLargeError, UnknownHeadError

_COMMAND = re.compile(r"\\(?:text|mathrm|operatorname)\s*\{[^{}]*\}|\\[a-zA-Z]+")
_SEVERAL_READINGS = re.compile(r"[A-Z]{2,}|[A-Za-z]{3,}")
_NOT_A_NUMBER = re.compile(
    r"\\mathbf|\\boldsymbol|\\vec|\\top|\^\{?\s*T\b|\\(?:text|mathrm|operatorname)\s*\{[^{}]*\}\s*(?:\(|\\left)"
)
_NO_ARITHMETIC = re.compile(
    r"\*[^()*]*\)\s*(?:\\left)?\("  # `(x * w)(t)`: the star makes a function of two, it is no product
    r"|\^\s*\{\s*[(\[][^{}]*[-+]"  # `a^{(l-1)}`: the number of a layer, no power
    rf"|\\(?:{'|'.join(sorted(GREEK))})\s*\{{"  # `\sigma{(x)}`: a function in other brackets
)


@dataclass(frozen=True, slots=True)
class Defined:
    """`name = source` in Python, read from formula number `index`, and its value as an expression of numbers."""

    index: int
    name: str
    source: str
    value: Expr


def functions(formulas: Sequence[str]) -> Iterator[Defined]:
    r"""The formulas of the form `name = expression of numbers`.

    Formulas whose letters could be read as a word (`TP`) and those that speak of vectors are left out.

    >>> [f"{f.name} = {f.source}" for f in functions([r"z = \frac{x - \mu}{\sigma}", r"P = \frac{TP}{TP + FP}"])]
    ['z = (x - mu) / sigma']
    """
    found = [(index, statement) for index, latex in enumerate(formulas) for statement in statements(latex)]
    known = vocabulary([statement for _, statement in found])
    for index, statement in found:
        latex = formulas[index]
        if _SEVERAL_READINGS.search(_COMMAND.sub(" ", latex)) or _NOT_A_NUMBER.search(latex):
            continue
        if not _NO_ARITHMETIC.search(latex) and (function := _function(index, statement, known)):
            yield function


def _function(index: int, statement: Statement, known: Vocabulary) -> Defined | None:
    try:
        stated = definition(statement, known, 0)
        if stated is None or stated.body is None or stated.is_value or len(statement.items) != 2:
            return None
        value = Lowering(Context(known), shapes([stated.body], ())).scalar(stated.body)
        return Defined(index, identifier(stated.name), source(stated.body), value)
    except (NotUnderstoodError, AbstractError, ExpressionError, TooLargeError, UnknownHeadError):
        return None
