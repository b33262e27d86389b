"""From a sympy expression to steps: every part is looked at once, by its identity, so that a part shared by many
others costs no more than one used once. Sympy's own `free_symbols`, `==` and `subs` walk such a part again at every
use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy
from sympy.core.function import AppliedUndef

from notevault.frontends.symbolic.building import Builder
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.steps import NotRealError, TooLargeError, UnknownHeadError, UnknownSizeError

MAX_VISITS = 100_000
MAX_DEPTH = 60

Steps = np.ndarray[Any, np.dtype[np.intp]]
"""An array of steps: the entries of a matrix."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for, and which parts have been looked at under that reading."""

    values: Mapping[Expr, int] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)
    kept: list[Expr] = field(default_factory=list)
    """Every part that `known` names by its identity, so that the identity stays its own."""

    def reading(self, more: Mapping[Expr, int], without: Sequence[Expr] = ()) -> Scope:
        """The same with some names read otherwise."""
        return Scope({name: step for name, step in self.values.items() if name not in without} | dict(more))


Expansion = Callable[["Flattener", Expr, Scope], int]
"""How a head is put together from other steps."""
ArrayExpansion = Callable[["Flattener", Expr, Scope], Steps]
"""A matrix expression as the steps of its entries."""


class Flattener:
    """Expressions on one list of steps; `sizes` are the whole numbers that names of sizes and indices stand for.

    `expansions` and `arrays` are found by the name of a part's class; `expanded` says whether one was used.
    """

    def __init__(
        self,
        heads: frozenset[str],
        expansions: Mapping[str, Expansion],
        arrays: Mapping[str, ArrayExpansion],
        sizes: Mapping[Expr, int] | None = None,
    ) -> None:
        self.builder = Builder()
        self.heads, self._expansions, self._arrays = heads, expansions, arrays
        self.top = Scope({name: self.builder.number(sympy.Integer(size)) for name, size in (sizes or {}).items()})
        self.expanded = False
        self._visits = self._depth = 0

    def scalar(self, expr: Expr, scope: Scope | None = None) -> int:
        """The step of a scalar expression; raises UnknownHeadError, UnknownSizeError, TooLargeError."""
        scope = self.top if scope is None else scope
        expr = sympy.sympify(expr)
        stack = [(expr, False)]
        while stack:
            part, ready = stack.pop()
            if id(part) in scope.known:
                continue
            operands = _operands(part)
            step = self._leaf_or_expansion(part, scope)
            if step is None:
                head = self._head(part)
                if not ready:
                    stack.append((part, True))
                    stack.extend((operand, False) for operand in reversed(operands))
                    continue
                step = self.builder.apply(head, *(scope.known[id(operand)] for operand in operands))
            scope.known[id(part)] = step
            scope.kept.append(part)
        return scope.known[id(expr)]

    def _leaf_or_expansion(self, part: Expr, scope: Scope) -> int | None:
        self._visits += 1
        if self._visits > MAX_VISITS:
            raise TooLargeError(f"an expression of more than {MAX_VISITS} parts")
        if getattr(part, "is_symbol", False) and part in scope.values:
            return scope.values[part]
        if getattr(part, "is_Symbol", False):
            return self.builder.symbol(_real(part))
        if isinstance(part, sympy.Basic) and (not part.args or getattr(part, "is_Number", False)):
            return self.builder.number(_constant(part))
        if is_array(part):
            return self._only_entry(part, scope)
        expand = self._expansions.get(type(part).__name__)
        return None if expand is None else self._deeper(expand, part, scope)

    def _deeper(self, expand: Callable[..., Any], part: Expr, scope: Scope) -> Any:
        self.expanded = True
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooLargeError(f"an expression with more than {MAX_DEPTH} sums and matrices in one another")
        try:
            return expand(self, part, scope)
        finally:
            self._depth -= 1

    def _only_entry(self, part: Expr, scope: Scope) -> int:
        entries = self.array(part, scope)
        if entries.size != 1:
            raise UnknownHeadError(f"{type(part).__name__} of {' by '.join(map(str, entries.shape))}")
        return int(entries.reshape(-1)[0])

    def _head(self, part: Expr) -> str:
        head = type(part).__name__
        if head not in self.heads or isinstance(part, AppliedUndef) or not _is_sympys(part):
            raise UnknownHeadError(head)
        return head

    def array(self, value: Any, scope: Scope | None = None) -> Steps:
        """The steps of the entries of a matrix, an array, a list, or (without axes) of a scalar."""
        scope = self.top if scope is None else scope
        if isinstance(value, list | tuple | sympy.Tuple):
            return np.array([self.array(entry, scope) for entry in value], dtype=np.intp)
        if isinstance(value, sympy.MatrixBase | sympy.NDimArray):
            entries = [self.scalar(entry, scope) for entry in np.ravel(np.array(value.tolist(), dtype=object))]
            return np.array(entries, dtype=np.intp).reshape(value.shape)
        if isinstance(value, sympy.MatrixExpr):
            name = type(value).__name__
            if name not in self._arrays or not _is_sympys(value):
                raise UnknownHeadError(name)
            steps: Steps = self._deeper(self._arrays[name], value, scope)
            return steps
        return np.array(self.scalar(value, scope), dtype=np.intp)

    def whole(self, expr: Expr, scope: Scope) -> int:
        """The whole number that an index or a bound is."""
        known = self.builder.constants[self.scalar(expr, scope)]
        if known is None or known != int(known):
            raise UnknownSizeError(str(expr))
        return int(known)


def is_array(value: object) -> bool:
    """Whether a value has entries."""
    return isinstance(value, sympy.MatrixBase | sympy.MatrixExpr | sympy.NDimArray)


def _operands(part: Expr) -> tuple[Expr, ...]:
    if isinstance(part, sympy.Piecewise):
        return tuple(operand for pair in part.args for operand in pair.args)
    return tuple(part.args)


def _is_sympys(part: Expr) -> bool:
    """A class of the note's own may carry the name of one of sympy's."""
    return type(part).__module__.startswith("sympy.")


def _real(symbol: Expr) -> Expr:
    if symbol.is_commutative is False or symbol.is_real is False or symbol.is_finite is False:
        raise NotRealError(symbol.name)
    return symbol


def _constant(part: Expr) -> Expr:
    if part not in (sympy.true, sympy.false) and not (part.is_number and part.is_real and part.is_finite):
        raise NotRealError(str(part))
    return part
