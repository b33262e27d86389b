"""Wide programs on single numbers, level by level: all operations of one kind that are ready at once are one numpy
call.

The values live in one flat array, ordered by level and operation, so that every call writes a slice. Sums of many
terms are one operation, and their terms are laid side by side where they can be: then nothing has to be gathered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.autodiff.compiler.program import Program

Array = np.ndarray[Any, np.dtype[Any]]
TOTAL = "total"
LEAST_NODES, LEAST_WIDTH = 2000, 30
UFUNCS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "pow": np.power,
    "square": np.square, "reciprocal": np.reciprocal, "abs": np.absolute, "sign": np.sign, "exp": np.exp,
    "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tanh": np.tanh,
    "maximum": np.maximum, "minimum": np.minimum, "greater": np.greater, "less": np.less,
    "greater_equal": np.greater_equal, "less_equal": np.less_equal, "equal": np.equal, "not_equal": np.not_equal,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the scheduled program; a total has any number of terms."""

    op: str
    operands: tuple[int, ...]


def levels_of(steps: Sequence[Step]) -> list[int]:
    """How many steps stand before each at least; inputs and constants stand at 0."""
    levels: list[int] = []
    for step in steps:
        levels.append(1 + max((levels[k] for k in step.operands), default=-1))
    return levels


def is_wide(program: Program) -> bool:
    """Whether there are so many values at each level that a call for all of them pays."""
    if len(program.instructions) < LEAST_NODES:
        return False
    if any(node.op not in UFUNCS and node.op not in ("input", "constant", "relu") for node in program.instructions):
        return False
    steps = with_totals(program)
    return len(steps) / (1 + max(levels_of(steps))) >= LEAST_WIDTH


def with_totals(program: Program) -> list[Step]:
    """The program with every chain of additions as one total; what a total absorbed is left as a step without use."""
    uses = Counter(k for node in program.instructions for k in node.operands)
    uses.update(program.outputs)
    steps: list[Step] = []
    for node in program.instructions:
        if node.op != "add":
            steps.append(Step(node.op, node.operands))
            continue
        terms: list[int] = []
        for operand in node.operands:
            inner = steps[operand]
            absorbed = inner.op == TOTAL and uses[operand] == 1
            terms.extend(inner.operands if absorbed else (operand,))
        steps.append(Step(TOTAL, tuple(terms)))
    return steps


class LevelProgram:
    """A scheduled program; calling it with the inputs returns the outputs as a list of floats."""

    def __init__(self, program: Program) -> None:
        steps = with_totals(program)
        live = _live(steps, program)
        levels = levels_of(steps)
        order = _order(steps, levels, live, program.inputs)
        self.place = np.full(len(steps), -1)
        self.place[order] = np.arange(len(order))
        self.values = np.zeros(len(order))
        for index in order:
            if steps[index].op == "constant":
                self.values[self.place[index]] = float(program.instructions[index].value)
        self.count = len(program.inputs)
        self.outputs = self.place[list(program.outputs)]
        self.lines: list[str] = []
        self.calls: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []
        start = 0
        while start < len(order):
            kind = (levels[order[start]], steps[order[start]].op)
            stop = start
            while stop < len(order) and (levels[order[stop]], steps[order[stop]].op) == kind:
                stop += 1
            if kind[1] not in ("input", "constant"):
                self._group(kind[1], [steps[k].operands for k in order[start:stop]], start, stop)
            start = stop

    @property
    def source(self) -> str:
        """The calls as text; v is the array of all values, i1, i2, ... hold positions in it."""
        return "\n".join([f"v = zeros({len(self.values)})  # inputs first", *self.lines, ""])

    def _group(self, op: str, operands: list[tuple[int, ...]], start: int, stop: int) -> None:
        out = self.values[start:stop]
        where = f"v[{start}:{stop}]"
        if op == TOTAL:
            self._totals(operands, out, where)
            return
        columns = [self._gather(self.place[[row[k] for row in operands]]) for k in range(len(operands[0]))]
        words = ", ".join(word for _, word in columns)
        if op == "relu":
            self._call(np.maximum, (columns[0][0], 0.0), {"out": out}, f"maximum({words}, 0, out={where})")
        else:
            ufunc = UFUNCS[op]
            self._call(ufunc, tuple(a for a, _ in columns), {"out": out}, f"{ufunc.__name__}({words}, out={where})")

    def _totals(self, operands: list[tuple[int, ...]], out: Array, where: str) -> None:
        counts = [len(row) for row in operands]
        terms, word = self._gather(self.place[[k for row in operands for k in row]])
        if len(set(counts)) == 1:
            # as many terms in each: a product of the table with ones is one BLAS call
            table, ones = terms.reshape(len(counts), counts[0]), np.ones(counts[0])
            text = f"dot({word}.reshape({len(counts)}, {counts[0]}), ones({counts[0]}), out={where})"
            self._call(np.dot, (table, ones), {"out": out}, text)
            return
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        text = f"add.reduceat({word}, starts, out={where})"
        self._call(np.add.reduceat, (terms, starts), {"out": out}, text)

    def _gather(self, positions: Array) -> tuple[Array, str]:
        """The values at the positions: a slice where they are neighbours, else a copy made at every call."""
        first, last = int(positions[0]), int(positions[-1])
        if len(positions) == last - first + 1 and bool(np.all(np.diff(positions) == 1)):
            return self.values[first : last + 1], f"v[{first}:{last + 1}]"
        buffer = np.empty(len(positions))
        name = f"t{len(self.lines) + 1}"
        # mode="clip" spares the check of every position, which were found here and are right
        self._call(
            np.take,
            (self.values, positions),
            {"out": buffer, "mode": "clip"},
            f"{name} = take(v, i{len(self.lines) + 1})",
        )
        return buffer, name

    def _call(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any], text: str
    ) -> None:
        self.calls.append((function, arguments, options))
        self.lines.append(text)

    def __call__(self, *inputs: float) -> list[float]:
        self.values[: self.count] = inputs
        with np.errstate(all="ignore"):
            for function, arguments, options in self.calls:
                function(*arguments, **options)
        result: list[float] = self.values[self.outputs].tolist()
        return result


def _live(steps: Sequence[Step], program: Program) -> list[bool]:
    live = [False] * len(steps)
    for index in (*program.inputs, *program.outputs):
        live[index] = True
    for index in range(len(steps) - 1, -1, -1):
        if live[index]:
            for operand in steps[index].operands:
                live[operand] = True
    return live


def _order(steps: Sequence[Step], levels: Sequence[int], live: Sequence[bool], inputs: Sequence[int]) -> list[int]:
    """Inputs, constants, then by level and operation; the terms of a total side by side."""
    beside: dict[int, tuple[int, int]] = {}
    for index, step in enumerate(steps):
        if step.op == TOTAL and live[index]:
            for place, term in enumerate(step.operands):
                beside.setdefault(term, (index, place))
    given = {index: k for k, index in enumerate(inputs)}

    def key(index: int) -> tuple[Any, ...]:
        if index in given:
            return (-1, "", given[index], 0)
        return (levels[index], steps[index].op, *beside.get(index, (len(steps), index)))

    return sorted((k for k in range(len(steps)) if live[k]), key=key)
