"""The forward and the backward pass of a scalar computation, and how a mistake in one rule spreads through them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from notevault.autodiff import PRIMITIVES, Trace, TraceNode, trace
from notevault.frontends.straightline import Computation, evaluate

Local = Callable[[TraceNode, int, Sequence[float]], float]
"""The local derivative of a node by its parent number k, given the values of its parents."""

Operation = Callable[[TraceNode, Sequence[float]], float]
"""The value of a node from the values of its parents."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A computation at a point, traced: the nodes that are not constants, by their labels."""

    trace: Trace
    at: Mapping[str, float]

    @property
    def steps(self) -> tuple[TraceNode, ...]:
        """The nodes that compute something, in order."""
        return tuple(node for node in self.trace.nodes if node.parents)

    def value(self, label: str) -> float:
        """The value of a node."""
        return float(self.trace.node(label).value)

    def adjoint(self, label: str) -> float:
        """The derivative of the output with respect to a node."""
        return float(self.trace.node(label).adjoint)


def run(computation: Computation, at: Mapping[str, float]) -> Pass:
    """The traced computation at a point."""
    with np.errstate(all="ignore"):  # a point outside the domain gives NaN, which the caller looks for
        output, names = evaluate(computation, at)
        inputs = [names[name] for name in computation.inputs]
        return Pass(trace(output, inputs, names), at)


def true_operation(node: TraceNode, operands: Sequence[float]) -> float:
    """What the node really computes."""
    return float(PRIMITIVES[node.operation].forward(*operands, **node.parameters))


def values(done: Pass, operation: Operation = true_operation) -> dict[str, float]:
    """The value of every step by its label, computed with `operation`."""
    found: list[float] = []
    with np.errstate(all="ignore"):
        for node in done.trace.nodes:
            operands = [found[parent] for parent in node.parents]
            found.append(operation(node, operands) if node.parents else float(node.value))
    return {node.label: found[node.index] for node in done.steps}


def operand_values(done: Pass, node: TraceNode) -> list[float]:
    """The values of a node's parents."""
    return [float(done.trace.nodes[parent].value) for parent in node.parents]


def true_local(node: TraceNode, k: int, operands: Sequence[float]) -> float:
    """The local derivative that the engine found."""
    value = node.local_derivatives[k].value
    return 0.0 if value is None else float(value)


def adjoints(done: Pass, local: Local = true_local, *, first_path_only: bool = False) -> dict[str, float]:
    """The adjoint of every node by its label, with local derivatives taken from `local`.

    With `first_path_only`, a node keeps only the first contribution that reaches it.
    """
    nodes = done.trace.nodes
    sums = [0.0] * len(nodes)
    reached = [False] * len(nodes)
    sums[-1] = 1.0
    for node in reversed(nodes):
        operands = operand_values(done, node)
        for k, parent in enumerate(node.parents):
            if first_path_only and reached[parent]:
                continue
            reached[parent] = True
            sums[parent] += sums[node.index] * local(node, k, operands)
    return {node.label: sums[node.index] for node in nodes if node.operation != "constant"}


def is_tidy(done: Pass) -> bool:
    """Whether every number of the pass is finite and of a size to be written down."""
    numbers = [float(node.value) for node in done.trace.nodes]
    numbers += [float(node.adjoint) for node in done.trace.nodes if node.operation != "constant"]
    return all(math.isfinite(x) and (abs(x) < 2000) and (x == 0 or abs(x) > 1e-3) for x in numbers)
