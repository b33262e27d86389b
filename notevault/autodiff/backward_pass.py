"""The backward pass node by node: what a student writes down when they differentiate by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.autodiff.naming import tex_name
from notevault.autodiff.primitive import Primitive, Value
from notevault.autodiff.sweep import (
    like_value_of,
    node_cotangents,
    ones_like,
    pull_back,
    recorded,
    unit_cotangent,
    zeros_like,
)
from notevault.autodiff.tensor import Tensor, shape_of, value_of


@dataclass(frozen=True, slots=True)
class LocalDerivative:
    """The derivative of a node by one parent: `value` where it is a number or acts element by element (else
    None: a linear map that only the formula tells), `latex` its formula, with the labels of the parents
    filled in."""

    value: Value | None
    latex: str


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One node of the backward pass; parents are indices into `Trace.nodes`, -1 never occurs: constants are
    nodes.

    local_derivatives, contributions: one a parent; a contribution is upstream times local derivative, and
    None for a parent that does not depend on what was differentiated by. adjoint (= upstream): the sum of
    the contributions that the node's consumers sent.
    """

    index: int
    label: str
    name: str | None
    operation: str
    formula: str
    parents: tuple[int, ...]
    parameters: Mapping[str, Any]
    value: Value
    local_derivatives: tuple[LocalDerivative, ...]
    contributions: tuple[Value | None, ...]
    upstream: Value
    adjoint: Value


@dataclass(frozen=True, slots=True)
class Trace:
    """The nodes in order of computation; the last one is the output."""

    nodes: tuple[TraceNode, ...]
    wrt: tuple[int, ...]

    @property
    def output(self) -> TraceNode:
        """The node that was differentiated."""
        return self.nodes[-1]

    def node(self, label: str) -> TraceNode:
        """The node with this label or name; KeyError if there is none."""
        for node in self.nodes:
            if label in (node.label, node.name):
                return node
        raise KeyError(label)

    def edges(self) -> tuple[tuple[int, int, Value | None], ...]:
        """(parent, node, contribution) for every edge, for a graph library."""
        return tuple(
            (parent, node.index, sent)
            for node in self.nodes
            for parent, sent in zip(node.parents, node.contributions, strict=True)
        )


def trace(output: Tensor, wrt: Sequence[Tensor] | None = None, names: Mapping[str, Any] | None = None) -> Trace:
    """Everything the reverse pass from `output` computes, node by node.

    wrt: what to differentiate by; every leaf when None. names: a namespace (such as `locals()`) whose
    variables give their names to the nodes they hold; a tensor's own name comes first. A scalar output has
    upstream gradient 1. TypeError where the output is no tensor. `trace_formats` has it as a table, Markdown, LaTeX,
    Mermaid and SVG.

    >>> from notevault.autodiff.tensor import tensor
    >>> w, x = tensor(2.0, "w"), tensor(3.0, "x")
    >>> steps = trace(w * x)
    >>> [(node.label, float(node.adjoint)) for node in steps.nodes]
    [('w', 3.0), ('x', 2.0), ('v1', 1.0)]
    """
    if not isinstance(output, Tensor):
        raise TypeError(f"trace takes the tensor that was computed, not a {type(output).__name__}")
    tape = recorded([output])
    if wrt is None:
        wrt = [node for node in tape if node.primitive is None]
    start = unit_cotangent(output) if output.size == 1 else like_value_of(output, ones_like(output))
    adjoints: dict[int, Value] = {}
    pull_back([output], [start], wrt, recording=False, keep=adjoints)
    return _Builder(adjoints, _variable_names(names)).build(tape, wrt)


def _variable_names(names: Mapping[str, Any] | None) -> dict[int, str]:
    found: dict[int, str] = {}
    for name, value in (names or {}).items():
        if isinstance(value, Tensor):
            found.setdefault(value.index, name)
    return found


