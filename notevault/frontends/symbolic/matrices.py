"""Matrix expressions as the steps of their entries: what is true of a matrix is true of its entries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import combinations

import numpy as np
import sympy

from notevault.frontends.symbolic.building import Builder
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.flattening import ArrayExpansion, Expansion, Flattener, Scope, Steps, is_array
from notevault.frontends.symbolic.steps import TooLargeError, UnknownHeadError
from notevault.frontends.symbolic.sums import entry

MAX_SIDE = 12
MAX_DETERMINANT = 6
MAX_POWER = 8


class _Algebra:
    """Arithmetic on arrays of steps."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.zero, self.one, self.minus_one = (builder.number(sympy.Integer(n)) for n in (0, 1, -1))

    def entrywise(self, head: str, *arrays: Steps) -> Steps:
        return np.array(np.vectorize(lambda *steps: self.builder.apply(head, *map(int, steps)))(*arrays), dtype=np.intp)

    def total(self, steps: list[int]) -> int:
        return steps[0] if len(steps) == 1 else self.builder.apply("Add", *steps)

    def times(self, first: Steps, second: Steps) -> Steps:
        product = self.builder.apply
        return np.array(
            [[self.total([product("Mul", int(a), int(b)) for a, b in zip(row, column, strict=True)])
              for column in second.T] for row in first],
            dtype=np.intp,
        )  # fmt: skip

    def identity(self, size: int) -> Steps:
        return np.where(np.eye(size, dtype=bool), self.one, self.zero)

    def determinant(self, matrix: Steps) -> int:
        """Laplace's expansion by the rows, each minor once."""
        size = len(matrix)
        if size > MAX_DETERMINANT:
            raise TooLargeError(f"a determinant of {size} rows")
        minors: dict[tuple[int, ...], int] = {(): self.one}
        for row in range(size - 1, -1, -1):
            for columns in combinations(range(size), size - row):
                terms = []
                for place, column in enumerate(columns):
                    minor = minors[columns[:place] + columns[place + 1 :]]
                    sign = [self.minus_one] if place % 2 else []
                    terms.append(self.builder.apply("Mul", *sign, int(matrix[row, column]), minor))
                minors[columns] = self.total(terms)
        return minors[tuple(range(size))]

    def inverse(self, matrix: Steps) -> Steps:
        """The adjugate over the determinant."""
        size = len(matrix)
        over = self.builder.apply("Pow", self.determinant(matrix), self.minus_one)
        result = np.empty((size, size), dtype=np.intp)
        for row in range(size):
            for column in range(size):
                minor = self.determinant(np.delete(np.delete(matrix, column, 0), row, 1))
                sign = [self.minus_one] if (row + column) % 2 else []
                result[row, column] = self.builder.apply("Mul", *sign, minor, over)
        return result


def _sides(flattener: Flattener, part: Expr, scope: Scope) -> tuple[int, int]:
    rows, columns = (flattener.whole(side, scope) for side in part.shape)
    if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
        raise TooLargeError(f"a matrix of {rows} by {columns}")
    return rows, columns


