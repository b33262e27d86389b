"""Straight-line Python for programs on single numbers: local variables, operators, nothing else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from notevault.autodiff.compiler.expressions import FUNCTIONS, LONGEST, Expression, can_be_written, number, write
from notevault.autodiff.compiler.program import Program

USED_TWICE = frozenset({"square", "relu", "sign"})
"""Operations whose text repeats the operand: it must be a name."""


def is_scalar_program(program: Program) -> bool:
    """Whether every value is one real number and every operation has a Python expression."""
    return all(
        not node.shape and node.dtype.kind in "fib" and (node.op in ("input", "constant") or can_be_written(node.op))
        for node in program.instructions
    )


def scalar_source(program: Program, name: str, form: Callable[[Sequence[str]], str]) -> str:
    """The source of a function of the program's inputs; `form` writes the returned value from the outputs' names.

    Values that are used once are written where they are used, as far as the line stays short.
    """
    uses = Counter(k for node in program.instructions for k in node.operands)
    uses.update(program.outputs)
    repeated = {k for node in program.instructions if node.op in USED_TWICE for k in node.operands}
    taken = {program.names[k] for k in program.names}
    texts: dict[int, Expression] = {}
    lines: list[str] = []
    counter = 0
    for index, node in enumerate(program.instructions):
        if node.op == "input":
            texts[index] = Expression(program.names[index])
            continue
        if node.op == "constant":
            texts[index] = number(float(node.value))
            continue
        written = write(node.op, [texts[k] for k in node.operands])
        named = index in program.names
        if not named and uses[index] == 1 and len(written.text) <= LONGEST and index not in repeated:
            texts[index] = written
            continue
        label = program.names.get(index)
        while label is None or (not named and label in taken):
            counter += 1
            label = f"v{counter}"
        lines.append(f"    {label} = {written.text}")
        texts[index] = Expression(label)
    result = form([texts[k].text for k in program.outputs])
    arguments = ", ".join(program.names[k] for k in program.inputs)
    return "\n".join([f"def {name}({arguments}):", *lines, f"    return {result}", ""])


def scalar_namespace() -> Mapping[str, Any]:
    """What the source refers to: the functions of `math`."""
    return {name: getattr(math, name) for name in FUNCTIONS.values()}
