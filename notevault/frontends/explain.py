"""What is wrong with a claimed derivative: the smallest change that makes it right, found by trying changes at points.

Candidates are tried from the smallest to the largest: a sign, a factor, the derivative by another name, a factor of the
chain that is missing or too many, a term, a path of the computation, a local derivative that people get wrong. None
fitting, the claim is wrong and not localised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

import sympy

from notevault.frontends.comparison import numbers
from notevault.frontends.comparison.sampling import points
from notevault.frontends.misconceptions import logistic_argument, wrong_local_derivatives
from notevault.frontends.symbolic.engine import derivatives, gradient
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.programs import TooLargeError, UnknownHeadError, flatten

POINTS = 6
MAX_NODES = 60
MAX_TERMS = 40
MAX_PATHS = 12
_CLOSE = 1e-18
_TINY = 1e-20


@dataclass(frozen=True, slots=True)
class Explanation:
    """`kind` is one of a few words; `text` is a sentence for a person."""

    kind: str
    text: str


@lru_cache(maxsize=512)  # one mistake is looked at in several readings of a formula
def explain(function: Expr, variable: Expr, claimed: Expr, computed: Expr | None = None) -> Explanation:
    """Why `claimed` is not the derivative of `function` by `variable`.

    >>> x, w, b, y = sympy.symbols("x w b y")
    >>> loss = (w * x + b - y) ** 2
    >>> explain(loss, w, 2 * (w * x + b - y)).text
    'the chain factor x is missing: it is the derivative of w*x by w'
    >>> explain(loss, w, x * (w * x + b - y)).text
    'the factor 2 is missing'
    """
    computed = gradient(function, variable) if computed is None else computed
    try:
        search = _Search(function, variable, claimed, computed)
    except (UnknownHeadError, TooLargeError) as error:
        return Explanation("not localised", f"wrong; {error}")
    for step in _STEPS:
        try:
            found = step(search)
        except (UnknownHeadError, TooLargeError):
            found = None
        if found is not None:
            return found
    return Explanation("not localised", "wrong, not localised to one term or factor")


class _Search:
    """The two sides, and values of expressions at points where both are real numbers and not zero."""

    def __init__(self, function: Expr, variable: Expr, claimed: Expr, computed: Expr) -> None:
        self.function, self.variable = function, variable
        self.claimed, self.computed = claimed, computed
        symbols = sorted(
            function.free_symbols | claimed.free_symbols | computed.free_symbols, key=lambda s: str(s.name)
        )
        system, number, context = numbers.reals(30)
        self._system, self._number = system, number
        self.points: list[dict[Expr, Any]] = []
        self.right: list[Any] = []
        self.said: list[Any] = []
        program = flatten(computed, claimed, heads=numbers.HEADS)
        for point in _tame(list(islice(points(symbols, seed=7), 8 * POINTS))):
            values = {s: context.mpf(v.numerator) / v.denominator for s, v in point.items()}
            right, said = program.run(system, number, values)
            if right is not None and said is not None and max(abs(right), abs(said)) > _TINY:
                self.points.append(values)
                self.right.append(right)
                self.said.append(said)
            if len(self.points) == POINTS:
                break

    def values(self, expr: Expr) -> list[Any]:
        """The values of an expression at the points (None where it has none)."""
        program = flatten(expr, heads=numbers.HEADS)
        return [program.run(self._system, self._number, point)[0] for point in self.points]

    def ratio(self, above: Sequence[Any], below: Sequence[Any]) -> Fraction | None:
        """The rational number that above / below is at all points, if it is one with small parts."""
        ratios = [a / b for a, b in zip(above, below, strict=True) if a is not None and b is not None and b != 0]
        if len(ratios) < 3 or any(abs(r - ratios[0]) > _CLOSE * (1 + abs(ratios[0])) for r in ratios):
            return None
        near = Fraction(str(ratios[0])).limit_denominator(1000)
        exact = abs(ratios[0] * near.denominator - near.numerator) <= _CLOSE * 1000 * (1 + abs(ratios[0]))
        return near if exact and near and abs(near.numerator) <= 1000 else None

    def agrees(self, values: Sequence[Any]) -> bool:
        """Whether these values are those of the right derivative, at all points where they are defined."""
        pairs = [(r, v) for r, v in zip(self.right, values, strict=True) if v is not None]
        return len(pairs) >= 3 and all(abs(r - v) <= _CLOSE * (1 + abs(r) + abs(v)) for r, v in pairs)

    def corrected(self, difference: Sequence[Any], times: int = 1) -> bool:
        """Whether claimed + times · difference is right."""
        return self.agrees([None if d is None else c + times * d for c, d in zip(self.said, difference, strict=True)])


def _tame(found: list[dict[Expr, Any]]) -> list[dict[Expr, Any]]:
    """The points with small values first: far out a sigmoid is flat, and its derivative is lost in rounding."""
    small = [point for point in found if all(abs(value) <= 3 for value in point.values())]
    return [*small, *(point for point in found if point not in small)]


def _sign_or_factor(search: _Search) -> Explanation | None:
    ratio = search.ratio(search.right, search.said)
    if ratio is None:
        return None
    if ratio == -1:
        return Explanation("sign", "the sign is wrong")
    count = terms_of_mean(search.function)
    if count is not None and ratio == Fraction(1, count):
        return Explanation("sum for mean", f"the factor 1/{count} is missing: it is a mean over {count} terms")
    if ratio < 0:
        return Explanation("factor", f"it must be multiplied by {ratio}")
    if ratio.denominator == 1:
        return Explanation("factor", f"the factor {ratio} is missing")
    if ratio.numerator == 1:
        return Explanation("factor", f"the factor {ratio.denominator} is too much")
    return Explanation("factor", f"it must be multiplied by {ratio}")


def terms_of_mean(function: Expr) -> int | None:
    """The number of terms whose mean (or half of it) the function is; None when it is none.

    >>> a, b, c = sympy.symbols("a b c")
    >>> terms_of_mean((a**2 + b**2 + c**2) / 3), terms_of_mean(a + b + c)
    (3, None)
    """
    number, rest = function.as_coeff_Mul()
    terms = sympy.Add.make_args(rest)
    if number == 1:
        number = next(iter({term.as_coeff_Mul()[0] for term in terms})) if terms else number
    count = len(terms)
    return count if count > 2 and number.is_Rational and number.q in {count, 2 * count} else None


def _other_variable(search: _Search) -> Explanation | None:
    others = sorted(search.function.free_symbols - {search.variable}, key=lambda s: str(s.name))[:8]
    for other, slope in zip(others, derivatives(search.function, others) if others else (), strict=True):
        if slope != 0 and search.ratio(search.values(slope), search.said) == 1:
            return Explanation("other variable", f"this is the derivative by {other}, not by {search.variable}")
    return None


def _subexpressions(search: _Search) -> list[Expr]:
    """The parts of the function through which the variable enters, the innermost first."""
    seen: list[Expr] = []
    for part in sympy.postorder_traversal(search.function):
        if part.args and isinstance(part, sympy.Expr) and part.has(search.variable) and part not in seen:
            seen.append(part)
            if len(seen) == MAX_NODES:
                break
    return seen


def local_derivatives(part: Expr, variable: Expr) -> Iterator[tuple[Expr, Expr]]:
    """For every operand of `part` that holds the variable: the operand, and the derivative of `part` by it."""
    place = sympy.Symbol("\0operand")
    for operand in part.args:
        if isinstance(operand, sympy.Expr) and operand.has(variable):
            opened = part.func(*[place if other is operand else other for other in part.args])
            yield operand, gradient(opened, place).subs(place, operand)


def _factors(search: _Search) -> Iterator[tuple[Expr, str]]:
    """Derivatives that stand in the chain, each with what it is the derivative of."""
    for part in _subexpressions(search):
        for operand, slope in local_derivatives(part, search.variable):
            if not slope.is_number:
                yield slope, f"the derivative of {part} by {operand}"
        if isinstance(part, sympy.Pow) and (argument := logistic_argument(part)) is not None:
            yield part * (1 - part), f"the derivative of the sigmoid of {argument}"
        inner = gradient(part, search.variable)
        if not inner.is_number and part != search.function:
            yield inner, f"the derivative of {part} by {search.variable}"


def _chain_factor(search: _Search, constants: Sequence[Fraction] = (Fraction(1), Fraction(-1))) -> Explanation | None:
    for slope, source in _factors(search):
        values = search.values(slope)
        for kind, verb, above, below in (
            ("missing chain factor", "is missing", search.right, search.said),
            ("extra chain factor", "is too much", search.said, search.right),
        ):
            scaled = [None if v is None else v * b for v, b in zip(values, below, strict=True)]
            constant = search.ratio(above, scaled)
            if constant is not None and (not constants or constant in constants):
                also = (
                    ""
                    if constant == 1
                    else ", and the sign is wrong"
                    if constant == -1
                    else f", and a factor {constant}"
                )
                return Explanation(kind, f"the chain factor {slope} {verb}: it is {source}{also}")
    return None


def _plain_factor(search: _Search) -> Explanation | None:
    """A part of the function, or what a local derivative is made of, stands there once too often or not at all."""
    one = sympy.Integer(1)
    parts = [*sorted(search.function.free_symbols, key=lambda s: str(s.name)), *_subexpressions(search)]
    for part in (candidate for base in parts for candidate in (base, one - base, one - base**2)):
        values = search.values(part)
        if (
            search.ratio(search.said, [None if v is None else v * r for v, r in zip(values, search.right, strict=True)])
            == 1
        ):
            return Explanation("extra factor", f"the factor {part} is too much")
        if (
            search.ratio(search.right, [None if v is None else v * s for v, s in zip(values, search.said, strict=True)])
            == 1
        ):
            return Explanation("missing factor", f"the factor {part} is missing")
    return None


def _chain_with_factor(search: _Search) -> Explanation | None:
    return _chain_factor(search, constants=())


def _addends(expr: Expr) -> list[Expr]:
    """The terms of a sum, as it stands and multiplied out."""
    terms = list(sympy.Add.make_args(expr))
    if expr.count_ops() < 150:
        terms += [term for term in sympy.Add.make_args(sympy.expand(expr)) if term not in terms]
    return terms[:MAX_TERMS]


def _terms(search: _Search) -> Explanation | None:
    said = [(term, search.values(term)) for term in _addends(search.claimed)] if _is_sum(search.claimed) else []
    for term, values in said:
        if search.corrected(values, -2):
            return Explanation("sign of a term", f"the sign of the term {term} is wrong")
    for term in _addends(search.computed):
        if search.corrected(search.values(term)):
            return Explanation("missing term", f"the term {term} is missing")
    for term, values in said:
        if search.corrected(values, -1):
            return Explanation("spurious term", f"the term {term} does not belong there")
    for term, values in said:
        difference = [None if v is None else r - c for r, c, v in zip(search.right, search.said, values, strict=True)]
        more = search.ratio(difference, values)
        if more is not None:
            return Explanation("factor of a term", f"the term {term} must be multiplied by {more + 1}")
    return None


def _is_sum(expr: Expr) -> bool:
    return len(_addends(expr)) > 1


def _paths(search: _Search) -> Explanation | None:
    """One of the places where the variable enters was forgotten, or taken with the wrong sign."""
    opened, places = _separate(search.function, search.variable)
    if not 1 < len(places) <= MAX_PATHS:
        return None
    back = dict.fromkeys((place for place, _ in places), search.variable)
    for slope, (_, parent) in zip(derivatives(opened, [place for place, _ in places]), places, strict=True):
        values = search.values(slope.xreplace(back))
        shown = parent.xreplace(back)
        if search.corrected(values):
            return Explanation("missing path", f"{search.variable} also enters through {shown}; that path is missing")
        if search.corrected(values, 2):
            return Explanation("sign of a term", f"the path through {shown} has the wrong sign")
        said = [None if v is None else c - r + v for c, r, v in zip(search.said, search.right, values, strict=True)]
        for factor, source in _factors(search):
            scaled = [
                None if f is None or s is None else f * s for f, s in zip(search.values(factor), said, strict=True)
            ]
            if search.ratio(values, scaled) == 1:
                text = f"the chain factor {factor} is missing in the path through {shown}: it is {source}"
                return Explanation("missing chain factor", text)
    return None


def _separate(function: Expr, variable: Expr) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """The function with every occurrence of the variable as a symbol of its own, each with the part it stands in."""
    places: list[tuple[Expr, Expr]] = []

    def rebuilt(part: Expr, parent: Expr) -> Expr:
        if part == variable:
            places.append((sympy.Symbol(f"\0{len(places)}"), parent))
            return places[-1][0]
        if not part.args or not part.has(variable) or len(places) > MAX_PATHS:
            return part
        return part.func(*[rebuilt(operand, part) for operand in part.args])

    return rebuilt(function, function), places


def _local_derivative(search: _Search) -> Explanation | None:
    """A local derivative was replaced by one that people take for it."""
    place = sympy.Symbol("\0place")
    for part in _subexpressions(search):
        for operand, wrong, why in wrong_local_derivatives(part):
            if not operand.has(search.variable):
                continue
            above = gradient(search.function.xreplace({part: place}), place).subs(place, part)
            opened = part.xreplace({operand: place} if part.has(operand) else {-operand: -place})
            right = gradient(opened, place).subs(place, operand)
            inner = gradient(operand, search.variable)
            if search.corrected(search.values(above * inner * (right - wrong))):
                return Explanation(
                    "wrong local derivative", f"the derivative of {part} by {operand} is not {wrong}: {why}"
                )
    return None


_STEPS = (
    _sign_or_factor,
    _chain_factor,
    _other_variable,
    _terms,
    _paths,
    _local_derivative,
    _plain_factor,
    _chain_with_factor,
)
"""The searches, from the smallest change to the largest."""