def _symbol(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    rows, columns = _sides(flattener, part, scope)
    label = sympy.Symbol(part.name)
    steps = [flattener.builder.symbol(entry(label, f"{i}, {j}")) for i in range(rows) for j in range(columns)]
    return np.array(steps, dtype=np.intp).reshape(rows, columns)


def _filled(diagonal: int, elsewhere: int) -> ArrayExpansion:
    def expand(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
        on, off = (flattener.builder.number(sympy.Integer(n)) for n in (diagonal, elsewhere))
        return np.where(np.eye(*_sides(flattener, part, scope), dtype=bool), on, off)

    return expand


def _sum(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    return _Algebra(flattener.builder).entrywise("Add", *(flattener.array(term, scope) for term in part.args))


def _hadamard(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    return _Algebra(flattener.builder).entrywise("Mul", *(flattener.array(factor, scope) for factor in part.args))


def _product(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    """Factors of numbers and of matrices, in the order in which they are written."""
    algebra = _Algebra(flattener.builder)
    factors = [(flattener.array(factor, scope), is_array(factor)) for factor in part.args]
    matrices = [factor for factor, is_matrix in factors if is_matrix]
    numbers = [int(factor) for factor, is_matrix in factors if not is_matrix]
    product = reduce(algebra.times, matrices)
    if not numbers:
        return product
    return algebra.entrywise("Mul", *(np.array(number, dtype=np.intp) for number in numbers), product)


def _power(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    algebra = _Algebra(flattener.builder)
    base, exponent = flattener.array(part.base, scope), part.exp
    if base.shape == (1, 1):
        return algebra.entrywise("Pow", base, flattener.array(exponent, scope))
    times = flattener.whole(exponent, scope)
    if abs(times) > MAX_POWER:
        raise TooLargeError(f"a matrix to the power {times}")
    if times < 0:
        base = algebra.inverse(base)
    return reduce(algebra.times, [base] * abs(times), algebra.identity(len(base)))


def _hadamard_power(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    base, exponent = (flattener.array(operand, scope) for operand in part.args)
    return _Algebra(flattener.builder).entrywise("Pow", base, exponent)


def _applied(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    """A function applied to every entry."""
    (name,), body = part.function.variables, part.function.expr
    entries = flattener.array(part.expr, scope)
    steps = [flattener.scalar(body, scope.reading({name: int(step)})) for step in entries.reshape(-1)]
    return np.array(steps, dtype=np.intp).reshape(entries.shape)


def _diagonal(flattener: Flattener, part: Expr, scope: Scope) -> Steps:
    entries = flattener.array(part.args[0], scope).reshape(-1)
    result = np.full((len(entries), len(entries)), flattener.builder.number(sympy.Integer(0)))
    np.fill_diagonal(result, entries)
    return result


ARRAYS: Mapping[str, ArrayExpansion] = {
    "MatrixSymbol": _symbol,
    "Identity": _filled(1, 0),
    "ZeroMatrix": _filled(0, 0),
    "OneMatrix": _filled(1, 1),
    "MatAdd": _sum,
    "MatMul": _product,
    "MatPow": _power,
    "Transpose": lambda flattener, part, scope: flattener.array(part.arg, scope).T,
    "Adjoint": lambda flattener, part, scope: flattener.array(part.arg, scope).T,
    "Inverse": lambda flattener, part, scope: _Algebra(flattener.builder).inverse(flattener.array(part.arg, scope)),
    "HadamardProduct": _hadamard,
    "HadamardPower": _hadamard_power,
    "ElementwiseApplyFunction": _applied,
    "DiagMatrix": _diagonal,
}
"""Matrix expressions as the steps of their entries, by the name of their class."""


def _entry(flattener: Flattener, part: Expr, scope: Scope) -> int:
    matrix = flattener.array(part.parent, scope)
    row, column = flattener.whole(part.i, scope), flattener.whole(part.j, scope)
    if not (0 <= row < matrix.shape[0] and 0 <= column < matrix.shape[1]):
        raise UnknownHeadError(f"entry {row}, {column} of a matrix of {matrix.shape[0]} by {matrix.shape[1]}")
    return int(matrix[row, column])


def _trace(flattener: Flattener, part: Expr, scope: Scope) -> int:
    matrix = flattener.array(part.arg, scope)
    return _Algebra(flattener.builder).total([int(step) for step in matrix.diagonal()])


def _determinant(flattener: Flattener, part: Expr, scope: Scope) -> int:
    return _Algebra(flattener.builder).determinant(flattener.array(part.arg, scope))


def _dot(flattener: Flattener, part: Expr, scope: Scope) -> int:
    first, second = (flattener.array(operand, scope).reshape(1, -1) for operand in part.args)
    return int(_Algebra(flattener.builder).times(first, second.T)[0, 0])


EXPANSIONS: Mapping[str, Expansion] = {
    "MatrixElement": _entry,
    "Trace": _trace,
    "Determinant": _determinant,
    "DotProduct": _dot,
}
"""Numbers made from matrices, by the name of their class."""
