"""One operation on the way was passed wrongly: its derivative left out, taken twice, or one that people take for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from sympy import lambdify

from notevault.autodiff import PRIMITIVES, Tensor
from notevault.autodiff.sweep import pull_back
from notevault.frontends.backward.composites import Unit, units
from notevault.frontends.backward.points import Array, agree, array
from notevault.frontends.backward.search import Search
from notevault.frontends.backward.whole import ratio
from notevault.frontends.explain import Explanation
from notevault.frontends.misconceptions import OPERANDS, formula, template
from notevault.frontends.symbolic.expressions import Expr

_P, _Q, _Y = (sympy.Symbol(letter) for letter in OPERANDS)
_SOFTMAX_DIAGONAL = "the softmax is passed as if it were elementwise"


@dataclass(frozen=True, slots=True)
class _Tried:
    """A wrong local derivative, as a number or a tensor, and what is then to be said."""

    local: Any
    kind: str
    text: str
    cotangent: Any = None
    """In the place of a local derivative: all that is sent back to the operand."""


def local_derivatives(search: Search, scaled: bool = False) -> Explanation | None:
    """The wrong local derivative with which the claimed gradient comes out; `scaled`: up to a factor."""
    claimed = search.here[0]
    if claimed.size != array(search.right).size:
        return None
    for unit in units(search):
        above = search.above(unit.output)
        if not np.any(array(above)):
            continue
        rest = search.right - search.through(unit.output, above)
        for tried in _tried(search, unit):
            found = _fits(search, unit, (above, rest), tried, scaled)
            if found is not None:
                return found
    return None


def _fits(search: Search, unit: Unit, parts: tuple[Tensor, Tensor], tried: _Tried, scaled: bool) -> Explanation | None:
    above, rest = parts
    passed = above * tried.local if tried.cotangent is None else tried.cotangent
    sent = _summed(array(passed), unit.operand.shape)
    if sent is None:
        return None
    (pulled,) = pull_back([unit.operand], [sent], [search.at], recording=False)
    here = array(rest) + (0.0 if pulled is None else array(pulled))
    claimed = search.here[0]
    if here.size != claimed.size:
        return None
    times: Any = 1
    if not agree(claimed, here):
        times = None if not scaled or np.any(np.abs(array(rest)) > 1e-12) else ratio(claimed.reshape(here.shape), here)
        if times is None or times.numerator > 100 or times.denominator > 100:
            return None
    candidate = rest + search.through(unit.operand, _summed_tensor(passed, unit.operand.shape))
    if not search.is_claimed(candidate * float(times)):
        return None
    also = (
        ""
        if times == 1
        else "; and the sign is wrong"
        if times == -1
        else f"; and it must be multiplied by {1 / times}"
    )
    return Explanation(tried.kind, tried.text + also)


def _tried(search: Search, unit: Unit) -> Iterator[_Tried]:
    """No derivative at all, those people take for the right one, and the right one twice."""
    shape_kept = unit.output.shape == unit.operand.shape or PRIMITIVES[unit.name].elementwise
    if shape_kept:
        for number, misconception in enumerate(PRIMITIVES[unit.name].misconceptions):
            wrong = template(unit.name, number)
            if wrong is not None and misconception.operand == unit.place and wrong != 1:
                text = _wrong_text(search, unit, wrong, misconception.why)
                yield _Tried(_evaluated(wrong, unit), "wrong local derivative", text)
        if unit.name == "softmax":
            y = unit.output
            yield _Tried(
                y * (1 - y), "wrong local derivative", f"{_SOFTMAX_DIAGONAL}: every output depends on every input"
            )
            y_name = search.wording.text(y) or "p"
            text = (
                f"the chain factor {y_name} * (1 - {y_name}) is too much: the derivative of the softmax is in the line"
            )
            extra = search.above(unit.operand) * y * (1 - y)
            yield _Tried(1.0, "extra chain factor", text, extra)
        if unit.name in {"tanh", "sigmoid"}:
            yield _Tried(unit.output, "wrong local derivative", _value_text(search, unit))
        yield _Tried(1.0, "missing chain factor", _missing_text(search, unit))
        right = _right(unit)
        if right is not None:
            yield _Tried(right * right, "extra chain factor", _extra_text(search, unit))
    if unit.name == "trace":
        text = "the trace sees the diagonal alone: its gradient is the identity, not a matrix of ones"
        yield _Tried(np.ones(unit.operand.shape), "wrong local derivative", text)
    if unit.name == "norm" and not unit.output.shape:
        text = f"the derivative of the norm is wrong: {_name(search, unit.operand)} must be divided by its norm"
        yield _Tried(unit.operand, "missing chain factor", text)


def _right(unit: Unit) -> Any:
    """The right local derivative of an elementwise operation."""
    row = PRIMITIVES[unit.name]
    if not row.elementwise:
        return None
    written = unit.output.primitive is not row
    operands = (unit.operand,) if written else unit.output.operands
    parameters = {} if written else unit.output.parameters
    partial = row.partials[min(unit.place, len(row.partials) - 1)]
    return partial(unit.output, *operands, **parameters) if callable(partial) else partial


def _evaluated(wrong: Expr, unit: Unit) -> Any:
    written = unit.output.primitive is not PRIMITIVES[unit.name]
    operands: Sequence[Any] = (unit.operand,) if written else unit.output.operands
    filled = [*operands, None, None][:2]
    return lambdify([_P, _Q, _Y], wrong, "numpy")(*filled, unit.output)


def _summed(cotangent: Array, shape: tuple[int, ...]) -> Array | None:
    """A cotangent summed over the axes along which its operand was spread out; None where the shapes do not fit."""
    summed = np.asarray(cotangent)
    if summed.ndim < len(shape):
        summed = np.broadcast_to(summed, shape) if not summed.shape else summed
    summed = summed.sum(axis=tuple(range(summed.ndim - len(shape))))
    spread = tuple(
        axis for axis, n in enumerate(shape) if n == 1 and summed.ndim == len(shape) and summed.shape[axis] != 1
    )
    summed = np.asarray(summed.sum(axis=spread, keepdims=True))
    return summed if summed.shape == shape else None


def _summed_tensor(cotangent: Tensor, shape: tuple[int, ...]) -> Tensor:
    if len(cotangent.shape) < len(shape):
        cotangent = cotangent * np.ones(shape)
    extra = tuple(range(len(cotangent.shape) - len(shape)))
    summed = cotangent.sum(axis=extra) if extra else cotangent
    spread = tuple(axis for axis, n in enumerate(shape) if n == 1 and summed.shape[axis] != 1)
    return summed.sum(axis=spread, keepdims=True) if spread else summed


# -- words ----------------------------------------------------------------------------------------------------------


def _name(search: Search, node: Any) -> str:
    return search.wording.text(node) or "it"


def _in_names(search: Search, unit: Unit, local: Expr) -> str | None:
    """A local derivative in the note's names: `1 - h**2` rather than `1 - tanh(z)**2` where the note has h."""
    written = unit.output.primitive is not PRIMITIVES[unit.name]
    operands: Sequence[Any] = (unit.operand,) if written else unit.output.operands
    names = [search.wording.text(operand) for operand in operands[:2]]
    output = search.wording.named(unit.output)
    value = formula(PRIMITIVES[unit.name].latex)
    if output is not None and value is not None:
        local = local.subs(value, _Y)
    used = {str(symbol) for symbol in local.free_symbols}
    words = dict(zip(OPERANDS, [*names, None, None][:2], strict=False)) | {OPERANDS[2]: output}
    if any(words.get(letter) is None for letter in used):
        return None
    symbols = {sympy.Symbol(letter): sympy.Symbol(_bracketed(str(words[letter]))) for letter in used}
    return re.sub(r"\((\([^()]*\))\)", r"\1", sympy.sstr(local.subs(symbols, simultaneous=True)))


