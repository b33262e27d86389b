"""Chains `a = b = c` judged link by link: each side is computed for small lengths and compared with the side before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from notevault.frontends.claims import Outcome, Verdict
from notevault.frontends.latex.comparison import compare
from notevault.frontends.latex.context import Context
from notevault.frontends.latex.nodes import Call, Derivative, Name, Node, Number, walk
from notevault.frontends.latex.parser import Reading, read
from notevault.frontends.latex.statements import Statement
from notevault.frontends.latex.surroundings import Surroundings
from notevault.frontends.latex.symbols import Vocabulary
from notevault.frontends.latex.tokens import NotUnderstoodError

_APPROXIMATE = "an approximation"
_CONDITION = "a condition"
_AT_A_POINT = "a condition, or the value at a point that is not named"


@dataclass(frozen=True, slots=True)
class Side:
    """One item of a chain: its tree, or why there is none."""

    node: Node | None
    problem: NotUnderstoodError | None = None

    @property
    def has_calculus(self) -> bool:
        """Whether it holds a derivative."""
        return self.node is not None and any(
            isinstance(part, Derivative) or (isinstance(part, Call) and part.primes) for part in walk(self.node)
        )


@dataclass(frozen=True, slots=True)
class Chain:
    """The items of a statement with the relations between them, and what was doubtful in reading them.

    `going_on` is the variable of the derivative in the row above, where the statement goes on from that row.
    """

    sides: tuple[Side, ...]
    relations: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    going_on: Name | None = None

    @classmethod
    def of(cls, statement: Statement, known: Vocabulary, before: Node | None = None) -> Chain:
        """The chain of a statement; one that continues starts with the last item before it."""
        reading = Reading()
        sides = []
        for i, tokens in enumerate(statement.items):
            if i == 0 and statement.continues:
                sides.append(Side(before, NotUnderstoodError("=", 0, "what stands before it was not understood")))
                continue
            try:
                sides.append(Side(read(tokens, known, reading)))
            except NotUnderstoodError as error:
                sides.append(Side(None, error))
        return cls(tuple(sides), statement.relations, tuple(reading.doubts))

    @property
    def last(self) -> Node | None:
        """The last item, from which the next row may go on."""
        return self.sides[-1].node if self.sides else None

    @property
    def has_calculus(self) -> bool:
        """Whether a derivative is in it."""
        return self.going_on is not None or any(side.has_calculus for side in self.sides)


def judge(chain: Chain, context: Context, around: Surroundings) -> Verdict:
    """The verdict on a chain in which a derivative stands."""
    if not all(relation in {"=", ":=", "~"} for relation in chain.relations):
        sign = next(r for r in chain.relations if r not in {"=", ":=", "~"})
        return _unchecked("no equation" if sign != "<-" else "an assignment")
    verdicts = list(_links(chain, context, around))
    for outcome in (Outcome.REFUTED, Outcome.VERIFIED, Outcome.INCONCLUSIVE):
        for verdict in verdicts:
            if verdict.outcome is outcome:
                return _of_all(verdict, verdicts) if outcome is Outcome.VERIFIED else verdict
    if verdicts and _is_definition(chain, context):
        return _unchecked("a definition")
    return verdicts[0] if verdicts else _unchecked("not understood")


def _of_all(verified: Verdict, verdicts: list[Verdict]) -> Verdict:
    """The verdict on a chain of which one link is verified: not more than holds for every link."""
    for verdict in verdicts:
        if verdict.reason == _AT_A_POINT:
            return verdict
        if verdict.outcome is Outcome.INCONCLUSIVE and verdict.reason != _APPROXIMATE:
            return verdict
    others = [verdict.reason for verdict in verdicts if verdict.outcome is not Outcome.VERIFIED]
    return replace(verified, reason=f"one part of it; another is {others[0]}") if others else verified


def judge_identity(chain: Chain, context: Context) -> Verdict | None:
    """The verdict on `f(x) = a = b` without derivatives: "verified" when a and b are one function, else nothing is said
    (it may be a condition)."""
    if any(relation not in {"=", ":="} for relation in chain.relations) or any(
        side.node is None for side in chain.sides
    ):
        return None
    for left, right in zip(chain.sides[1:], chain.sides[2:], strict=False):
        if left.node is None or right.node is None:
            return None
        if isinstance(right.node, Number | Name) or isinstance(left.node, Number | Name):
            return None
        if left.node == right.node or not any(isinstance(part, Name) for part in walk(left.node)):
            return None
        verdict = compare(left.node, right.node, context, None)
        if verdict.outcome is not Outcome.VERIFIED:
            return None
    return verdict


def _links(chain: Chain, context: Context, around: Surroundings) -> Iterator[Verdict]:
    """A verdict for each side that follows a derivative or is one: compared with the nearest side before it that can
    be computed."""
    variable = variable_of(chain)
    derived = chain.sides[0].has_calculus or chain.going_on is not None
    if chain.sides[0].node is None:
        yield _stopped(chain.sides[0])
    for place, (relation, side) in enumerate(zip(chain.relations, chain.sides[1:], strict=True), start=1):
        derived = derived or side.has_calculus
        if side.node is None:
            yield _stopped(side)
            continue
        if not derived:
            continue
        sign = "~" if around.approximates and isinstance(side.node, Number) and "." in side.node.text else relation
        verdicts = []
        for earlier in reversed(chain.sides[:place]):
            if earlier.node is not None:
                verdict = compare(earlier.node, side.node, context, variable)
                verdicts.append(_tempered(verdict, sign, chain, around))
                if verdict.outcome is not Outcome.NOT_CHECKABLE:
                    break
        yield from verdicts[-1:] if verdicts and verdicts[-1].outcome is not Outcome.NOT_CHECKABLE else verdicts[:1]


def _tempered(verdict: Verdict, relation: str, chain: Chain, around: Surroundings) -> Verdict:
    """A refutation only where nothing speaks against it."""
    if verdict.outcome is not Outcome.REFUTED:
        return verdict
    if relation == "~":
        return replace(verdict, outcome=Outcome.INCONCLUSIVE, reason=_APPROXIMATE, diagnosis=None)
    if chain.doubts:
        return replace(
            verdict, outcome=Outcome.NOT_CHECKABLE, reason=f"not understood: {chain.doubts[0]}", diagnosis=None
        )
    if around.called_wrong:
        return replace(
            verdict, outcome=Outcome.NOT_CHECKABLE, reason="the text around it says that it is wrong", diagnosis=None
        )
    if around.solves_equations:
        return Verdict(Outcome.NOT_CHECKABLE, reason="possibly an equation to be solved")
    if verdict.evidence.get("constant") == "zero":
        return Verdict(Outcome.NOT_CHECKABLE, reason=_CONDITION)
    is_first = len(chain.sides) == 2 and chain.going_on is None
    if verdict.evidence.get("constant") == "number" and not (is_first and around.states_derivative):
        return Verdict(Outcome.NOT_CHECKABLE, reason=_AT_A_POINT)
    return verdict


def _stopped(side: Side) -> Verdict:
    problem = side.problem or NotUnderstoodError("?")
    return _unchecked(str(problem))


def _unchecked(reason: str) -> Verdict:
    return Verdict(Outcome.NOT_CHECKABLE, reason=reason)


def _is_definition(chain: Chain, context: Context) -> bool:
    """A plain name, or a gradient of something undefined, set equal to something with a derivative in it."""
    first = chain.sides[0].node
    if isinstance(first, Name):
        return True
    if isinstance(first, Call) and not first.primes:
        return True
    second = chain.sides[1].node
    return isinstance(first, Derivative) and first.gradient and isinstance(second, Derivative)


def variable_of(chain: Chain) -> Name | None:
    """The variable of the first derivative in the chain: what functions named without their argument are applied to."""
    if chain.going_on is not None:
        return chain.going_on
    for side in chain.sides:
        if side.node is None:
            continue
        for part in walk(side.node):
            if isinstance(part, Derivative) and part.variables:
                return part.variables[0]
            if (
                isinstance(part, Call)
                and part.primes
                and len(part.arguments) == 1
                and isinstance(part.arguments[0], Name)
            ):
                return part.arguments[0]
    return None


def differentiated(chain: Chain) -> list[Name]:
    """The names of the functions whose derivatives stand in the chain."""
    found: list[Name] = []
    for side in chain.sides:
        for part in walk(side.node) if side.node is not None else ():
            function = (
                part.function if isinstance(part, Derivative) or (isinstance(part, Call) and part.primes) else None
            )
            if isinstance(function, Call):
                function = function.function
            if isinstance(function, Name) and function not in found:
                found.append(function)
    return found