class _Builder:
    """Turns tensors and their adjoints into trace nodes."""

    def __init__(self, adjoints: dict[int, Value], variables: dict[int, str]) -> None:
        self.adjoints = adjoints
        self.variables = variables
        self.nodes: list[TraceNode] = []
        self.place: dict[int, int] = {}
        self.constants: dict[int, int] = {}
        self.unnamed = 0
        self.taken: set[str | None] = set()

    def build(self, tape: Sequence[Tensor], wrt: Sequence[Tensor]) -> Trace:
        self.taken = {node.name or self.variables.get(node.index) for node in tape}
        for node in tape:
            if node.primitive is None:
                self._leaf(node)
            else:
                self._step(node, node.primitive)
        return Trace(tuple(self.nodes), tuple(self.place[x.index] for x in wrt if x.index in self.place))

    def _label(self, name: str | None) -> str:
        given = " ".join((name or "").split())
        if given:
            return given
        self.unnamed += 1
        while f"v{self.unnamed}" in self.taken:
            self.unnamed += 1
        return f"v{self.unnamed}"

    def _leaf(self, node: Tensor) -> None:
        name = node.name or self.variables.get(node.index)
        adjoint = self.adjoints.get(node.index)
        adjoint = zeros_like(node) if adjoint is None else adjoint
        kind = "input" if name or node.index in self.adjoints else "constant"
        index = len(self.nodes)
        label = self._label(name)
        self.nodes.append(TraceNode(index, label, name, kind, label, (), {}, node.value, (), (), adjoint, adjoint))
        self.place[node.index] = index

    def _constant(self, value: Value) -> int:
        if id(value) not in self.constants:
            index = len(self.nodes)
            label = number(value)
            zero = 0.0 * np.asarray(value)[()] if np.asarray(value).dtype.kind in "fc" else 0
            self.nodes.append(TraceNode(index, label, None, "constant", label, (), {}, value, (), (), zero, zero))
            self.constants[id(value)] = index
        return self.constants[id(value)]

    def _step(self, node: Tensor, row: Primitive) -> None:
        name = node.name or self.variables.get(node.index)
        parents = tuple(
            self.place[operand.index] if isinstance(operand, Tensor) else self._constant(operand)
            for operand in node.operands
        )
        labels = tuple(tex_name(self.nodes[k].label) for k in parents)
        label = self._label(name)
        written = tex_name(label)
        adjoint = self.adjoints.get(node.index)
        sent: dict[int, list[Value]] = {}
        if adjoint is not None:
            with np.errstate(all="ignore"):
                sent = _by_operand(node, adjoint, self.adjoints)
        locals_ = tuple(
            LocalDerivative(_local_value(node, row, k), _local_formula(row, k, labels, written))
            for k in range(len(parents))
        )
        contributions = tuple(sent[k][0] if k in sent else None for k in range(len(parents)))
        reached = zeros_like(node) if adjoint is None else adjoint
        index = len(self.nodes)
        self.nodes.append(
            TraceNode(
                index, label, name, row.name, row.formula(labels, written), parents, node.parameters,
                node.value, locals_, contributions, reached, reached,
            )
        )  # fmt: skip
        self.place[node.index] = index


def _by_operand(node: Tensor, adjoint: Value, active: Mapping[int, Value]) -> dict[int, list[Value]]:
    """The cotangent that goes along each edge, by operand number; x * x has two edges to x."""
    sent: dict[int, list[Value]] = {}
    for k, operand in enumerate(node.operands):
        if isinstance(operand, Tensor) and operand.index in active:
            lone = Tensor(
                node.value,
                node.primitive,
                tuple(o if j == k else value_of(o) for j, o in enumerate(node.operands)),
                node.arguments,
                node.parameters,
            )
            pairs = node_cotangents(lone, adjoint, {operand.index: True}, recording=False)
            if pairs:
                sent[k] = [pairs[0][1]]
    return sent


def _local_value(node: Tensor, row: Primitive, operand: int) -> Value | None:
    """The local derivative as a number (or, elementwise, an array of numbers); None for any other linear
    map."""
    if row.joint_vjp is not None:
        return None
    if not row.differentiable or row.vjp[operand] is None:
        return zeros_like(node) if not row.differentiable else None
    with np.errstate(all="ignore"):
        if row.partials:
            rule = row.partials[operand]
            local = rule if isinstance(rule, int) else rule(node.value, *node.arguments, **node.parameters)
            return local * ones_like(node) if shape_of(local) != shape_of(node.value) else local
        if not shape_of(node.value) and not shape_of(node.arguments[operand]):
            return row.vjp[operand](ones_like(node), node.value, *node.arguments, **node.parameters)
    return None


def _local_formula(row: Primitive, operand: int, labels: tuple[str, ...], written: str) -> str:
    """The row's formula; of a power with a whole exponent n the form n x^(n-1) with the numbers worked out."""
    if row.name == "pow" and operand == 0 and labels[1].isdecimal():
        n = int(labels[1])
        powers = {0: "0", 1: "1", 2: rf"2\, {labels[0]}"}
        return powers.get(n, rf"{n}\, {labels[0]}^{{{n - 1}}}")
    return row.local_formula(operand, labels, written)


def number(value: Value) -> str:
    """A constant as a label: a short number, or its shape.

    >>> number(2.0), number(np.zeros((2, 3)))
    ('2', 'constant 2x3')
    """
    shape = shape_of(value)
    if shape or isinstance(value, (list, tuple)):
        return "constant " + "x".join(str(n) for n in np.shape(value))
    return f"{value:g}" if isinstance(value, (int, float, np.floating, np.integer)) else str(value)