def _bracketed(text: str) -> str:
    return text if text.replace("_", "").isalnum() or text.endswith((")", "]")) else f"({text})"


def _right_text(search: Search, unit: Unit) -> str | None:
    latex = PRIMITIVES[unit.name].partials_latex
    local = formula(latex[min(unit.place, len(latex) - 1)]) if latex else None
    return None if local is None else _in_names(search, unit, local)


def _wrong_text(search: Search, unit: Unit, wrong: Expr, why: str) -> str:
    said, right = _in_names(search, unit, wrong), _right_text(search, unit)
    if said is None or right is None:
        return f"the derivative of {unit.name} is wrong: {why}"
    return f"the derivative of {_operation(search, unit)} is wrong: {said} where {right} belongs"


def _operation(search: Search, unit: Unit) -> str:
    """The name of the operation; a product or quotient as it is written."""
    plain = unit.name in {"mul", "div", "pow", "square"}
    return (search.wording.text(unit.output, whole=True) if plain else None) or unit.name


def _value_text(search: Search, unit: Unit) -> str:
    right = _right_text(search, unit)
    return f"the derivative of {unit.name} is wrong: its value is there" + (f" where {right} belongs" if right else "")


def _missing_text(search: Search, unit: Unit) -> str:
    if unit.name in {"mul", "div"}:
        other = [o for k, o in enumerate(unit.output.operands) if k != unit.place]
        text = search.wording.text(other[0]) if other else None
        if text is not None and not (unit.name == "div" and unit.place == 1):
            factor = text if unit.name == "mul" else f"1/{_bracketed(text)}"
            product = search.wording.text(unit.output, whole=True)
            return f"the chain factor {factor} is missing" + (f": it comes from {product}" if product else "")
    right = _right_text(search, unit)
    what = f"the derivative of {unit.name}"
    return f"{what} is missing in the chain" + (f": the factor {right}" if right else "")


def _extra_text(search: Search, unit: Unit) -> str:
    right = _right_text(search, unit)
    factor = f"the chain factor {right} is too much" if right else "a chain factor is too much"
    return f"{factor}: the derivative of {unit.name} is taken twice, or cancels"
