"""Operations that a note writes out, found among the nodes by their values: sigmoid, tanh, relu, softmax."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.autodiff import PRIMITIVES, Tensor
from notevault.frontends.backward.points import Array, agree, array, comparable
from notevault.frontends.backward.search import Search

MAX_STEPS = 8
_PLAIN_ONES = frozenset({"add", "sub", "neg", "identity", "cast", "sum_to", "broadcast", "reshape", "transpose"})


@dataclass(frozen=True, slots=True)
class Unit:
    """An operation on the way from the parameter to the loss, with one of its operands."""

    name: str
    operand: Tensor
    output: Tensor
    place: int = 0


def units(search: Search) -> Iterator[Unit]:
    """Every operation with a derivative of its own, those that are written out before their parts; the last first."""
    yield from _written_out(search)
    on_way = {node.index for node in search.nodes}
    for node in search.nodes:
        row = node.primitive
        if row is None or node is search.at or row.name in _PLAIN_ONES:
            continue
        for place, operand in enumerate(node.operands):
            if isinstance(operand, Tensor) and operand.index in on_way:
                yield Unit(row.name, operand, node, place)


def _softmax(axis: int) -> Callable[[Array], Array]:
    def softmax(z: Array) -> Array:
        return np.asarray(PRIMITIVES["softmax"].forward(z, axis=axis))

    return softmax


_FORMS: Mapping[str, tuple[Callable[[Array], Array], ...]] = {
    "sigmoid": (PRIMITIVES["sigmoid"].forward,),
    "tanh": (np.tanh,),
    "relu": (lambda z: np.maximum(z, 0),),
    "softmax": (_softmax(-1), _softmax(0)),
    "softplus": (lambda z: np.logaddexp(0, z),),
}


def _written_out(search: Search) -> Iterator[Unit]:
    for output in search.nodes:
        if output is search.at or output.primitive is None:
            continue
        value = array(output)
        for operand in _before(output, search):
            z = array(operand)
            if z.shape != value.shape or not comparable(z, value):
                continue
            for name, forms in _FORMS.items():
                if name != output.primitive.name and z.size and any(_is(form, z, value, name) for form in forms):
                    yield Unit(name, operand, output)


def _is(form: Callable[[Array], Array], z: Array, value: Array, name: str) -> bool:
    if name == "softmax" and (z.ndim == 0 or z.size < 2):
        return False
    if name == "relu" and (not np.any(z > 0) or not np.any(z < 0)):
        return False
    with np.errstate(all="ignore"):
        return agree(np.asarray(form(z)), value)


def _before(output: Tensor, search: Search) -> list[Tensor]:
    """The nodes on the way a few steps before this one."""
    on_way = {node.index for node in search.nodes}
    found: dict[int, Tensor] = {}
    frontier: list[Any] = [output]
    for _ in range(MAX_STEPS):
        frontier = [
            operand
            for node in frontier
            for operand in node.operands
            if isinstance(operand, Tensor) and operand.index in on_way and operand.index not in found
        ]
        found |= {node.index: node for node in frontier}
    return [node for _, node in sorted(found.items())]
