"""Mistakes that people make in a backward pass, each as one altered rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notevault.autodiff import TraceNode
from notevault.study.exercises.passes import Local, Pass, adjoints, true_local


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: the local derivatives that it uses, and what to tell who makes it."""

    name: str
    feedback: str
    local: Local = true_local
    first_path_only: bool = False


def _power_without_exponent(node: TraceNode, k: int, operands: Sequence[float]) -> float:
    right = true_local(node, k, operands)
    return right / operands[1] if node.operation == "pow" and k == 0 and operands[1] else right


def _difference_as_sum(node: TraceNode, k: int, operands: Sequence[float]) -> float:
    return 1.0 if node.operation == "sub" else true_local(node, k, operands)


def _own_factor(node: TraceNode, k: int, operands: Sequence[float]) -> float:
    return operands[k] if node.operation == "mul" else true_local(node, k, operands)


def _function_for_its_derivative(node: TraceNode, k: int, operands: Sequence[float]) -> float:
    return float(node.value) if len(node.parents) == 1 and node.operation != "neg" else true_local(node, k, operands)


MISTAKES = (
    Mistake(
        "missing exponent",
        "The derivative of u ** n is n * u ** (n - 1): the factor n is missing.",
        _power_without_exponent,
    ),
    Mistake("sign of a difference", "In a - b the derivative with respect to b is -1.", _difference_as_sum),
    Mistake("own factor", "In a product the derivative with respect to one factor is the other factor.", _own_factor),
    Mistake(
        "function for its derivative",
        "A value of the function itself was used where its derivative belongs.",
        _function_for_its_derivative,
    ),
    Mistake(
        "one path only",
        "A node that is used more than once gets one contribution for each use; they are added.",
        first_path_only=True,
    ),
)


def wrong_adjoints(done: Pass) -> Iterator[tuple[Mistake, dict[str, float]]]:
    """Each mistake with the adjoints that it leads to, and at last the local derivatives without upstream gradients."""
    for mistake in MISTAKES:
        yield mistake, adjoints(done, mistake.local, first_path_only=mistake.first_path_only)
    yield _NO_CHAIN, _local_only(done)


_NO_CHAIN = Mistake(
    "missing upstream gradient",
    "A local derivative is not the answer yet: it is multiplied by the upstream gradient of its node.",
)


def _local_only(done: Pass) -> dict[str, float]:
    """For each node the sum of its local derivatives in the nodes that use it."""
    found = dict.fromkeys((node.label for node in done.trace.nodes), 0.0)
    found[done.trace.output.label] = 1.0
    for node in done.steps:
        for k, parent in enumerate(node.parents):
            found[done.trace.nodes[parent].label] += true_local(node, k, [])
    return found
