"""Operations that have a faster way in numpy than their own template: the table that the writer of arrays asks
first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from notevault.autodiff.compiler.program import Instruction
from notevault.autodiff.compiler.views import subscript
from notevault.autodiff.operations.indexing import is_basic, names_no_place_twice

if TYPE_CHECKING:
    from notevault.autodiff.compiler.arrays import ArrayWriter

REDUCE = {"sum": "np.add.reduce", "max": "np.maximum.reduce", "min": "np.minimum.reduce", "prod": "np.multiply.reduce"}
"""np.sum and its like go through Python first; on 100 x 16 numbers that costs as much as the sum (1.4 of 2.7 us)."""


def _product(w: ArrayWriter, index: int, node: Instruction) -> bool:
    left, right = (w.nodes[k] for k in node.operands)
    if len(left.shape) == 2 and len(right.shape) <= 2 and node.dtype.kind == "f":
        # np.dot is np.matmul without the generality: 1.7 us instead of 2.0 us for 100 x 16 by 16 x 16
        w.assign_into(index, "np.dot({0}, {1}, out={out})", node.operands)
    elif node.shape and node.dtype.kind == "f":
        w.assign_into(index, "np.matmul({0}, {1}, out={out})", node.operands)
    else:
        w.assign(index, f"{w.text[node.operands[0]]} @ {w.text[node.operands[1]]}")
    return True


def _relu(w: ArrayWriter, index: int, node: Instruction) -> bool:
    if not node.shape:
        return False
    # np.maximum with a number takes 33 us for 512 x 128 float32, clip with both bounds 9 us
    w.assign_into(index, "{0}.clip(0, np.inf, out={out})", node.operands, node.operands)
    return True


def _total(w: ArrayWriter, index: int, node: Instruction) -> bool:
    (operand,) = node.operands
    if operand in w.fused:
        inner = w.nodes[operand]
        pair = inner.operands if inner.op == "mul" else inner.operands * 2
        w.assign(index, f"np.vdot({w.text[pair[0]]}, {w.text[pair[1]]})")
        return True
    return _reduction(w, index, node)


def _reduction(w: ArrayWriter, index: int, node: Instruction) -> bool:
    axis, keepdims = node.parameters.get("axis"), node.parameters.get("keepdims", False)
    options = f"axis={axis!r}" + (", keepdims=True" if keepdims else "")
    if not w.nodes[node.operands[0]].shape or not node.shape:
        w.assign(index, f"{REDUCE[node.op]}({w.text[node.operands[0]]}, {options})")
    else:
        w.assign_into(index, f"{REDUCE[node.op]}({{0}}, {options}, out={{out}})", node.operands)
    return True


def _sum_to(w: ArrayWriter, index: int, node: Instruction) -> bool:
    source = w.nodes[node.operands[0]]
    if len(source.shape) == 2 and node.shape == source.shape[1:] and source.dtype.kind == "f":
        # column sums as a product with ones: BLAS takes 1.5 us for 100 x 16, np.sum(axis=0) 2.7 us
        rows = source.shape[0]
        name = f"ones_{rows}" if source.dtype == np.float64 else f"ones_{rows}_{source.dtype.name}"
        if name not in w.out.bound:
            w.out.bound[name] = np.ones(rows, source.dtype)
            kind = "" if source.dtype == np.float64 else f", dtype=np.{source.dtype.name}"
            w.out.space.append(w.out.numpy(f"{name} = np.ones({rows}{kind})"))
        w.assign_into(index, f"np.dot({name}, {{0}}, out={{out}})", node.operands)
        return True
    return False


def _minus_one_hot(w: ArrayWriter, index: int, node: Instruction) -> bool:
    left, right = node.operands
    if right not in w.fused:
        return False
    labels = w.text[w.nodes[right].operands[0]]
    rows = _rows(w, node.shape[0])
    if w.root[index] in w.owned_by_caller():
        w.assign(index, f"{w.text[left]}.copy()")
        w.line(f"{w.text[index]}[{rows}, {labels}] -= 1")
        return True
    over = w.text[left]
    place = w.allocate(index, overwrite=(left,))
    if w.place.get(index) != over and not _same_array(w, left, place):
        w.line(f"np.copyto({place}, {over})")
    w.text[index] = place
    w.line(f"{place}[{rows}, {labels}] -= 1")
    return True


def _same_array(w: ArrayWriter, operand: int, place: str) -> bool:
    return w.static.get(operand) is w.out.bound[place]


def _scatter(w: ArrayWriter, index: int, node: Instruction) -> bool:
    places = node.parameters["index"]
    if not names_no_place_twice(places) or not node.shape:
        return False
    word = subscript(places) if is_basic(places) else w.bind(places)
    if w.root[index] in w.owned_by_caller():
        kind = "" if node.dtype == np.float64 else f", dtype=np.{node.dtype.name}"
        w.assign(index, f"np.zeros({node.shape}{kind})")
    else:
        w.text[index] = w.allocate(index)
        w.line(f"{w.text[index]}.fill(0)")
    w.line(f"{w.text[index]}[{word}] = {w.text[node.operands[0]]}")
    return True


def _read(w: ArrayWriter, index: int, node: Instruction) -> bool:
    places = node.parameters["index"]
    if not isinstance(places, np.ndarray):
        return False
    w.assign(index, f"{w.text[node.operands[0]]}[{w.bind(places)}]")
    return True


def _rows(w: ArrayWriter, count: int) -> str:
    name = f"rows_{count}"
    if name not in w.out.bound:
        w.out.bound[name] = np.arange(count)
        w.out.space.append(w.out.numpy(f"{name} = np.arange({count})"))
    return name


def _pick(w: ArrayWriter, index: int, node: Instruction) -> bool:
    scores, labels = node.operands
    if w.nodes[labels].dtype.kind == "i":  # numpy itself refuses labels that are too large, but takes -1 for the last
        w.line(f"if {w.text[labels]}.min() < 0:")
        w.line('    raise IndexError("a label is negative")')
    w.assign(index, f"{w.text[scores]}[{_rows(w, node.shape[0])}, {w.text[labels]}]")
    return True


SPECIAL: Mapping[str, Callable[[ArrayWriter, int, Instruction], bool]] = {
    "relu": _relu,
    "matmul": _product,
    "dot": _product,
    "sum": _total,
    "max": _reduction,
    "min": _reduction,
    "prod": _reduction,
    "sum_to": _sum_to,
    "sub": _minus_one_hot,
    "pick": _pick,
    "scatter": _scatter,
    "getitem": _read,
}
