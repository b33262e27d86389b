"""What speaks against taking an assignment of a sympy block for a wrong gradient."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sympy

from notevault.frontends.claims import Outcome, Verdict

_ELSEWISE = re.compile(
    r"\b(?:wrong|incorrect|mistake|bug|buggy|oops|false|without|ignor\w+|approx\w*|numerical|finite|scaled|step|part)\b",
    re.IGNORECASE,
)
"""Words of a comment that take back what a line says, or say that it is meant otherwise."""

_SMALL = re.compile(r"d[A-Za-z]\w?")
"""Names that small numbers have too: `dx = 1/100`."""


def bound_twice(source: str) -> set[str]:
    """Names that the block binds more than once, or in a loop: their values of the time are gone."""
    tree = ast.parse(source)
    bound = _stored(tree)
    looped = {name for loop in ast.walk(tree) if isinstance(loop, ast.For | ast.While) for name in _stored(loop)}
    return looped | {name for name in bound if bound.count(name) > 1}


def _stored(tree: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def tempered(
    verdict: Verdict, name: str, statement: ast.Assign, source: str, namespace: Mapping[str, Any]
) -> Verdict | None:
    """A refutation only where nothing says that `name` is meant otherwise; None where it is no gradient at all."""
    if verdict.outcome is not Outcome.REFUTED:
        return verdict
    if _SMALL.fullmatch(name) and not getattr(namespace[name], "free_symbols", True):
        return None
    inside = list(ast.walk(statement.value))
    for part in inside:
        if isinstance(part, ast.Name) and isinstance(namespace.get(part.id), int | float | sympy.Number):
            return Verdict(Outcome.INCONCLUSIVE, reason=f"it may be scaled by {part.id} on purpose")
    if any(isinstance(part, ast.Constant) and isinstance(part.value, float) for part in inside):
        return Verdict(Outcome.INCONCLUSIVE, reason="it may be scaled by a number on purpose")
    first = max(statement.lineno - 2, 0)
    if _ELSEWISE.search(" ".join(_comments(source.split("\n")[first : statement.end_lineno]))):
        return Verdict(Outcome.INCONCLUSIVE, reason="a comment says that it is meant otherwise")
    return verdict


def _comments(lines: Sequence[str]) -> Iterator[str]:
    """What stands behind a `#`; of the line above only when it is nothing but a comment."""
    for place, line in enumerate(lines):
        before, mark, said = line.partition("#")
        if mark and (place > 0 or not before.strip()):
            yield said
