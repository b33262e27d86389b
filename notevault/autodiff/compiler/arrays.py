"""numpy source for programs on arrays: every result has its place in memory, found once, before the first call.

A place is used again as soon as the value in it is no longer needed; an elementwise operation writes over an operand
that ends there; a transposed or reshaped array is a view that is made once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from notevault.autodiff.compiler.expressions import OPERATORS as INFIX
from notevault.autodiff.compiler.expressions import Expression, number, write
from notevault.autodiff.compiler.program import Instruction, Program
from notevault.autodiff.compiler.shortcuts import SPECIAL
from notevault.autodiff.compiler.views import is_view, shares_memory, view_text
from notevault.autodiff.primitive import PRIMITIVES

Array = np.ndarray[Any, np.dtype[Any]]
NEVER = 1 << 60
RESERVED = frozenset("np engine p g m v s t rate epsilon beta1 beta2 correction shrink decay momentum chunks".split())
"""Names that the lines of an update use."""


@dataclass
class Source:
    """What is written: the lines of the function, the arrays it works in, the objects it refers to."""

    lines: list[str] = field(default_factory=list)
    space: list[str] = field(default_factory=list)
    bound: dict[str, Any] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    variables: frozenset[str] = frozenset()
    """Names that the function's own variables have taken."""

    def head(self) -> list[str]:
        """What stands before the function: the names that it takes from numpy, and the places it works in."""
        names = [f"from numpy import {', '.join(sorted(self.imports))}"] if self.imports else []
        return [*names, *self.space]

    def numpy(self, text: str) -> str:
        """The text with numpy's functions under their own names: finding `np.add` takes 0.1 us at every call."""
        return re.sub(r"\bnp\.([a-z_]\w*)", self._imported, text)

    def _imported(self, match: re.Match[str]) -> str:
        name = match.group(1)
        if name in self.variables:
            return match.group(0)
        self.imports.add(name)
        self.bound[name] = getattr(np, name)
        return name


