r"""Derivatives of quadratic forms, written without indices: `\nabla x^T A x = (A + A^T) x`, `2 A x` (A symmetric)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np

from notevault.autodiff import gradients, tensor
from notevault.frontends.backward.points import Array
from notevault.frontends.claims import Confidence, Outcome, Verdict
from notevault.frontends.latex.context import Context
from notevault.frontends.latex.links import Chain
from notevault.frontends.latex.nodes import (
    Binary,
    Call,
    Derivative,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Transpose,
    walk,
)
from notevault.frontends.latex.surroundings import Surroundings
from notevault.frontends.latex.symbols import opaque

SIZES = (2, 3)
MAX_OPEN = 3
_GREEK_MATRICES = frozenset({"Sigma", "Lambda", "Omega", "Gamma", "Phi", "Psi", "Theta", "Xi", "Pi", "Delta"})
_SYMMETRIC = re.compile(
    r"(?<![\w-])(?:symmetri|symmétri|symétri|simétric|simmetric)\w*|[ck]o-?varian[cçz]|hessian|gram matrix"
    r"|\b(?:positive|negative)(?:ly)?[- ](?:semi-?)?definite|\bpositiv[- ](?:semi)?definit|\bdéfinie positive"
    r"|\bdefinid[ao] positiv[ao]|\bdefinita positiva|\b(?:SPD|PSD)\b",
    re.I,
)
_NOT_SYMMETRIC = re.compile(
    r"(?:\b(?:not|never|need not|non|nicht|pas|no|não|skew|anti|un)|n't)[- ]*(?:\w+ ){0,2}s[yi]m+[eé]tri|\basymm?etri"
    r"|\bantis[yi]m+[eé]tri|\bschiefsymm",
    re.I,
)


def _projection(square: Array) -> Array:
    """Onto a line: symmetric, and its own square."""
    line = square[:, :1]
    return np.asarray(line @ line.T / (line.T @ line))


KINDS: Mapping[str, Callable[[Array], Array]] = {
    "always": lambda square: square,
    "symmetric": lambda square: square + square.T,
    "the identity": lambda square: np.eye(len(square)),
    "orthogonal": lambda square: np.linalg.qr(square)[0],
    "projections": _projection,
    "skew-symmetric": lambda square: square - square.T,
}
"""A matrix of each kind that notes speak of, from one with random elements."""


class _NoValueError(Exception):
    """The sizes do not fit, or something else than products, sums and transposes occurs."""


def judge_form(chain: Chain, context: Context, around: Surroundings) -> Verdict | None:
    """The verdict on the derivative of a form `x^T A x + …` by the vector x; None where the chain is something else.

    Capital letters are square matrices. A small letter is a number or a vector, whichever fits; where both do, the
    verdict must be the same. A row is as good as a column: both layouts are in use.
    """
    nodes = [side.node for side in chain.sides]
    taken = _form(nodes[0], context)
    if taken is None or around.called_wrong or any(relation not in {"=", ":="} for relation in chain.relations):
        return None
    body, variable = taken
    claimed = [node for node in nodes[1:] if node is not None]
    if len(claimed) != len(nodes) - 1 or not claimed:
        return None
    found = {_agreement(body, variable, claimed, vectors) for vectors in _readings(body, variable, claimed)} - {None}
    if len(found) != 1:
        return None
    (agreement,) = found
    said_symmetric = bool(_SYMMETRIC.search(around.note)) and not _NOT_SYMMETRIC.search(around.note)
    return _verdict(str(agreement), body, said_symmetric)


def _verdict(agreement: str, body: Node, said_symmetric: bool) -> Verdict:
    evidence = {"points": len(SIZES), "skipped": 0}
    if agreement == "always" or (agreement == "symmetric" and said_symmetric):
        reason = "" if agreement == "always" else "of a symmetric matrix"
        return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, reason, None, evidence)
    if agreement != "never":
        return Verdict(Outcome.INCONCLUSIVE, reason=f"true of matrices that are {agreement}, not of every one")
    names = [part.key for part in walk(body) if isinstance(part, Name) and _is_matrix(part)]
    reason = f"a form with the matrix {names[0]} has {names[0]} and its transpose in its derivative"
    if said_symmetric:
        reason += ", twice the same where it is symmetric"
    return Verdict(Outcome.REFUTED, Confidence.NUMERIC, reason, "not localised", evidence)


def _form(left: Node | None, context: Context) -> tuple[Node, Name] | None:
    """What is differentiated, and by which vector, where the vector stands transposed, and a matrix somewhere."""
    if not isinstance(left, Derivative) or len(left.variables) > 1:
        return None
    body: Node | None = left.function
    names = list(left.variables)
    if isinstance(body, Call | Name):
        function = body.function if isinstance(body, Call) else body
        defined = context.find(function)
        if defined is None:
            return None
        names = names or list(defined.parameters)
        body = defined.body
    if body is None or len(names) != 1:
        return None
    parts = list(walk(body))
    turned = any(isinstance(part, Transpose) and names[0] in walk(part.operand) for part in parts)
    has_matrix = any(isinstance(part, Name) and _is_matrix(part) and part != names[0] for part in parts)
    return (body, names[0]) if turned and has_matrix and not names[0].indices else None


def _is_matrix(name: Name) -> bool:
    return name.base.isupper() if len(name.base) == 1 else name.base in _GREEK_MATRICES


def _readings(body: Node, variable: Name, claimed: list[Node]) -> Iterator[frozenset[str]]:
    """Which small letters may be vectors: those that are transposed are, of the others each set in turn."""
    parts = [part for node in (body, *claimed) for part in walk(node)]
    small = {opaque(part) for part in parts if isinstance(part, Name) and not _is_matrix(part)} - {opaque(variable)}
    turned = {opaque(p.operand) for p in parts if isinstance(p, Transpose) and isinstance(p.operand, Name)} & small
    free = sorted(small - turned)[:MAX_OPEN]
    turned.add(opaque(variable))
    for chosen in product((False, True), repeat=len(free)):
        yield frozenset(turned | {name for name, is_vector in zip(free, chosen, strict=True) if is_vector})


def _agreement(body: Node, variable: Name, claimed: list[Node], vectors: frozenset[str]) -> str | None:
    """The kind of matrices of which it is true, the first of KINDS, or "never"; None where the sizes do not fit."""
    try:
        for kind in KINDS:
            samples = [dict(_values([body, *claimed], vectors, size, kind)) for size in SIZES]
            if all(_agree(body, variable, claimed, values) for values in samples):
                return kind
    except _NoValueError:
        return None
    return "never"


def _agree(body: Node, variable: Name, claimed: list[Node], values: Mapping[str, Any]) -> bool:
    at = tensor(values[opaque(variable)])
    form = _value(body, {**values, opaque(variable): at})
    if np.shape(form) != (1, 1):
        raise _NoValueError
    (right,) = gradients(form.reshape(()), [at])
    said = [np.asarray(_value(node, values)) for node in claimed]
    if any(value.shape not in {at.shape, at.shape[::-1]} for value in said):
        raise _NoValueError
    return all(np.allclose(value.ravel(), right.value.ravel()) for value in said)


def _values(nodes: list[Node], vectors: frozenset[str], size: int, kind: str) -> Iterator[tuple[str, Any]]:
    names = {opaque(part): part for node in nodes for part in walk(node) if isinstance(part, Name)}
    source = np.random.default_rng(size)
    for key in sorted(names):
        square = source.normal(size=(size, size))
        column, number = source.normal(size=(size, 1)), source.normal(size=(1, 1))
        if _is_matrix(names[key]):
            yield key, KINDS[kind](square)
        else:
            yield key, column if key in vectors else number


def _value(node: Node, values: Mapping[str, Any]) -> Any:
    """The node as a matrix; a number is one of one row and one column. Raises _NoValueError."""
    match node:
        case Number(text=text):
            return np.array([[float(text)]])
        case Name():
            return values[opaque(node)]
        case Negative(operand=operand):
            return -_value(operand, values)
        case Transpose(operand=operand):
            return _value(operand, values).T
        case Norm(operand=operand, order=2):
            inside = _value(operand, values)
            return ((inside**2).sum() ** 0.5).reshape((1, 1))
        case Power(base=base, exponent=Number(text=text)) if text.isdigit():
            inside = _value(base, values)
            if np.shape(inside) != (1, 1):
                raise _NoValueError
            return inside ** int(text)
        case Binary(operator=operator, left=left, right=right):
            return _combined(operator, _value(left, values), _value(right, values))
    raise _NoValueError


def _combined(operator: str, left: Any, right: Any) -> Any:
    first, second = np.shape(left), np.shape(right)
    if operator in {"+", "-"} and first == second:
        return left + right if operator == "+" else left - right
    if operator == "*" and (1, 1) in {first, second}:
        return left * right
    if operator == "*" and first[1] == second[0]:
        return left @ right
    if operator == "/" and second == (1, 1):
        return left / right
    raise _NoValueError
