"""Two sides of an equation compared: in every sensible reading, for small lengths, at many points."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import sympy

from notevault.frontends.claims import Confidence, Outcome, Verdict
from notevault.frontends.comparison.identity import Answer, Identity, equal
from notevault.frontends.evidence import evidence_of
from notevault.frontends.explain import explain
from notevault.frontends.latex.context import Context, Definition
from notevault.frontends.latex.lowering import AbstractError, Lowering
from notevault.frontends.latex.nodes import Big, Call, Derivative, Name, Negative, Node, Number, children, walk
from notevault.frontends.latex.shapes import Shapes, shapes
from notevault.frontends.latex.symbols import opaque
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.latex.vectors import Value, Vec
from notevault.frontends.symbolic.engine import readable
from notevault.frontends.symbolic.expressions import Expr, ExpressionError, encode
from notevault.frontends.symbolic.programs import TooLargeError, UnknownHeadError

_ENGINE_ERRORS = (UnknownHeadError, TooLargeError)
SHOWN = 40
"""Expressions with more operations are not written out in a message."""


def compare(left: Node, right: Node, context: Context, variable: Name | None) -> Verdict:
    """The verdict on `left = right`: true if it is in one sensible reading, false only if it is in every one."""
    problems: list[Exception] = []
    refuted: Verdict | None = None
    unclear: Verdict | None = None
    for expand in (False, True):
        for logarithm in (sympy.E, sympy.Integer(10), sympy.Integer(2)):
            try:
                verdict = _compared(left, right, context, variable, expand=expand, logarithm=logarithm)
            except (NotUnderstoodError, AbstractError, ExpressionError, *_ENGINE_ERRORS) as error:
                problems.append(error)
                break
            if verdict.outcome is Outcome.VERIFIED and logarithm != sympy.E:
                return Verdict(Outcome.INCONCLUSIVE, reason=f"true if log is taken to base {logarithm}")
            if verdict.outcome is Outcome.VERIFIED:
                return verdict
            if verdict.outcome is not Outcome.REFUTED:
                unclear = verdict
                break
            refuted = refuted or verdict
            if not _has_logarithm([left, right, *_reachable([left, right], context)]):
                break
    if unclear is not None:
        return unclear
    if refuted is not None:
        return _settled(refuted, problems, (left, right, context, variable))
    at_values = _at_values(left, right, context, variable)
    return at_values or Verdict(Outcome.NOT_CHECKABLE, reason=str(problems[-1]) if problems else "not understood")


def _settled(
    refuted: Verdict, problems: Sequence[Exception], claim: tuple[Node, Node, Context, Name | None]
) -> Verdict:
    """What is left of a refutation when the other readings and the numbers of the note are looked at."""
    left, right, context, variable = claim
    if _is_circular([left, right], context):
        return Verdict(Outcome.INCONCLUSIVE, reason="the note defines names of it by each other")
    if refuted.evidence.get("constant"):
        return _at_values(*claim) or refuted
    if _at_values(*claim, held=variable) is not None:
        return Verdict(Outcome.INCONCLUSIVE, reason="true with the numbers that the note gives, not for all")
    if all(isinstance(problem, AbstractError) for problem in problems):
        return refuted
    return _at_values(*claim) or Verdict(Outcome.NOT_CHECKABLE, reason=str(problems[-1]))


def _at_values(
    left: Node, right: Node, context: Context, variable: Name | None, held: Name | None = None
) -> Verdict | None:
    """The claim with the numbers that the note gives for its names, but for `held`; only agreement is reported."""
    try:
        verdict = _compared(left, right, context, variable, expand=True, logarithm=sympy.E, values=True, held=held)
    except (NotUnderstoodError, AbstractError, ExpressionError, *_ENGINE_ERRORS):
        return None
    return verdict if verdict.outcome is Outcome.VERIFIED else None


def _has_logarithm(nodes: Sequence[Node]) -> bool:
    return any(
        isinstance(part, Call) and part.function.key == "log" and len(part.arguments) == 1
        for node in nodes
        for part in walk(node)
    )


def _compared(
    left: Node,
    right: Node,
    context: Context,
    variable: Name | None,
    *,
    expand: bool,
    logarithm: Expr,
    values: bool = False,
    held: Name | None = None,
) -> Verdict:
    involved = [left, right, *_reachable([left, right], context)]
    generic = _generic(left, right, involved)
    found = shapes(involved, generic)
    results: list[Identity] = []
    last: tuple[Value, Value] = (sympy.Integer(0), sympy.Integer(0))
    trials = (0, 1) if len(found.lengths) > 1 + len(generic) or generic or found.vectors else (0,)
    for trial in trials:
        sizes = found.sizes(trial)
        for indices in _assignments(found, sizes):
            lowering = Lowering(
                context,
                found,
                sizes,
                indices,
                expand=expand,
                argument=variable,
                logarithm=logarithm,
                bare_sigmoid=context.sigmoid and _is_of_sigma(left),
            )
            last = lowering.lower(left), lowering.lower(right)
            for a, b in _pairs(*last):
                computed, claimed = (
                    (_with_numbers(a, lowering, held), _with_numbers(b, lowering, held)) if values else (a, b)
                )
                of = _function(left, lowering)
                _check_names(computed, claimed, _spoken_of(left, lowering))
                result = equal(computed, claimed)
                if result.answer is Answer.UNDETERMINED:
                    return Verdict(Outcome.INCONCLUSIVE, reason=result.reason)
                if result.different:
                    return (
                        _rounded(right, computed, claimed)
                        or _elsewhere(computed, claimed, variable)
                        or _refuted(computed, claimed, _at_indices(result, indices), of)
                    )
                results.append(result)
    verdict = _verified(last, results)
    return replace(verdict, evidence={**verdict.evidence, **_subject(left, lowering)})


def _subject(left: Node, lowering: Lowering) -> dict[str, Any]:
    """The function and the variable, encoded, where `left` is the first derivative of a scalar; else nothing."""
    match left:
        case Derivative(function=function, variables=(Name() as variable,)):
            pass
        case Call(function=function, primes=1, arguments=(Name() as variable,)):
            pass
        case _:
            return {}
    try:
        value = replace(lowering, expand=True).function_of(function, variable)
        return {} if isinstance(value, Vec) else {"function": encode(value), "variable": opaque(variable)}
    except (NotUnderstoodError, AbstractError, ExpressionError, *_ENGINE_ERRORS):
        return {}


def _with_numbers(expr: Expr, lowering: Lowering, held: Name | None) -> Expr:
    """The expression with the numbers that the note gives for its symbols, but for the one that is held."""
    found = {}
    for symbol in expr.free_symbols:
        if held is not None and symbol.name == opaque(held):
            continue
        node = lowering.context.number(symbol.name)
        if node is not None:
            found[symbol] = lowering.scalar(node)
    return expr.subs(found)


def _assignments(found: Shapes, sizes: Any) -> Iterator[dict[str, int]]:
    """Every value of every free index."""
    names = sorted(found.free)
    reaches = []
    for name in names:
        reach = found.free[name]
        reaches.append(range(1, (int(reach) if reach.isdigit() else sizes.get(reach, 2)) + 1))
    for chosen in product(*reaches):
        yield dict(zip(names, chosen, strict=True))


def _pairs(left: Value, right: Value) -> list[tuple[Expr, Expr]]:
    if isinstance(left, Vec) and isinstance(right, Vec):
        if len(left.items) != len(right.items):
            raise NotUnderstoodError("a vector", 0, "vectors of different lengths")
        return list(zip(left.items, right.items, strict=True))
    if isinstance(left, Vec) or isinstance(right, Vec):
        raise NotUnderstoodError("a vector", 0, "a vector and a number")
    return [(left, right)]


def _spoken_of(left: Node, lowering: Lowering) -> set[Expr]:
    """The names in the function that `left` differentiates, be it once or often; none where it is no derivative."""
    if not (isinstance(left, Derivative) and left.variables):
        of = _function(left, lowering)
        return set() if of is None else of[0].free_symbols
    value = lowering.function_of(left.function, left.variables[0])
    return {symbol for part in (value.items if isinstance(value, Vec) else (value,)) for symbol in part.free_symbols}


def _rounded(right: Node, computed: Expr, claimed: Expr) -> Verdict | None:
    """Verified when the right side is a decimal number and the left one a number that begins with its digits."""
    number = right.operand if isinstance(right, Negative) else right
    if not isinstance(number, Number) or "." not in number.text or computed.free_symbols:
        return None
    decimals = len(number.text.partition(".")[2])
    gap = sympy.N(sympy.Abs(computed - claimed))
    if not gap.is_real or gap >= sympy.Rational(1, 10**decimals):
        return None
    return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, "to the digits written", None, {"points": 1, "skipped": 0})


def _check_names(left: Expr, right: Expr, spoken_of: set[Expr]) -> None:
    """Both sides must speak of the same names: one that only the claimed side has was not defined."""
    known = left.free_symbols | spoken_of
    extra = sorted(symbol.name for symbol in right.free_symbols - known)
    if extra and equal(left, right).different:
        raise AbstractError(extra[0], f"abstract: {extra[0].split('_')[0]} is not defined in the note")


def _elsewhere(computed: Expr, claimed: Expr, variable: Name | None) -> Verdict | None:
    """Inconclusive when the sides agree for positive numbers, or for parameters between 0 and 1 (rates, probabilities):
    the note may well speak of those only."""
    names = {symbol.name for symbol in computed.free_symbols | claimed.free_symbols}
    if equal(computed, claimed, positive=names).equal:
        return Verdict(Outcome.INCONCLUSIVE, reason="true where all names are positive, not everywhere")
    for family, members in _families(computed.free_symbols | claimed.free_symbols).items():
        rest = 1 - sympy.Add(*members[:-1])
        if equal(computed.subs(members[-1], rest), claimed.subs(members[-1], rest)).equal:
            reason = f"true where all {family} add up to one, as probabilities do"
            return Verdict(Outcome.VERIFIED, Confidence.IDENTITY_TEST, reason, None, {"points": 1, "skipped": 0})
    parameters = names - {opaque(variable)} if variable is not None else names
    if parameters and equal(computed, claimed, unit=parameters).equal:
        return Verdict(
            Outcome.INCONCLUSIVE, reason=f"true for {', '.join(sorted(parameters))} between 0 and 1, not everywhere"
        )
    return None


def _is_of_sigma(left: Node) -> bool:
    """Whether the left side is the derivative of a function called sigma: then sigma alone is one, not a deviation."""
    function = left.function if isinstance(left, Derivative | Call) else None
    function = function.function if isinstance(function, Call) else function
    return isinstance(function, Name) and function.base == "sigma"


def _families(symbols: Collection[Expr]) -> dict[str, list[Expr]]:
    """The elements of each vector among the symbols: y_1, y_2, y_3 under "y"."""
    found: dict[str, list[Expr]] = {}
    for symbol in sorted(symbols, key=lambda s: str(s.name)):
        base, _, index = symbol.name.rpartition("_")
        if base and index.isdigit():
            found.setdefault(base, []).append(symbol)
    return {base: members for base, members in found.items() if len(members) > 1}


def _refuted(computed: Expr, claimed: Expr, result: Identity, of: tuple[Expr, Expr] | None) -> Verdict:
    evidence = evidence_of(result, computed=computed, claimed=claimed)
    if bool(claimed.free_symbols) != bool(computed.free_symbols):
        evidence["constant"] = "zero" if 0 in (claimed, computed) else "number"
    if of is None:
        shown = sympy.sstr(computed) if computed.count_ops() < SHOWN else "something else"
        return Verdict(Outcome.REFUTED, result.confidence, f"the left side is {shown}", None, evidence)
    function, variable = of
    why = explain(function, variable, claimed, computed)
    said = why.text if len(why.text) < 200 else why.kind
    plain = readable(computed)
    if plain.count_ops() < SHOWN:
        said += f"; the derivative is {sympy.sstr(plain)}"
    return Verdict(Outcome.REFUTED, result.confidence, said, why.kind, evidence)


def _at_indices(result: Identity, indices: Mapping[str, int]) -> Identity:
    """The result with the free indices (the j of w_j) among the values of its counterexample."""
    if result.counterexample is None or not indices:
        return result
    at = {**indices, **result.counterexample["at"]}
    return replace(result, counterexample={**result.counterexample, "at": at})


def _function(left: Node, lowering: Lowering) -> tuple[Expr, Expr] | None:
    """The function and the variable, where the left side is a first derivative of a scalar and nothing else."""
    if isinstance(left, Derivative) and len(left.variables) == 1:
        function, variable = left.function, left.variables[0]
    elif (
        isinstance(left, Call) and left.primes == 1 and len(left.arguments) == 1 and isinstance(left.arguments[0], Name)
    ):
        function, variable = replace(left, primes=0), left.arguments[0]
    else:
        return None
    value, symbol = lowering.function_of(function, variable), lowering.symbols(variable)
    return None if isinstance(value, Vec) or isinstance(symbol, Vec) or not value.has(symbol) else (value, symbol)


def _verified(last: tuple[Value, Value], results: Sequence[Identity]) -> Verdict:
    order = [Confidence.NUMERIC, Confidence.IDENTITY_TEST, Confidence.EXACT]
    confidence = min((r.confidence for r in results if r.confidence), key=order.index, default=Confidence.EXACT)
    summary = Identity(
        Answer.EQUAL,
        confidence,
        sum(r.points for r in results),
        sum(r.skipped for r in results),
        largest_error=max((r.largest_error for r in results), default=0.0),
    )
    computed, claimed = last
    if isinstance(computed, Vec) or isinstance(claimed, Vec):
        evidence: dict[str, Any] = {
            "points": summary.points,
            "skipped": summary.skipped,
            "largest_error": summary.largest_error,
        }
    else:
        evidence = evidence_of(summary, computed=computed, claimed=claimed)
    reason = next((r.reason for r in results if r.reason), "")
    return Verdict(Outcome.VERIFIED, confidence, reason, None, evidence)


def _is_circular(nodes: Sequence[Node], context: Context) -> bool:
    """Whether a name that the nodes lead to is defined by others that lead back to it: x = r cos t, r = |(x, y)|."""
    return any(name in _bodies([body], context) for name, body in _bodies(nodes, context).items())


def _reachable(nodes: Sequence[Node], context: Context) -> list[Node]:
    """The bodies of all definitions that the nodes lead to."""
    return list(_bodies(nodes, context).values())


def _bodies(nodes: Sequence[Node], context: Context) -> dict[str, Node]:
    """What defines the names that the nodes lead to, by name."""
    found: dict[str, Node] = {}
    pending = list(nodes)
    while pending:
        for part in walk(pending.pop()):
            if isinstance(part, Name):
                defined: Definition | None = context.find(part)
                if defined is not None and defined.body is not None and opaque(part) not in found:
                    found[opaque(part)] = defined.body
                    pending.append(defined.body)
    return found


def _generic(left: Node, right: Node, involved: Sequence[Node]) -> list[str]:
    """The indices of the variables that one differentiates by which stand for any one value (`w_j`)."""
    found: list[str] = []
    for side in (left, right):
        for part in walk(side):
            if isinstance(part, Derivative):
                for variable in part.variables:
                    found += [
                        i.key for i in variable.indices if isinstance(i, Name) and _is_generic(variable, i, involved)
                    ]
    return sorted(set(found))


def _is_generic(variable: Name, index: Name, involved: Sequence[Node]) -> bool:
    """Whether the name is used elsewhere with a number, with the index of a sum, or whole; not only with this index."""
    return any(
        other != index or bound for node in involved for other, bound in _indices_of(variable, index, node, frozenset())
    )


def _indices_of(variable: Name, index: Name, node: Node, bound: frozenset[str]) -> Iterator[tuple[Node | None, bool]]:
    """What stands at the index's place in each use of the variable's name, and whether a sum binds it."""
    if isinstance(node, Big):
        bound |= {node.index}
    if isinstance(node, Name) and node.key == variable.key:
        place = variable.indices.index(index)
        other = node.indices[place] if place < len(node.indices) else None
        yield other, isinstance(other, Name) and other.key in bound
    for child in children(node):
        yield from _indices_of(variable, index, child, bound)