class ArrayWriter:
    """Writes one program. static: inputs that are the same array at every call. targets: where outputs must go.

    name: of the function, which then is no name for anything else in it.
    """

    def __init__(
        self,
        program: Program,
        name: str,
        static: Mapping[int, Array] | None = None,
        targets: Mapping[int, Array] | None = None,
    ) -> None:
        self.program = program
        self.nodes = program.instructions
        self.static: dict[int, Array] = dict(static or {})
        self.targets = dict(targets or {})
        self.out = Source(bound={"np": np, "engine": ENGINE}, variables=frozenset([name, *program.names.values()]))
        self.text: dict[int, str] = {}
        self.root: dict[int, int] = {}
        self.place: dict[int, str] = {}
        self.free: dict[tuple[Any, ...], list[str]] = {}
        self.fused = _fused(program)
        self.last = self._last_uses()
        self.taken = {name, *program.names.values()} | RESERVED
        self.counter: Counter[str] = Counter()
        self.numbers: dict[tuple[float, str], str] = {}

    # lifetimes

    def _last_uses(self) -> dict[int, int]:
        """The last instruction that reads each array, through its views too."""
        last: dict[int, int] = {}
        for index, node in enumerate(self.nodes):
            self.root[index] = self.root[node.operands[0]] if shares_memory(node) else index
            for operand in self._read(index):
                last[self.root[operand]] = index
        for output in self.program.outputs:
            last[self.root[output]] = NEVER
        return last

    def _read(self, index: int) -> list[int]:
        """The values an instruction reads, those of the operations fused into it included."""
        if index in self.fused:
            return []
        read: list[int] = []
        for operand in self.nodes[index].operands:
            read.extend(self.nodes[operand].operands if operand in self.fused else (operand,))
        return read

    # names

    def fresh(self, prefix: str) -> str:
        while True:
            self.counter[prefix] += 1
            name = f"{prefix}{self.counter[prefix]}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def label(self, index: int) -> str:
        return self.program.names.get(index) or self.fresh("v")

    def bind(self, value: Any, prefix: str = "c") -> str:
        """A name for an object that the source refers to."""
        for name, known in self.out.bound.items():
            if known is value:
                return name
        name = self.fresh(prefix)
        self.out.bound[name] = value
        return name

    # places

    def allocate(self, index: int, overwrite: Sequence[int] = ()) -> str:
        """Where the result goes: its target, over an operand that ends here, in a place that is free, in a new one."""
        node = self.nodes[index]
        if index in self.targets:
            name = self.bind(self.targets[index], "gradient")
            self.place[index] = name
            self.static[index] = self.targets[index]
            return name
        key = (node.shape, node.dtype.str)
        for operand in overwrite:
            root = self.root[operand]
            ends = root == operand and root in self.place and root not in self.targets and self.last.get(root) == index
            if ends and (self.nodes[operand].shape, self.nodes[operand].dtype.str) == key:
                name = self.place.pop(root)
                break
        else:
            ready = self.free.get(key)
            name = ready.pop() if ready else self._new_place(node)
        self.place[index] = name
        self.static[index] = self.out.bound[name]
        return name

    def _new_place(self, node: Instruction) -> str:
        name = self.fresh("space")
        self.out.bound[name] = np.empty(node.shape, node.dtype)
        kind = "" if node.dtype == np.float64 else f", dtype=np.{node.dtype.name}"
        shape = node.shape[0] if len(node.shape) == 1 else node.shape
        self.out.space.append(self.out.numpy(f"{name} = np.empty({shape}{kind})"))
        return name

    def release(self, index: int) -> None:
        """Give back the places of values that nothing reads after this instruction."""
        for operand in {self.root[k] for k in self._read(index)}:
            if self.last.get(operand) == index and operand in self.place and operand not in self.targets:
                node = self.nodes[operand]
                self.free.setdefault((node.shape, node.dtype.str), []).append(self.place.pop(operand))

    # writing

    def line(self, text: str) -> None:
        self.out.lines.append(self.out.numpy(text))

    def write(self) -> Source:
        for index, node in enumerate(self.nodes):
            if node.op == "input":
                self.text[index] = self.program.names[index]
                if index in self.static:
                    self.out.bound[self.text[index]] = self.static[index]
            elif node.op == "constant":
                self.text[index] = self._constant(node)
            elif index not in self.fused:
                self._step(index, node)
                self.release(index)
        return self.out

    def _constant(self, node: Instruction) -> str:
        value = node.value
        if not node.shape and node.dtype.kind in "fiub":
            return number(float(value)).within(6)
        return self.bind(value)

    def _step(self, index: int, node: Instruction) -> None:
        if is_view(self.nodes, node):
            self._view(index, node)
            return
        special = SPECIAL.get(node.op)
        if special is not None and special(self, index, node):
            return
        row = PRIMITIVES[node.op]
        if not node.shape:
            self.assign(index, self._scalar(node))
        elif row.code is not None and row.code.count("{") <= 2 + len(node.operands) and "{axis}" not in row.code:
            self.assign_into(index, row.code, node.operands, overwrite=node.operands)
        else:
            self.assign(index, self._call(node))

    def _scalar(self, node: Instruction) -> str:
        scalar_operands = all(not self.nodes[k].shape for k in node.operands)
        if node.op in INFIX and scalar_operands and node.op not in ("square", "relu", "sign", "where", "pow"):
            return write(node.op, [Expression(self.text[k]) for k in node.operands]).text
        row = PRIMITIVES[node.op]
        if row.code is not None and scalar_operands and "{axis}" not in row.code:
            return row.code.replace(", out={out}", "").format(*(self.text[k] for k in node.operands))
        return self._call(node)

    def _call(self, node: Instruction) -> str:
        """A call of the engine's own forward function, for operations that cannot write into a place."""
        parameters = []
        for name, value in node.parameters.items():
            finite = not isinstance(value, float) or np.isfinite(value)
            plain = (isinstance(value, (int, float, str, type(None))) and finite) or (
                isinstance(value, tuple) and all(isinstance(v, (int, type(None))) for v in value)
            )
            parameters.append(f"{name}={value!r}" if plain else f"{name}={self.bind(value)}")
        return f"engine.{node.op}({', '.join([*(self.text[k] for k in node.operands), *parameters])})"

    def assign(self, index: int, expression: str) -> None:
        """A result that numpy allocates, or a number."""
        expression = self._typed(index, expression)
        if index in self.targets:
            target = self.bind(self.targets[index])
            self.line(f"{target}[...] = {expression}")
            self.text[index] = target
            return
        self.text[index] = self.label(index)
        self.line(f"{self.text[index]} = {expression}")

    def _typed(self, index: int, expression: str) -> str:
        """A number that is written out takes the type of what it meets: cast where that is not the type on the tape."""
        node = self.nodes[index]
        operands = [self.nodes[k] for k in node.operands]
        strong = [o.dtype for o in operands if o.op != "constant" or o.shape]
        if not hasattr(node.value, "dtype"):
            return expression  # a number of Python's, which takes the type of what it meets on the tape too
        if node.dtype.kind != "f" or len(strong) == len(operands) or node.dtype == np.result_type(*strong, "?"):
            return expression
        kind = f"np.{node.dtype.name}"
        return f"np.asarray({expression}, {kind})" if node.shape else f"{kind}({expression})"

    def assign_into(self, index: int, code: str, operands: Sequence[int], overwrite: Sequence[int] = ()) -> None:
        """A result that goes to its place; an output of the function is allocated, so that it is the caller's."""
        words = [self._array_word(index, k) for k in operands]
        if self.root[index] in self.owned_by_caller():
            self.assign(index, code.replace(", out={out}", "").format(*words))
            return
        place = self.allocate(index, overwrite)
        self.text[index] = place if index in self.targets else self.program.names.get(index) or place
        left = f"{self.text[index]} = " if self.text[index] != place else ""
        self.line(left + code.format(*words, out=place))

    def _array_word(self, index: int, operand: int) -> str:
        """An operand of an array operation; a number as an array of no axes, which saves 0.5 us at every call."""
        node = self.nodes[operand]
        if node.op != "constant" or node.shape or node.dtype.kind not in "fiub":
            return self.text[operand]
        kinds = [self.nodes[k].dtype for k in self.nodes[index].operands if self.nodes[k].shape]
        if not kinds or (kinds[0].kind != "f" and node.dtype.kind != "f"):
            return self.text[operand]
        # 1.0 times a mask is a real number: the text 1 would make it a whole one
        return self.number(float(node.value), kinds[0] if kinds[0].kind == "f" else node.dtype)

    def number(self, value: float, dtype: np.dtype[Any]) -> str:
        """The name of a number as an array of no axes."""
        key = (value, dtype.str)
        if key not in self.numbers:
            self.numbers[key] = name = self.fresh("c")
            self.out.bound[name] = np.array(value, dtype)
            kind = "" if dtype == np.float64 else f", dtype=np.{dtype.name}"
            self.out.space.append(self.out.numpy(f"{name} = np.array({value!r}{kind})"))
        return self.numbers[key]

    def owned_by_caller(self) -> set[int]:
        return {self.root[k] for k in self.program.outputs} - set(self.targets)

    def _view(self, index: int, node: Instruction) -> None:
        source = node.operands[0]
        expression = view_text(node, self.text[source])
        if source in self.static and self.root[source] not in self.owned_by_caller():
            # a view of an array that never moves is made once, outside the function
            made = PRIMITIVES[node.op].forward(self.static[source], **node.parameters)
            name = self.fresh(f"{self.text[source]}_T" if node.op == "transpose" else "view")
            self.out.bound[name] = self.static[index] = made
            base = self.place.get(self.root[source], self.text[source])
            self.out.space.append(
                f"{name} = {view_text(node, self.text[source] if source not in self.place else base)}"
            )
            self.text[index] = name
            return
        self.text[index] = expression


ENGINE = SimpleNamespace(**{name: row.forward for name, row in PRIMITIVES.items()})


def _fused(program: Program) -> frozenset[int]:
    """Values that are never made, because the one operation that reads them does their work too."""
    uses = Counter(k for node in program.instructions for k in node.operands)
    uses.update(program.outputs)
    found = set()
    for node in program.instructions:
        for place, operand in enumerate(node.operands):
            inner = program.instructions[operand]
            once = uses[operand] == 1
            if once and node.op == "sum" and not node.shape and _is_dot(program, inner):
                found.add(operand)
            if once and node.op == "sub" and place == 1 and inner.op == "one_hot" and len(inner.shape) == 2:
                found.add(operand)
    return frozenset(found)


def _is_dot(program: Program, inner: Instruction) -> bool:
    """Whether the sum of these products is one BLAS call."""
    if inner.dtype.kind != "f" or not inner.shape:
        return False
    return inner.op == "square" or (
        inner.op == "mul" and all(program.instructions[k].shape == inner.shape for k in inner.operands)
    )
