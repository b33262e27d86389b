"""Which cases of a program have occurred: the branches of a `Piecewise`, the larger operand of a `Max`, the sign in an
`Abs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from notevault.frontends.symbolic.steps import Program, taken_branch


def _sign(operands: Sequence[Any]) -> int:
    return 0 if operands[0] < 0 else 1


_CHOSEN: Mapping[str, Callable[[Sequence[Any]], int | None]] = {
    "Piecewise": lambda operands: taken_branch(operands[1::2]),
    "Max": lambda operands: operands.index(max(operands)),
    "Min": lambda operands: operands.index(min(operands)),
    **dict.fromkeys(("Abs", "sign", "Heaviside"), _sign),
}
"""The number of the case that holds for the values of the operands."""

CHOOSING = frozenset(_CHOSEN) | {"floor", "ceiling", "Mod"}
"""Functions that are not the same formula everywhere."""


class Cases:
    """The cases of a program that have not occurred yet."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._open = {index: self._all(step.head, step.operands) for index, step in enumerate(program.steps)}
        self._open = {index: cases for index, cases in self._open.items() if cases}

    def _all(self, head: str, operands: tuple[int, ...]) -> set[int]:
        if head not in _CHOSEN:
            return set()
        if head == "Piecewise":
            return {branch for branch in range(len(operands) // 2) if not self._is_thin(operands, branch)}
        return set(range(len(operands))) if head in {"Max", "Min"} else {0, 1}

    def _is_thin(self, operands: tuple[int, ...], branch: int) -> bool:
        """Whether a branch holds at single points only, where nothing is claimed."""
        steps = self.program.steps
        condition = steps[operands[2 * branch + 1]]
        parts = [steps[operand] for operand in condition.operands] if condition.head == "And" else [condition]
        before = [steps[operand].head for operand in operands[1 : 2 * branch + 1 : 2]]
        return any(part.head == "Equality" for part in parts) or "Unequality" in before

    def seen(self, results: Sequence[Any]) -> None:
        """What was computed at a point, step by step."""
        for index, cases in list(self._open.items()):
            step = self.program.steps[index]
            operands = [results[operand] for operand in step.operands]
            if step.head == "Piecewise" or None not in operands:
                cases.discard(_CHOSEN[step.head](operands))
            if not cases:
                del self._open[index]

    @property
    def all_seen(self) -> bool:
        """Whether nothing is left to look for."""
        return not self._open

    @property
    def branch_missing(self) -> bool:
        """Whether a branch was never taken: it may hold anything. (That a term is never the largest is common.)"""
        return any(self.program.steps[index].head == "Piecewise" for index in self._open)
