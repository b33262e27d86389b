"""Operations whose result is a view of their operand: they have no place of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notevault.autodiff.compiler.program import Instruction
from notevault.autodiff.operations.indexing import is_basic

MAY_SHARE = frozenset(
    """
    reshape transpose squeeze broadcast getitem split flip diag diagonal windows clip identity stop_gradient einsum roll
    pad real imag
""".split()
)
"""Operations whose result may lie in the memory of their first operand."""


def is_view(nodes: Sequence[Instruction], node: Instruction) -> bool:
    """Whether the operation is written as a view of its operand."""
    if node.op == "transpose":
        return True
    if node.op == "getitem":
        return bool(node.shape) and is_basic(node.parameters["index"])
    if node.op in ("reshape", "squeeze"):
        source = nodes[node.operands[0]]
        return (
            source.op not in ("transpose", "broadcast", "getitem", "input") and bool(source.shape) and bool(node.shape)
        )
    return False


def subscript(index: Any) -> str:
    """An index of numbers and slices as it is written."""
    if isinstance(index, tuple):
        return ", ".join(subscript(part) for part in index) + ("," if len(index) == 1 else "")
    if isinstance(index, slice):
        ends = ["" if end is None else str(end) for end in (index.start, index.stop, index.step)]
        return ":".join(ends if index.step is not None else ends[:2])
    return "..." if index is Ellipsis else str(index)


def shares_memory(node: Instruction) -> bool:
    """Whether the result may lie in the memory of the first operand, which then must be kept as long."""
    return bool(node.shape) and node.op in MAY_SHARE


def view_text(node: Instruction, source: str) -> str:
    """The view as it is written."""
    if node.op == "getitem":
        return f"{source}[{subscript(node.parameters['index'])}]"
    if node.op == "transpose":
        axes = node.parameters.get("axes")
        return f"{source}.T" if axes is None else f"{source}.transpose({', '.join(map(str, axes))})"
    return f"{source}.reshape({', '.join(map(str, node.shape))})"
