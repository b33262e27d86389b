"""The recorded program as a flat list of nodes: to replay in another number system, to compile, to draw."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from notevault.autodiff.errors import UnknownPrimitiveError
from notevault.autodiff.primitive import PRIMITIVES, Primitive, Value
from notevault.autodiff.sweep import recorded
from notevault.autodiff.tensor import Tensor


@dataclass(frozen=True, slots=True)
class Node:
    """One step: `primitive` is its `label`, or "input" or "constant"; `parents` are indices of earlier nodes."""

    index: int
    primitive: str
    parents: tuple[int, ...]
    parameters: Mapping[str, Any]
    name: str | None
    value: Value


@dataclass(frozen=True, slots=True)
class Graph:
    """A recorded program in creation order: every node's parents stand before it."""

    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def replay(self, values: Sequence[Value], functions: Mapping[str, Callable[..., Value]]) -> list[Value]:
        """The outputs for other inputs, in whatever number system `functions` computes.

        functions: a primitive's name -> a callable on operands (positional) and parameters (by keyword).
        "constant", if given, translates the recorded constants, which else are used as they are.

        >>> import operator
        >>> from fractions import Fraction
        >>> from notevault.autodiff.tensor import tensor
        >>> x = tensor(2.0)
        >>> graph([x * x + 1], [x]).replay([Fraction(1, 3)], {"mul": operator.mul, "add": operator.add})
        [Fraction(10, 9)]
        """
        if len(values) != len(self.inputs):
            raise ValueError(f"{len(values)} values for {len(self.inputs)} inputs")
        given = dict(zip(self.inputs, values, strict=True))
        constant: Callable[..., Value] = functions.get("constant", _as_it_is)
        results: list[Value] = []
        for node in self.nodes:
            if node.index in given:
                results.append(given[node.index])
            elif node.primitive in ("constant", "input"):
                results.append(constant(node.value))
            else:
                function = functions.get(node.primitive)
                if function is None:
                    raise UnknownPrimitiveError(node.primitive, functions)
                results.append(function(*(results[k] for k in node.parents), **node.parameters))
        return [results[k] for k in self.outputs]


def graph(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Graph:
    """What was computed from `inputs` to `outputs`; other leaves and plain operands become constants.

    Parameters are complete: those left out at the call have their default value. An input that no output
    needs is there too, so that `replay` takes one value for every input.
    """
    chosen = {x.index for x in inputs}
    nodes: list[Node] = []
    place: dict[int, int] = {}
    constants: dict[int, int] = {}

    def add(primitive: str, parents: tuple[int, ...], parameters: Mapping[str, Any], name: Any, value: Any) -> int:
        nodes.append(Node(len(nodes), primitive, parents, parameters, name, value))
        return len(nodes) - 1

    def constant(operand: Value) -> int:
        # one node for one object; every operand is kept alive by the tape, so identities do not recur
        if id(operand) not in constants:
            constants[id(operand)] = add("constant", (), {}, None, operand)
        return constants[id(operand)]

    for x in inputs:
        place[x.index] = add("input", (), {}, x.name, x.value)
    for node in _behind(outputs, chosen):
        if node.index in place:
            continue
        if node.primitive is None:
            place[node.index] = add("constant", (), {}, node.name, node.value)
            continue
        parents = tuple(
            place[operand.index] if isinstance(operand, Tensor) else constant(operand) for operand in node.operands
        )
        parameters = {**defaults(node.primitive), **node.parameters}
        place[node.index] = add(label(node.primitive), parents, parameters, node.name, node.value)
    return Graph(tuple(nodes), tuple(place[x.index] for x in inputs), tuple(place[y.index] for y in outputs))


def _behind(outputs: Sequence[Tensor], stop: set[int]) -> list[Tensor]:
    """The tensors the outputs were made from, without looking behind those in `stop`."""
    if not stop:
        return recorded(outputs)
    found: dict[int, Tensor] = {}
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if node.index not in found:
            found[node.index] = node
            if node.index not in stop:
                pending.extend(operand for operand in node.operands if isinstance(operand, Tensor))
    return [found[index] for index in sorted(found)]


def label(row: Primitive) -> str:
    """The name of a row of the table; that of an operation of one's own after "custom ", for it may be called like a
    row."""
    return row.name if PRIMITIVES.get(row.name) is row else f"custom {row.name}"


def _as_it_is(value: Value) -> Value:
    return value


@cache
def defaults(row: Primitive) -> Mapping[str, Any]:
    """The default values of an operation's parameters."""
    return {
        name: parameter.default
        for name, parameter in inspect.signature(row.forward).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty
    }
