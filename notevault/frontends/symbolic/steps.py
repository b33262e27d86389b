"""Sympy expressions as flat programs: one list of steps, evaluated in any number system without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notevault.errors import NotevaultError
from notevault.frontends.symbolic.expressions import Expr

System = Mapping[str, Callable[..., Any]]
"""A number system: a head's name to a function on values. `None` as a value means "not defined here"."""


class UnknownHeadError(NotevaultError):
    """An expression holds a function that no number system here knows; `head` is its name."""

    def __init__(self, head: str) -> None:
        self.head = head
        super().__init__(f"the function {head} is not known")


class UnknownSizeError(UnknownHeadError):
    """A bound, an index or the size of a matrix is not a whole number; `head` is how it is written."""

    def __init__(self, head: str) -> None:
        super().__init__(head)
        self.args = (f"{head} is not a whole number",)


class NotRealError(UnknownHeadError):
    """A name or a constant that is no real number; `head` is how it is written."""

    def __init__(self, head: str) -> None:
        super().__init__(head)
        self.args = (f"{head} is not a real number",)


class TooLargeError(NotevaultError):
    """An expression is larger than what is looked at."""


@dataclass(frozen=True, slots=True)
class Step:
    """One application of `head` to the results of earlier steps; a leaf has its number or symbol as `leaf`."""

    head: str
    operands: tuple[int, ...]
    leaf: Expr = None


@dataclass(frozen=True, slots=True)
class Program:
    """The steps that compute `outputs` (indices of steps) from the values of `symbols` (sorted by name)."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    symbols: tuple[Expr, ...]

    @property
    def heads(self) -> frozenset[str]:
        """The names of the functions the program applies."""
        return frozenset(step.head for step in self.steps)

    def tree_sizes(self) -> list[int]:
        """For every step how many parts it has when it is written out: shared parts as often as they occur."""
        sizes: list[int] = []
        for step in self.steps:
            sizes.append(1 + sum(sizes[operand] for operand in step.operands))
        return sizes

    def run(self, system: System, number: Callable[[Expr], Any], values: Mapping[Expr, Any]) -> list[Any]:
        """The values of the outputs; `number` turns a sympy number or constant into a value of the system."""
        results = self.run_all(system, number, values)
        return [results[output] for output in self.outputs]

    def run_all(self, system: System, number: Callable[[Expr], Any], values: Mapping[Expr, Any]) -> list[Any]:
        """The values of all steps, in their order."""
        results: list[Any] = []
        for step in self.steps:
            if step.head == "symbol":
                results.append(values[step.leaf])
            elif step.head == "number":
                results.append(number(step.leaf))
            elif step.head == "Piecewise" and "Piecewise" not in system:
                branch = taken_branch([results[operand] for operand in step.operands[1::2]])
                results.append(None if branch is None else results[step.operands[2 * branch]])
            else:
                operands = [results[operand] for operand in step.operands]
                undefined = any(operand is None for operand in operands)
                results.append(None if undefined else system[step.head](*operands))
        return results


def taken_branch(conditions: Sequence[Any]) -> int | None:
    """The first branch whose condition holds, before one that is undefined; a branch not taken may be undefined."""
    for branch, condition in enumerate(conditions):
        if condition is None:
            return None
        if condition:
            return branch
    return None


def reachable(steps: Sequence[Step], outputs: Sequence[int]) -> list[int]:
    """The indices of the steps that `outputs` need, in their order."""
    needed = set(outputs)
    for index in range(max(outputs, default=-1), -1, -1):
        if index in needed:
            needed.update(steps[index].operands)
    return sorted(needed)


def excerpt(steps: Sequence[Step], outputs: Sequence[int]) -> Program:
    """The program of those of `steps` that `outputs` need."""
    kept = reachable(steps, outputs)
    place = {index: new for new, index in enumerate(kept)}
    chosen = [steps[index] for index in kept]
    return Program(
        tuple(Step(step.head, tuple(place[operand] for operand in step.operands), step.leaf) for step in chosen),
        tuple(place[output] for output in outputs),
        tuple(sorted((step.leaf for step in chosen if step.head == "symbol"), key=_by_name)),
    )


def _by_name(symbol: Expr) -> tuple[str, str]:
    return symbol.name, str(sorted(symbol.assumptions0.items()))
