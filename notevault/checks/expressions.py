"""Outputs that are expressions in symbols: whether two are equal in any form, and what else a text may name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

import sympy

from notevault.frontends.comparison.identity import Answer, equal
from notevault.frontends.infix import ParseError, parse
from notevault.frontends.symbolic.expressions import Expr, ExpressionError

_OPERATOR = re.compile(r"[-+*/^]|\d[A-Za-z]")
_WRITTEN = re.compile(r"[\w\s.,()\[\]{}+*/^-]{1,500}")
_BETWEEN = re.compile(r"([\[\]]|,(?![^()]*\)))")
_WRAPPED = re.compile(r"(?:Immutable)?(?:Dense|Sparse)?(?:Matrix|NDimArray)\((\[.*\])\)", re.DOTALL)
_STEPS = frozenset({"diff", "integrate", "limit", "series", "subs", "doit", "solve", "evalf", "replace", "xreplace"})
_MOST = 60
_LONGEST = 2_000


def looks_symbolic(text: str) -> bool:
    """Whether a text may be an expression in names, or a list or matrix of such.

    >>> looks_symbolic("2*x + 1"), looks_symbolic("Matrix([[2*y, x]])"), looks_symbolic("a b"), looks_symbolic("3")
    (True, True, False, False)
    """
    if not _WRITTEN.fullmatch(text) or not _OPERATOR.search(text):
        return False
    elements = _elements(text)
    return elements is not None and any(isinstance(part, sympy.Expr) and part.free_symbols for part in elements)


def compared_as_expressions(stated: str, printed: str) -> bool | None:
    """Whether two texts are equal expressions, or lists of them with one form; None where that cannot be said.

    Only names that are printed may be stated: another one is a word.

    >>> compared_as_expressions("x^2 + 2x + 1", "x**2 + 2*x + 1"), compared_as_expressions("3*x", "3*x**2")
    (True, False)
    >>> compared_as_expressions("x-derivative", "3*x**2")
    """
    if not (_OPERATOR.search(stated) or "[" in stated) or len(stated) + len(printed) > _LONGEST:
        return None
    left, right = _elements(stated), _elements(printed)
    if left is None or right is None or len(left) != len(right):
        return None
    names = _names(right)
    if not names or not _names(left) <= names:
        return None
    answers = [_agree(a, b) for a, b in zip(left, right, strict=True)]
    if False in answers:
        return None if len(answers) > 1 and sorted(map(str, left)) == sorted(map(str, right)) else False
    return None if None in answers else True


def _names(elements: list[Expr | str]) -> set[str]:
    return {symbol.name for part in elements if isinstance(part, sympy.Expr) for symbol in part.free_symbols}


def _agree(a: Expr | str, b: Expr | str) -> bool | None:
    if isinstance(a, str) or isinstance(b, str):
        return True if a == b else None
    answer = equal(a, b).answer
    return None if answer is Answer.UNDETERMINED else answer is Answer.EQUAL


def _elements(text: str) -> list[Expr | str] | None:
    """The expressions of a list, and the brackets and commas between; None where a piece is neither."""
    found: list[Expr | str] = []
    wrapped = _WRAPPED.fullmatch(text.strip())
    for piece in _BETWEEN.split(wrapped[1] if wrapped else text.strip()):
        if not piece.strip():
            continue
        if _BETWEEN.fullmatch(piece):
            found.append(piece)
            continue
        try:
            found.append(parse(piece.strip()))
        except (ParseError, ExpressionError):
            return None
    return found


def names_something_else(text: str, tree: ast.Module, line: int, namespace: Mapping[str, Any]) -> bool:
    """Whether an expression beside the print on `line` may be no output: what goes in, or a step on the way.

    In the jail: the block's own expressions and the values of its names are compared with it. Symbols about which
    something is assumed are left alone too: `sqrt(x**2)` is `x` for some of them.
    """
    elements = _elements(text)
    if elements is None or _works_in_steps(tree, line):
        return True
    values = [value for value in namespace.values() if isinstance(value, sympy.Expr) and value.free_symbols]
    if not values:
        return True  # no symbols at all: a path, a name with hyphens
    if any(symbol.is_real is not None or symbol.is_integer for value in values for symbol in value.free_symbols):
        return True
    if len(elements) > 1:
        return False
    stated = elements[0]
    return any(_agree(stated, other) is not False for other in islice(chain(values, _written(tree)), _MOST))


def _works_in_steps(tree: ast.Module, line: int) -> bool:
    """Whether what is printed takes more than one step: then a comment may speak of the first."""
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    here = [node for node in statements if node.lineno <= line <= (node.end_lineno or node.lineno)]
    calls = [node.func for statement in here for node in ast.walk(statement) if isinstance(node, ast.Call)]
    names = [f.attr if isinstance(f, ast.Attribute) else f.id if isinstance(f, ast.Name) else "" for f in calls]
    return sum(name in _STEPS for name in names) > 1 or "subs" in names


def _written(tree: ast.Module) -> Iterator[Expr]:
    """The expressions that stand in the code, as far as they can be read without running it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.Call | ast.UnaryOp):
            try:
                yield parse(ast.unparse(node))
            except (ParseError, ExpressionError):
                continue
