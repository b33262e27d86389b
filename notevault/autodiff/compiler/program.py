"""The program that is compiled: a graph under construction, in which nothing is computed twice or in vain.

`Builder.add` is the only way in: it simplifies, folds constants and finds common subexpressions as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from notevault.autodiff.compiler.simplify import LOWER, SIMPLIFY, simplify_operands
from notevault.autodiff.errors import NotCompiledError
from notevault.autodiff.graph import Graph
from notevault.autodiff.primitive import PRIMITIVES, Value
from notevault.autodiff.tensor import shape_of

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step; `op` is a primitive, or "input" or "constant". `value` is an example, for shape and dtype."""

    op: str
    operands: tuple[int, ...]
    parameters: Mapping[str, Any]
    value: Value = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        return shape_of(self.value)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.asarray(self.value).dtype


class Builder:
    """Instructions in order; each refers to earlier ones by position."""

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self.names: dict[int, str] = {}
        self.tame: list[bool] = []
        """Whether a value is finite wherever the inputs are: then zero times it is zero without looking."""
        self._known: dict[Key, int] = {}

    def __getitem__(self, index: int) -> Instruction:
        return self.instructions[index]

    def input(self, value: Value, name: str | None = None) -> int:
        index = self._append(Instruction("input", (), {}, value), tame=True)
        if name:
            self.names[index] = name
        return index

    def constant(self, value: Value) -> int:
        array = np.asarray(value)
        key = ("constant", array.shape, array.dtype.str, array.tobytes() if array.dtype.kind != "O" else id(value))
        if key not in self._known:
            tame = array.dtype.kind in "fiub" and bool(np.all(np.isfinite(array)))
            own = array.copy() if array.ndim else value  # the caller may write into an array of theirs
            self._known[key] = self._append(Instruction("constant", (), {}, own), tame=tame)
        return self._known[key]

    def scalar(self, index: int) -> float | None:
        """The number, if the instruction is a constant of one value throughout; None otherwise."""
        node = self.instructions[index]
        if node.op != "constant":
            return None
        array = np.asarray(node.value)
        if array.dtype.kind not in "fiub" or array.size == 0:
            return None
        first = array.reshape(-1)[0]
        return first.item() if array.ndim == 0 or bool(np.all(array == first)) else None

    def add(self, op: str, *operands: int, **parameters: Any) -> int:
        """The position of a value equal to this operation; an instruction is appended only if it is a new one."""
        lower = LOWER.get(op)
        lowered = lower(self, operands, parameters) if lower else None
        if lowered is not None:
            return lowered
        if all(self[k].op == "constant" for k in operands):
            return self.constant(self._run(op, operands, parameters))
        rule = SIMPLIFY.get(op)
        simpler = rule(self, operands, parameters) if rule else None
        if simpler is not None:
            return simpler
        operands = simplify_operands(self, op, operands, parameters)
        key = (op, operands, _hashable(parameters))
        if key not in self._known:
            node = Instruction(op, operands, parameters, self._run(op, operands, parameters))
            self._known[key] = self._append(node, tame=op in TAME and all(self.tame[k] for k in operands))
        return self._known[key]

    def known(self, op: str, *operands: int, **parameters: Any) -> int | None:
        """The position of this very operation, if it is there already."""
        return self._known.get((op, operands, _hashable(parameters)))

    def _run(self, op: str, operands: Sequence[int], parameters: Mapping[str, Any]) -> Value:
        with np.errstate(all="ignore"):
            return PRIMITIVES[op].forward(*(self[k].value for k in operands), **parameters)

    def _append(self, node: Instruction, *, tame: bool) -> int:
        self.instructions.append(node)
        self.tame.append(tame)
        return len(self.instructions) - 1


TAME = frozenset(
    """
    add sub mul chain neg square abs sign floor ceil identity stop_gradient cast greater greater_equal less less_equal
    equal not_equal logical_and logical_or where maximum minimum clip sin cos tanh sigmoid relu leaky_relu hardtanh
    softsign atan softplus silu reshape transpose broadcast sum_to squeeze concat stack split getitem scatter gather
    flip roll pad set_at diagonal diag trace tril triu sum mean max min cumsum matmul dot outer tensordot einsum linear
    embedding windows overlap_add first_largest one_hot softmax erf erfc
""".split()
)
"""Operations that make finite numbers of finite ones (short of overflow in the last digits of the exponent)."""


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((k, _hashable(v)) for k, v in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return tuple(_hashable(v) for v in value)
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, slice):
        return ("slice", value.start, value.stop, value.step)
    return (type(value).__name__, value)


@dataclass(frozen=True, slots=True)
class Program:
    """A finished program: only instructions that an output needs."""

    instructions: tuple[Instruction, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    names: Mapping[int, str]


def build(graph: Graph, names: Mapping[int, str]) -> Program:
    """The graph simplified, without repetitions and without what no output needs. names: by node of the graph."""
    builder = Builder()
    place: list[int] = []
    inputs = set(graph.inputs)
    taken = {graph.nodes[k].name for k in graph.inputs}
    for node in graph.nodes:
        if node.index in inputs:
            place.append(builder.input(node.value, node.name))
        elif node.primitive == "constant":
            place.append(builder.constant(node.value))
        else:
            if node.primitive not in PRIMITIVES:
                raise NotCompiledError(node.primitive)
            place.append(builder.add(node.primitive, *(place[k] for k in node.parents), **node.parameters))
        name = names.get(node.index)
        # a name belongs to one value: a variable that was assigned twice would hold the wrong one of the two
        if name and name not in taken and place[-1] not in builder.names and builder[place[-1]].op != "constant":
            builder.names[place[-1]] = name
            taken.add(name)
    outputs = [_of_recorded_type(builder, place[k], graph.nodes[k].value) for k in graph.outputs]
    return _prune(builder, [place[k] for k in graph.inputs], outputs)


def _of_recorded_type(builder: Builder, index: int, recorded: Value) -> int:
    """An output in the type that it has on the tape: a folded constant is 10.0, not 10, and float32 stays float32."""
    node = builder[index]
    kind = np.asarray(recorded).dtype
    if node.dtype == kind or kind.kind not in "fc":
        return index
    if node.op == "constant":
        return builder.constant(np.asarray(node.value).astype(kind)[()])
    return builder.add("cast", index, dtype=kind)


def _prune(builder: Builder, inputs: Sequence[int], outputs: Sequence[int]) -> Program:
    needed = set(inputs) | set(outputs)
    for index in range(len(builder.instructions) - 1, -1, -1):
        if index in needed:
            needed.update(builder[index].operands)
    new = {old: k for k, old in enumerate(sorted(needed))}
    kept = tuple(
        Instruction(node.op, tuple(new[k] for k in node.operands), node.parameters, node.value)
        for node in (builder[old] for old in sorted(needed))
    )
    return Program(
        kept,
        tuple(new[k] for k in inputs),
        tuple(new[k] for k in outputs),
        {new[old]: name for old, name in builder.names.items() if old in needed},
    )
