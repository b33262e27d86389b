"""The functions that a note defines in its formulas, as far as each can be read in one way only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from notevault.frontends.expressions import Expr, ExpressionError
from notevault.frontends.latex.context import Context, definition, vocabulary
from notevault.frontends.latex.lowering import AbstractError, Lowering
from notevault.frontends.latex.shapes import shapes
from notevault.frontends.latex.statements import statements
from notevault.frontends.latex.symbols import opaque
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.programs import TooLargeError, UnknownHeadError

_COMMAND = re.compile(r"\\(?:text|mathrm|operatorname)\s*\{[^{}]*\}|\\[a-zA-Z]+")
_SEVERAL_READINGS = re.compile(r"[A-Z]{2,}|[A-Za-z]{3,}")
_NOT_A_NUMBER = re.compile(
    r"\\mathbf|\\boldsymbol|\\vec|\\top|\^\{?\s*T\b|\\(?:text|mathrm|operatorname)\s*\{[^{}]*\}\s*(?:\(|\\left)"
)


def functions(formulas: Sequence[str]) -> Iterator[tuple[int, str, Expr]]:
    r"""For each formula of the form `name = expression` its index, the name, and the expression of numbers.

    Formulas whose letters could be read as a word (`TP`) and those that speak of vectors are left out.

    >>> list(functions([r"z = \frac{x - \mu}{\sigma}", r"P = \frac{TP}{TP + FP}"]))
    [(0, 'z', (-mu + x)/sigma)]
    """
    found = [(index, statement) for index, latex in enumerate(formulas) for statement in statements(latex)]
    known = vocabulary([statement for _, statement in found])
    for index, statement in found:
        latex = formulas[index]
        if _SEVERAL_READINGS.search(_COMMAND.sub(" ", latex)) or _NOT_A_NUMBER.search(latex):
            continue
        try:
            stated = definition(statement, known, 0)
            if stated is None or stated.body is None or stated.is_value or len(statement.items) != 2:
                continue
            expr = Lowering(Context(known), shapes([stated.body], ())).scalar(stated.body)
        except (NotUnderstoodError, AbstractError, ExpressionError, TooLargeError, UnknownHeadError):
            continue
        yield index, opaque(stated.name), expr
