r"""A whole training step in one function: loss, gradients and update, on parameters kept in one flat array.

>>> from notevault.autodiff.operations import mse, tanh
>>> from notevault.autodiff.optimizers import SGD
>>> rng = np.random.default_rng(0)
>>> parameters = {"w1": rng.standard_normal((2, 16)), "b1": np.zeros(16), "w2": rng.standard_normal((16, 1))}
>>> def loss(p, x, y):
...     hidden = tanh(x @ p["w1"] + p["b1"])
...     return mse(hidden @ p["w2"], y)
>>> x, y = rng.standard_normal((100, 2)), rng.standard_normal((100, 1))
>>> step = TrainingStep(loss, parameters, x, y, optimizer=SGD(rate=0.1))
>>> losses = [step(x, y) for _ in range(50)]
>>> bool(losses[-1] < losses[0])
True
>>> print(step.source)
from numpy import add, array, dot, empty, multiply, ones, subtract, tanh, vdot
space1 = empty((100, 16))
space2 = empty((100, 1))
c1 = array(0.02)
w2_T1 = w2.T
space3 = empty((100, 16))
hidden_T1 = space1.T
c2 = array(1.0)
ones_100 = ones(100)
rate = array(0.1)
def loss(x, y, t):
    dot(x, w1, out=space1)
    add(space1, b1, out=space1)
    hidden = tanh(space1, out=space1)
    dot(hidden, w2, out=space2)
    subtract(space2, y, out=space2)
    v1 = vdot(space2, space2)
    multiply(c1, space2, out=space2)
    d_hidden = dot(space2, w2_T1, out=space3)
    dot(hidden_T1, space2, out=d_w2)
    multiply(hidden, hidden, out=space1)
    subtract(c2, space1, out=space1)
    multiply(d_hidden, space1, out=space3)
    dot(ones_100, space3, out=d_b1)
    dot(x.T, space3, out=d_w1)
    multiply(g, rate, out=s)
    subtract(p, s, out=p)
    return v1 / 100
<BLANKLINE>
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff.compiler.arrays import RESERVED, ArrayWriter
from notevault.autodiff.compiler.arrays import Source as Lines
from notevault.autodiff.compiler.functions import load
from notevault.autodiff.compiler.program import Program
from notevault.autodiff.compiler.tracing import trace_function
from notevault.autodiff.compiler.views import shares_memory
from notevault.autodiff.operations import mse, tanh
from notevault.autodiff.optimizers import Adam, Optimizer
from notevault.autodiff.trees import leaves, rebuild

__all__ = ["TrainingStep", "mse", "tanh"]

CHUNK = 65536
"""Elements that an update works on at a time. A million float32 in one piece take 2.7 ms, in pieces of 65,536 2.35 ms,
of 16,384 2.7 ms again: then the calls cost more than the cache saves."""


class FlatParameters:
    """Parameters as views of one flat array, their gradients as views of another, in the form that was given."""

    def __init__(self, parameters: Any) -> None:
        start = [np.asarray(leaf) for leaf in leaves(parameters)]
        dtype = np.result_type(*start)
        self.flat = np.concatenate([leaf.reshape(-1) for leaf in start]).astype(dtype)
        self.flat_gradient = np.zeros_like(self.flat)
        self.parameters = _views(self.flat, parameters)
        self.gradients = _views(self.flat_gradient, parameters)


class Updater(FlatParameters):
    """An optimiser for gradients that are computed elsewhere, by `value_and_grad` say.

    `parameters` changes in place at every call.

    >>> from notevault.autodiff.optimizers import SGD
    >>> update = Updater({"w": np.array([1.0, 2.0])}, SGD(rate=0.5))
    >>> update({"w": np.array([1.0, 1.0])})
    >>> update.parameters
    {'w': array([0.5, 1.5])}
    """

    def __init__(self, parameters: Any, optimizer: Optimizer) -> None:
        super().__init__(parameters)
        self.steps = 0
        writer = Lines()
        body = update_lines(optimizer, self, writer)
        self.source = "\n".join([*writer.head(), "def update(t):", *(f"    {line}" for line in body), ""])
        self._run = load(self.source, "update", writer.bound)
        self._views = leaves(self.gradients)

    def __call__(self, gradients: Any) -> None:
        for view, slope in zip(self._views, leaves(gradients), strict=True):
            np.copyto(view, slope)
        self.steps += 1
        self._run(self.steps)


class TrainingStep(FlatParameters):
    """One step of training, compiled for data of the given shapes; calling it returns the loss before the update.

    `parameters` and `gradients` change in place at every step. Data of another shape or type is a ValueError.
    """

    def __init__(
        self, loss: Callable[..., Any], parameters: Any, *data: Any, optimizer: Optimizer | None = None
    ) -> None:
        super().__init__(parameters)
        self.steps = 0
        traced = trace_function(loss, (self.parameters, *data), (0,))
        self._kinds = [_kind(leaf) for part in data for leaf in leaves(part)]
        program = _without_reserved_names(traced.program)
        own = leaves(self.parameters)
        writer = self._backward(program, dict(zip(program.inputs, own, strict=False)))
        source = writer.out
        update = update_lines(Adam() if optimizer is None else optimizer, self, source)
        arguments = [program.names[k] for k in program.inputs[len(own) :]]
        body = [*source.lines[:-1], *update, source.lines[-1]]
        head = f"def {traced.name}({', '.join([*arguments, 't'])}):"
        self.source = "\n".join([*source.head(), head, *(f"    {line}" for line in body), ""])
        self._run = load(self.source, traced.name, source.bound)

    def _backward(self, program: Program, static: dict[int, Any]) -> ArrayWriter:
        slopes = program.outputs[1:]
        targets: dict[int, Any] = {}
        repeats: list[tuple[str, int]] = []
        names = [program.names[k] for k in program.inputs]
        views = dict(zip((f"d_{name}" for name in names), leaves(self.gradients), strict=False))
        for index, view in zip(slopes, views, strict=True):
            node = program.instructions[index]
            own_place = node.op not in ("input", "constant") and not shares_memory(node)
            if own_place and index not in targets and index != program.outputs[0]:
                targets[index] = views[view]
            else:
                repeats.append((view, index))
        writer = ArrayWriter(program, static, targets)
        writer.taken |= set(views)
        writer.out.bound.update(views)
        source = writer.write()
        source.lines += [f"{view}[...] = {writer.text[index]}" for view, index in repeats]
        result = writer.text[program.outputs[0]]
        last = next((k for k, line in enumerate(source.lines) if line.startswith(f"{result} = ")), None)
        if last is None or any(result in line for line in source.lines[last + 1 :]):
            source.lines.append(f"return {result}")
        else:
            line = source.lines.pop(last)
            source.lines.append(f"return {line.removeprefix(f'{result} = ')}")
        return writer

    def __call__(self, *data: Any) -> Any:
        flat = [leaf for part in data for leaf in leaves(part)] if self._nested(data) else data
        for leaf, kind in zip(flat, self._kinds, strict=True):
            if _kind(leaf) != kind:
                raise ValueError(f"this step was compiled for {kind[1]} data of shape {kind[0]}, not {_kind(leaf)}")
        self.steps += 1
        return self._run(*flat, self.steps)

    def _nested(self, data: tuple[Any, ...]) -> bool:
        return any(isinstance(part, (list, tuple, dict)) for part in data)


def _kind(leaf: Any) -> tuple[tuple[int, ...], str]:
    return (leaf.shape, leaf.dtype.str) if isinstance(leaf, np.ndarray) else ((), type(leaf).__name__)


def _without_reserved_names(program: Program) -> Program:
    """The program with variables renamed that the lines of the update, or the gradients, are called."""
    reserved = RESERVED | {f"d_{program.names[k]}" for k in program.inputs}
    names = {k: f"{name}_" if name in reserved else name for k, name in program.names.items()}
    return replace(program, names=names)


def _views(flat: Any, like: Any) -> Any:
    """Views of the flat array, in the shapes and the form of the tree."""
    parts, start = [], 0
    for leaf in leaves(like):
        stop = start + int(np.size(leaf))
        parts.append(flat[start:stop].reshape(np.shape(leaf)))
        start = stop
    return rebuild(like, parts)


def update_lines(optimizer: Optimizer, store: FlatParameters, source: Lines) -> list[str]:
    """The lines of the update, on the arrays that they name; long ones are worked on piece by piece."""
    p = store.flat
    arrays = {"p": p, "g": store.flat_gradient, **{name: np.zeros_like(p) for name in optimizer.state}}
    for name, value in optimizer.constants.items():
        if any(re.search(rf"\b{name}\b", line) for line in (*optimizer.update, *optimizer.before)):
            source.bound[name] = np.array(value, p.dtype)
            kind = "" if p.dtype == np.float64 else f", dtype=np.{p.dtype.name}"
            source.space.append(source.numpy(f"{name} = np.array({value!r}{kind})"))
    before = [source.numpy(line) for line in optimizer.before]
    update = [source.numpy(line) for line in optimizer.update]
    pieces = -(-p.size // CHUNK)
    if pieces <= 1:
        source.bound.update(arrays, s=np.empty_like(p))
        return [*before, *update]
    cuts = list(pairwise(p.size * k // pieces for k in range(pieces + 1)))
    scratch = np.empty(max(b - a for a, b in cuts), p.dtype)
    source.bound["chunks"] = [(*(array[a:b] for array in arrays.values()), scratch[: b - a]) for a, b in cuts]
    names = ", ".join([*arrays, "s"])
    return [*before, f"for {names} in chunks:", *(f"    {line}" for line in update)]
