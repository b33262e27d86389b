"""A claimed derivative against the engine's, entry by entry: of numbers, vectors and matrices by any of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from notevault.frontends.comparison import numbers
from notevault.frontends.comparison.identity import Answer, Identity, decide
from notevault.frontends.comparison.sampling import Domain
from notevault.frontends.symbolic.differentiating import differentiate
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.flattening import Flattener, Steps
from notevault.frontends.symbolic.programs import TooLargeError, UnknownHeadError, flattener
from notevault.frontends.symbolic.sizes import instances

MAX_ENTRIES = 400

Layout = Callable[[Flattener, Steps, Sequence[Steps]], Steps]
"""The steps of the derivative as an array, from the steps of the function and of the variables."""


class ShapeError(UnknownHeadError):
    """What is claimed has not the shape of the derivative."""

    def __init__(self, claimed: tuple[int, ...], computed: tuple[int, ...]) -> None:
        super().__init__("shape")
        shapes = [" by ".join(map(str, _without_ones(shape))) or "a number" for shape in (claimed, computed)]
        self.args = (f"what is claimed is {shapes[0]}, the derivative {shapes[1]}",)


@dataclass(frozen=True, slots=True)
class Compared:
    """The answer for one reading of the sizes.

    `mistake` is a small change that makes all entries right; `entry` is where a wrong one stands, () in a scalar.
    """

    identity: Identity
    sizes: Mapping[Expr, int]
    entry: tuple[int, ...] = ()
    mistake: tuple[str, str] | None = None
    plain: bool = True
    """Whether neither a matrix nor a sum was read as its entries."""


def compare(
    function: Any, by: Sequence[Any], claimed: Any, *, layout: Layout | None = None, positive: Collection[str] = ()
) -> list[Compared]:
    """The answers, one for every reading of the names of sizes; the last is the first that is not "equal".

    Raises UnknownHeadError, TooLargeError and ShapeError.
    """
    answers = []
    for sizes in instances(function, list(by), claimed):
        chosen = layout or one_after_another
        answers.append(_compare(function, by, claimed, layout=chosen, domain=Domain(positive), sizes=sizes))
        if not answers[-1].identity.equal:
            break
    return answers


def _compare(
    function: Any, by: Sequence[Any], claimed: Any, *, layout: Layout, domain: Domain, sizes: Mapping[Expr, int]
) -> Compared:
    steps = flattener(numbers.HEADS, sizes)
    right = layout(steps, steps.array(function), [steps.array(variable) for variable in by])
    said = steps.array(claimed)
    if _without_ones(said.shape) != _without_ones(right.shape):
        raise ShapeError(said.shape, right.shape)
    right = right.reshape(said.shape)
    identity = _decided(steps, right, said, domain)
    if identity.answer is not Answer.DIFFERENT:
        return Compared(identity, sizes, plain=not steps.expanded)
    entry = tuple(int(place) for place in np.unravel_index(identity.pair, said.shape)) if said.shape else ()
    return Compared(identity, sizes, entry, _mistake(steps, right, said, domain), not steps.expanded)


def _decided(steps: Flattener, right: Steps, said: Steps, domain: Domain) -> Identity:
    pairs = np.stack([right.reshape(-1), said.reshape(-1)], axis=1).reshape(-1)
    return decide(steps.builder.program([int(step) for step in pairs]), domain)


def _mistake(steps: Flattener, right: Steps, said: Steps, domain: Domain) -> tuple[str, str] | None:
    """A kind of mistake and a sentence on it, for mistakes that all entries share."""
    for factor, kind, words in _FACTORS:
        number = steps.builder.number(sympy.Rational(factor.numerator, factor.denominator))
        scaled = [steps.builder.apply("Mul", number, int(step)) for step in said.reshape(-1)]
        if _decided(steps, right, np.array(scaled, dtype=np.intp), domain).equal:
            return kind, words
    if said.ndim == 2 and said.shape[0] == said.shape[1] and _decided(steps, right, said.T, domain).equal:
        return "transposed", "it is transposed"
    return None


_FACTORS = (
    (Fraction(-1), "sign", "the sign is wrong"),
    (Fraction(2), "factor", "the factor 2 is missing"),
    (Fraction(1, 2), "factor", "the factor 2 is too much"),
    (Fraction(-2), "factor", "it must be multiplied by -2"),
)


def one_after_another(steps: Flattener, function: Steps, by: Sequence[Steps]) -> Steps:
    """The derivative by one variable after the other; the axes of a variable stand before those of the function."""
    for variable in by:
        function = _slopes(steps, function, variable)
    return function


def jacobian(steps: Flattener, function: Steps, by: Sequence[Steps]) -> Steps:
    """A row for every entry of the function, in it the derivatives by the entries of the one variable."""
    return _slopes(steps, function.reshape(-1), by[0].reshape(-1)).T


def implicit(steps: Flattener, function: Steps, by: Sequence[Steps]) -> Steps:
    """dy/dx on the curve where the function is zero: minus its derivative by x over that by y; `by` is y, x."""
    below, above = (int(_slopes(steps, function, variable).reshape(-1)[0]) for variable in by)
    builder = steps.builder
    minus_one = builder.number(sympy.Integer(-1))
    return np.array(builder.apply("Mul", minus_one, above, builder.apply("Pow", below, minus_one)), dtype=np.intp)


def _slopes(steps: Flattener, function: Steps, variable: Steps) -> Steps:
    if function.size * variable.size > MAX_ENTRIES:
        raise TooLargeError(f"a derivative of {function.size * variable.size} entries")
    names = [int(step) for step in variable.reshape(-1)]
    for step in names:
        if steps.builder.steps[step].head != "symbol":
            raise UnknownHeadError("derivative by what is not a name")
    rows = differentiate(steps.builder, [int(step) for step in function.reshape(-1)], names)
    return np.array(rows, dtype=np.intp).T.reshape(variable.shape + function.shape)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(side for side in shape if side != 1)
