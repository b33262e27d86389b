"""What is wrong with a claimed gradient that is a sympy matrix: of the whole, of the line that made it, of an entry."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import sympy

from notevault.frontends.backward import lines
from notevault.frontends.backward.points import Array, agree
from notevault.frontends.backward.search import Line
from notevault.frontends.backward.whole import ratio
from notevault.frontends.comparison.identity import equal
from notevault.frontends.explain import Explanation, explain
from notevault.frontends.symbolic.engine import derivatives
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.programs import TooLargeError, UnknownHeadError

MAX_ENTRIES = 36
POINTS = 3
EXPLAINED = 3
UNEXPLAINED = Explanation("not localised", "wrong, not localised to one term or factor")


def explain_matrix(
    function: Expr, parameter: sympy.MatrixBase, claimed: sympy.MatrixBase, name: str, line: Line
) -> Explanation:
    """What is wrong with a matrix that is not the gradient of a scalar by a matrix of symbols.

    `name` is the gradient's name, `line` the assignment that made it.

    >>> w = sympy.Matrix(sympy.symbols("w1:3"))
    >>> line = Line(None, {}, lambda expression, names: None)
    >>> explain_matrix((w.T * w)[0], w, w, "dw", line).text
    'the factor 2 is missing'
    """
    try:
        slopes = sympy.Matrix(*parameter.shape, derivatives(function, list(parameter)))
    except (UnknownHeadError, TooLargeError):
        return UNEXPLAINED
    said = sympy.Matrix(claimed)
    if said.shape != slopes.shape and 1 in said.shape and said.shape == slopes.T.shape:
        said = said.T  # a row for a column: both ways to write the gradient by a vector are in use
    search = _Search(name, function, parameter, said, slopes, line)
    if said.shape != slopes.shape:
        return _of_another_shape(search)
    wrong = [k for k, (right, entry) in enumerate(zip(slopes, said, strict=True)) if equal(right, entry).different]
    return _why(search, wrong) if wrong else UNEXPLAINED


@dataclass(frozen=True)
class _Search:
    """The two sides, and how the line that made the claimed one can be changed."""

    name: str
    function: Expr
    parameter: sympy.MatrixBase
    said: sympy.MatrixBase
    slopes: sympy.MatrixBase
    line: Line
    product: type[ast.operator] = ast.Mult

    def accepts(self, value: Any) -> bool:
        """Whether the value of a changed line is the right gradient."""
        if not isinstance(value, sympy.MatrixBase) or value.shape != self.slopes.shape:
            return False
        pairs = zip(self.values(value), self.values(self.slopes), strict=True)
        return all(agree(one, other) for one, other in pairs)

    def values(self, matrix: sympy.MatrixBase) -> list[Array]:
        """The matrix in numbers, at a few points."""
        symbols = sorted(self.function.free_symbols | matrix.free_symbols, key=lambda s: str(s.name))
        compute = sympy.lambdify(symbols, list(matrix), "numpy")
        source = np.random.default_rng(5)
        found = []
        for _ in range(POINTS):
            point = dict(zip(symbols, source.uniform(0.3, 1.7, len(symbols)), strict=True))
            numbers = compute(*point.values())
            found.append(np.asarray(numbers, dtype=float).reshape(matrix.shape))
        return found


def _word(search: _Search) -> str:
    names = [name for name, value in search.line.names.items() if value is search.parameter]
    return names[0] if names else "the matrix"


def _of_another_shape(search: _Search) -> Explanation:
    shapes = f"its shape is {search.said.shape}, that of {_word(search)} {search.slopes.shape}"
    if search.accepts(search.said.T):
        return Explanation("transposed", f"{search.name} is transposed: {shapes}")
    return lines.repaired(search, lines.operands) or UNEXPLAINED


def _why(search: _Search, wrong: Sequence[int]) -> Explanation:
    whole = _whole(search)
    if whole is not None:
        return whole
    for step in (partial(lines.repaired, changes=lines.operands), partial(lines.repaired, changes=lines.terms)):
        found = step(search)
        if found is not None:
            return found
    found = _of_a_name(search)
    if found is not None:
        return found
    entries = [_entry(search, k) for k in wrong[:EXPLAINED]]
    kinds = Counter(entry.kind for entry in entries if entry.kind != "not localised")
    if kinds:
        (kind, _), *_ = kinds.most_common(1)
        return next(entry for entry in entries if entry.kind == kind)
    for step in (partial(lines.repaired, changes=lines.factors), partial(lines.repaired, changes=lines.names)):
        found = step(search)
        if found is not None:
            return found
    return UNEXPLAINED


def _entry(search: _Search, k: int) -> Explanation:
    """What is wrong with one entry."""
    why = explain(search.function, search.parameter[k], search.said[k], search.slopes[k])
    columns = search.slopes.shape[1]
    place = f"[{k // columns}]" if columns == 1 else f"[{k // columns}, {k % columns}]"
    return replace(why, text=f"in entry {place}: {why.text}")


def _of_a_name(search: _Search) -> Explanation | None:
    """The terms with one matrix or symbol of the note left out or turned round; a matrix taken for symmetric."""
    for name, value in search.line.names.items():
        symbols = [value] if isinstance(value, sympy.Symbol) else value if isinstance(value, sympy.MatrixBase) else []
        if not all(isinstance(s, sympy.Symbol) for s in symbols) or value is search.parameter:
            continue
        if not any(s in search.slopes.free_symbols for s in symbols):
            continue
        if _same(search, search.said, search.slopes.subs(dict.fromkeys(symbols, 0))):
            return Explanation("missing term", f"the term with {name} is missing")
        if _same(search, search.said, search.slopes.subs({s: -s for s in symbols}, simultaneous=True)):
            return Explanation("sign of a term", f"the sign of the term with {name} is wrong")
        if isinstance(value, sympy.MatrixBase) and value.shape[0] == value.shape[1] > 1:
            mirrored = {value[i, j]: value[j, i] for i in range(value.shape[0]) for j in range(i)}
            if _same(search, search.said.subs(mirrored), search.slopes.subs(mirrored)):
                text = f"it is right for a symmetric {name} only: {_word(search)} enters twice, and one path is missing"
                return Explanation("missing path", text)
    return None


def _same(search: _Search, one: sympy.MatrixBase, other: sympy.MatrixBase) -> bool:
    pairs = zip(search.values(one), search.values(other), strict=True)
    return all(bool(np.all(np.isfinite(b))) and agree(a, b) for a, b in pairs)


def _whole(search: _Search) -> Explanation | None:
    """Transposed, the wrong sign, or a factor that all entries lack."""
    if search.said.shape[0] == search.said.shape[1] > 1 and search.accepts(search.said.T):
        return Explanation("transposed", f"{search.name} is transposed")
    said, right = search.values(search.said), search.values(search.slopes)
    times = ratio(np.concatenate([r.ravel() for r in right]), np.concatenate([s.ravel() for s in said]))
    if times is None or times == 1:
        return None
    if times == -1:
        return Explanation("sign", f"the sign of {search.name} is wrong")
    return factor_of(times, search.function, search.line.names)


def factor_of(times: Fraction, function: Expr, names: Mapping[str, Any]) -> Explanation:
    """A factor in words: 1/n where the function is a mean over the n rows of one of the note's matrices."""
    rows = {value.shape[0] for value in names.values() if isinstance(value, sympy.MatrixBase)}
    divided = {abs(int(number.q)) for number in function.atoms(sympy.Rational) if number.q != 1}
    for count in sorted(rows - {1, 2}):
        if times == Fraction(1, count) and divided & {count, 2 * count}:
            return Explanation("sum for mean", f"the factor 1/{count} is missing: the loss is a mean over {count} rows")
        if times == count and not divided & {count, 2 * count}:
            return Explanation(
                "sum for mean", f"the factor 1/{count} is too much: the loss is no mean over {count} rows"
            )
    if times.denominator == 1 and times > 0:
        return Explanation("factor", f"the factor {times} is missing")
    if times.numerator == 1 and times > 0:
        return Explanation("factor", f"the factor {times.denominator} is too much")
    return Explanation("factor", f"it must be multiplied by {times}")
