r"""Update rules: `w = w - \alpha \frac{\partial L}{\partial w}` goes down the gradient, with a plus it goes up."""

from __future__ import annotations

import sympy

from notevault.frontends.claims import Confidence, Outcome, Verdict
from notevault.frontends.latex.context import Context
from notevault.frontends.latex.links import Chain
from notevault.frontends.latex.lowering import AbstractError, Lowering
from notevault.frontends.latex.nodes import Call, Derivative, Name, Node, rewrite, walk
from notevault.frontends.latex.shapes import Shapes
from notevault.frontends.latex.surroundings import Surroundings
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.latex.vectors import Vec

_LOSSES = frozenset(
    {"L", "J", "C", "E", "cal_L", "cal_J", "cal_C", "cal_E", "Loss", "loss", "Cost", "cost", "MSE", "ell", "l", "f"}
)
_SURE_LOSSES = _LOSSES - {"J", "cal_J", "ell", "l", "f"}
_SLOPE = Name("\0slope")


def judge(chain: Chain, context: Context, around: Surroundings) -> Verdict | None:
    """The verdict on a step; None when the statement is none.

    A step sets a parameter to itself plus or minus something that holds a derivative.
    """
    if len(chain.sides) < 2 or chain.relations[0] not in {"=", ":=", "<-"}:
        return None
    target, step = chain.sides[0].node, chain.sides[1].node
    if not isinstance(target, Name) or step is None:
        return None
    slopes = [part for part in walk(step) if isinstance(part, Derivative)]
    if len(slopes) != 1 or len(slopes[0].variables) > 1:
        return None
    slope = slopes[0]
    sign = _sign(target, step, slope, context)
    if sign is None:
        return None
    if not around.is_descent or not _is_loss(slope.function):
        return Verdict(Outcome.NOT_CHECKABLE, reason="a definition: a step, not said to go down a loss")
    if slope.variables and slope.variables[0].base != target.base:
        return _wrong_variable(target, slope, around)
    if sign < 0:
        return Verdict(Outcome.VERIFIED, Confidence.EXACT, "a step of descent: the gradient is subtracted")
    if around.called_wrong:
        return Verdict(Outcome.NOT_CHECKABLE, reason="the text around it says that it is wrong")
    if not _is_loss(slope.function, _SURE_LOSSES) and not around.speaks_of_losses:
        return Verdict(Outcome.NOT_CHECKABLE, reason="perhaps a step up something to be made large")
    return Verdict(
        Outcome.REFUTED, Confidence.EXACT, "descent subtracts the gradient; this step adds it, and goes up", "sign"
    )


def _wrong_variable(target: Name, slope: Derivative, around: Surroundings) -> Verdict:
    by = slope.variables[0].base
    arguments = (
        {a.base for a in slope.function.arguments if isinstance(a, Name)} if isinstance(slope.function, Call) else set()
    )
    if {by, target.base} <= arguments and not around.called_wrong:
        reason = f"{target.base} is changed by the derivative with respect to {by}"
        return Verdict(Outcome.REFUTED, Confidence.EXACT, reason, "swapped variable")
    return Verdict(Outcome.NOT_CHECKABLE, reason=f"a step of {target.base} along the derivative by {by}")


def _sign(target: Name, step: Node, slope: Derivative, context: Context) -> int | None:
    """The sign with which the derivative enters `step`, all other names being positive; None when that is not plain."""
    plain = rewrite(step, lambda part: _SLOPE if part == slope else None)
    bases = [part for part in walk(plain) if isinstance(part, Name) and part.base == target.base]
    if len(bases) != 1:
        return None
    plain = rewrite(plain, lambda part: Name("\0own") if part == bases[0] else None)
    try:
        value = Lowering(Context(context.vocabulary), Shapes()).lower(plain)
    except (NotUnderstoodError, AbstractError):
        return None
    if isinstance(value, Vec):
        return None
    positive = {
        symbol: sympy.Symbol(f"p{i}", positive=True) for i, symbol in enumerate(sorted(value.free_symbols, key=str))
    }
    own, slope_symbol = positive.get(sympy.Symbol("\0own")), positive.get(sympy.Symbol("\0slope"))
    if own is None or slope_symbol is None:
        return None
    terms = sympy.expand(value.subs(positive))
    rest = terms - terms.coeff(own, 1) * own
    factor = terms.coeff(slope_symbol, 1)
    if terms.coeff(own, 1) == 0 or factor.has(own) or sympy.expand(rest - factor * slope_symbol) != 0:
        return None
    return 1 if factor.is_positive else -1 if factor.is_negative else None


def _is_loss(function: Node, losses: frozenset[str] = _LOSSES) -> bool:
    name = function.function if isinstance(function, Call) else function
    return isinstance(name, Name) and name.base in losses
