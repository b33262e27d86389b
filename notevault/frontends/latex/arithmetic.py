"""Equations between numbers: `3 + 4 = 8`. Decimals are taken as rounded; what may be rounding is never called wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from notevault.frontends.claims import Confidence, Outcome, Verdict
from notevault.frontends.comparison.numbers import plain
from notevault.frontends.latex.context import Context
from notevault.frontends.latex.lowering import AbstractError, Lowering
from notevault.frontends.latex.nodes import Binary, Call, Name, Negative, Node, Number, Power, rewrite, walk
from notevault.frontends.latex.parser import read
from notevault.frontends.latex.shapes import Shapes
from notevault.frontends.latex.statements import Statement
from notevault.frontends.latex.surroundings import Surroundings
from notevault.frontends.latex.symbols import Vocabulary
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.latex.vectors import Vec
from notevault.frontends.symbolic.expressions import Expr

_MORE_NUMBERS = re.compile(r"\s*,\s*\d")
_LIST = re.compile(r"(?:\s*,\s+\d+)+(?![\d.]|\s*[-+*/^\\(])")
_AFTER_NUMBER = re.compile(r"\d\s*[,.]\s*$")
_NEAR = 0.05
"""Decimals that agree this well may be rounded on the way; nothing is said against them."""


@dataclass(frozen=True, slots=True)
class _Side:
    node: Node
    value: Expr
    spread: float
    """How far the value moves when its decimals move by half a unit of their last place."""

    @property
    def exact(self) -> bool:
        return self.spread == 0 and self.value.is_Rational

    @property
    def numerals(self) -> Iterator[Number]:
        return (part for part in walk(self.node) if isinstance(part, Number))

    @property
    def computes(self) -> bool:
        return any(isinstance(part, Binary | Power | Call) for part in walk(self.node))


def judge(statement: Statement, latex: str, around: Surroundings) -> Verdict | None:
    """The verdict on the links between numbers in a statement; None when there is none that computes something."""
    if any(relation not in {"=", "~", ":="} for relation in statement.relations):
        return None
    if _AFTER_NUMBER.search(latex[: statement.start]):
        return None
    verdicts = [verdict for verdict in (_read(statement, latex, around, **way) for way in _WAYS) if verdict is not None]
    for verdict in verdicts:
        if verdict.outcome is Outcome.VERIFIED:
            return verdict  # true in one way of reading logarithms and angles
    return verdicts[0] if verdicts else None


_WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"logarithm": sympy.Integer(10)},
    {"logarithm": sympy.Integer(2)},
    {"degrees": True},
)
"""The base of a logarithm and the unit of an angle are often left out."""


def _read(statement: Statement, latex: str, around: Surroundings, **way: Any) -> Verdict | None:
    sides = [_side(tokens, way) for tokens in statement.items]
    tail = latex[statement.end :]
    verdicts = []
    for i, relation in enumerate(statement.relations):
        left, right = sides[i], sides[i + 1]
        if left is None or right is None or not (left.computes or right.computes):
            continue
        last = i == len(statement.relations) - 1
        if last and _MORE_NUMBERS.match(tail):
            verdict = _against_list(left, right, tail, around)
        else:
            verdict = _against(left, right, relation, around)
        if verdict is not None:
            verdicts.append(verdict)
    order = (Outcome.REFUTED, Outcome.INCONCLUSIVE, Outcome.NOT_CHECKABLE, Outcome.VERIFIED)
    return min(verdicts, key=lambda verdict: order.index(verdict.outcome), default=None)


def _side(tokens: Sequence[object], way: dict[str, Any]) -> _Side | None:
    try:
        node = read(tokens, Vocabulary())  # type: ignore[arg-type]
        if any(isinstance(part, Name) and part.key not in {"pi", "log", "sqrt", "exp"} for part in _names(node)):
            return None
        value = _value(node, way)
    except (NotUnderstoodError, AbstractError):
        return None
    if value is None or not value.is_real or not value.is_finite or abs(float(value)) > 1e100:
        return None
    return _Side(node, value, _spread(node, value, way))


def _names(node: Node) -> Iterator[Name]:
    """The names in a side that are not known functions."""
    called = {id(part.function) for part in walk(node) if isinstance(part, Call)}
    return (part for part in walk(node) if isinstance(part, Name) and id(part) not in called)


def _value(node: Node, way: dict[str, Any]) -> Expr | None:
    value = Lowering(Context(Vocabulary()), Shapes(), **way).lower(node)
    return None if isinstance(value, Vec) or not value.is_number else value


def _half_unit(text: str) -> sympy.Rational:
    """Half a unit of the last decimal place; 0 for a whole number."""
    _, point, decimals = text.partition(".")
    return sympy.Rational(1, 2 * 10 ** len(decimals)) if point else sympy.Integer(0)


def _spread(node: Node, value: Expr, way: dict[str, Any]) -> float:
    total = 0.0
    for numeral in {part for part in walk(node) if isinstance(part, Number) and "." in part.text}:
        half = _half_unit(numeral.text)
        moved = sympy.Rational(numeral.text) + half

        def change(part: Node, numeral: Number = numeral, moved: Expr = moved) -> Node | None:
            return Binary("/", Number(str(moved.p)), Number(str(moved.q))) if part == numeral else None

        other = _value(rewrite(node, change), way)
        if other is not None and other.is_real:
            total += abs(float(other - value))
    return total


def _against(left: _Side, right: _Side, relation: str, around: Surroundings) -> Verdict | None:
    difference = abs(left.value - right.value)
    if relation == "~":
        close = float(difference) <= _NEAR * (abs(float(left.value)) + 1e-12) or _rounds_to(left, right)
        if not close:
            return Verdict(Outcome.INCONCLUSIVE, Confidence.NUMERIC, f"the left side is {_shown(left.value)}")
        return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, f"the left side is {_shown(left.value)}")
    if difference == 0 or sympy.nsimplify(0) == difference:
        return Verdict(Outcome.VERIFIED, Confidence.EXACT)
    if float(difference) <= 1e-25:
        return Verdict(Outcome.VERIFIED, Confidence.NUMERIC)
    if _rounds_to(left, right) or _rounds_to(right, left):
        return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, "equal to the decimals that are given")
    if _may_be_rounding(left, right, float(difference)):
        reason = f"the left side is {_shown(left.value)}: near, and possibly rounded on the way"
        return Verdict(Outcome.INCONCLUSIVE, Confidence.NUMERIC, reason)
    return _refuted(left, _shown(right.value), [left, right], around)


def _rounds_to(left: _Side, right: _Side) -> bool:
    """Whether the right side is a decimal numeral to which the left one rounds."""
    node = right.node.operand if isinstance(right.node, Negative) else right.node
    if not isinstance(node, Number) or "." not in node.text:
        return False
    return float(abs(left.value - right.value)) <= float(_half_unit(node.text)) * (1 + 1e-12)


def _may_be_rounding(left: _Side, right: _Side, difference: float) -> bool:
    if difference <= (left.spread + right.spread) * (1 + 1e-9):
        return True
    if left.exact and right.exact and left.value.is_Integer and right.value.is_Integer:
        return False
    whole = any(side.exact and side.value.is_Integer for side in (left, right))
    return (whole and difference < 1) or difference <= _NEAR * max(abs(float(left.value)), abs(float(right.value)))


def _against_list(left: _Side, right: _Side, tail: str, around: Surroundings) -> Verdict | None:
    """`left = 1, 2, 0`: wrong only if it is neither one of the numbers nor the number with all these digits."""
    match = _LIST.match(tail)
    if match is None or not isinstance(right.node, Number) or not right.node.text.isdigit():
        return None
    numbers = [right.node.text, *re.findall(r"\d+", match.group())]
    readings = {int(number) for number in numbers} | {int("".join(numbers))}
    if not left.exact or not left.value.is_Integer or int(left.value) in readings:
        return None
    return _refuted(left, f"{', '.join(numbers)}, however that is read", [left], around)


def _refuted(left: _Side, right: str, sides: Sequence[_Side], around: Surroundings) -> Verdict:
    if around.other_arithmetic:
        return Verdict(Outcome.NOT_CHECKABLE, reason="the text speaks of bits or remainders")
    if around.called_wrong:
        return Verdict(Outcome.NOT_CHECKABLE, reason="the text around it says that it is wrong")
    if all(set(numeral.text) <= {"0", "1"} for side in sides for numeral in side.numerals):
        return Verdict(Outcome.NOT_CHECKABLE, reason="only digits 0 and 1: possibly binary")
    evidence: dict[str, Any] = {"counterexample": {"at": {}, "claimed": right, "computed": plain(left.value)}}
    return Verdict(
        Outcome.REFUTED, Confidence.EXACT, f"the left side is {_shown(left.value)}, not {right}", "arithmetic", evidence
    )


def _shown(value: Expr) -> str:
    return str(value) if value.is_Integer else f"{float(value):.6g}"
