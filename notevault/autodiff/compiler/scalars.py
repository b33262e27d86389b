"""Straight-line Python for programs on single numbers: local variables, operators, nothing else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.compiler.expressions import (
    FUNCTIONS,
    LONGEST,
    Expression,
    can_be_written,
    number,
    returned,
    write,
)
from notevault.autodiff.compiler.program import Program

USED_TWICE = frozenset({"square", "relu", "sign"})
"""Operations whose text repeats the operand: it must be a name."""


WHOLE_ALWAYS = frozenset({"sign", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal"})
WHOLE_OF_WHOLE = frozenset({"constant", "add", "sub", "mul", "mod", "neg", "pow", "square", "where", "abs", "relu"})


def is_scalar_program(program: Program) -> bool:
    """Whether every value is one number of Python's own types and every operation has a Python expression."""
    return all(
        not node.shape
        and (node.dtype == np.float64 or node.dtype.kind in "ib")
        and (node.op in ("input", "constant") or can_be_written(node.op))
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
    whole = _whole(program)
    result = form([_returned(program, k, texts[k].text, k in whole) for k in program.outputs])
    arguments = ", ".join(program.names[k] for k in program.inputs)
    return "\n".join([f"def {name}({arguments}):", *lines, f"    return {result}", ""])


def _whole(program: Program) -> set[int]:
    """The values that may be whole numbers of Python's, though they are real ones on the tape: a slope 1 * (x > 0)."""
    found: set[int] = set()
    for index, node in enumerate(program.instructions):
        known = [k in found for k in node.operands]
        is_whole = float(node.value).is_integer() if node.op == "constant" else all(known)
        if node.op == "where":
            is_whole = any(known[1:])
        if node.op in WHOLE_ALWAYS or (is_whole and node.op in WHOLE_OF_WHOLE):
            found.add(index)
    return found


def _returned(program: Program, index: int, text: str, whole: bool) -> str:
    node = program.instructions[index]
    if node.op == "constant":
        return returned(node.value, text)
    return f"float({text})" if whole and node.dtype.kind == "f" else text


def scalar_namespace() -> Mapping[str, Any]:
    """What the source refers to: the functions of `math`."""
    return {name: getattr(math, name) for name in (*FUNCTIONS.values(), "pow")}
