r"""A whole training step in one function: loss, gradients and update, on parameters kept in one flat array.

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
space1 = np.empty((100, 16))
space2 = np.empty((100, 1))
ones_100 = np.ones(100)
w2_T1 = w2.T
hidden_T1 = space1.T
space3 = np.empty((100, 16))
def loss(x, y):
    np.dot(x, w1, out=space1)
    np.add(space1, b1, out=space1)
    hidden = np.tanh(space1, out=space1)
    np.dot(hidden, w2, out=space2)
    np.subtract(space2, y, out=space2)
    v1 = np.vdot(space2, space2)
    np.multiply(0.02, space2, out=space2)
    np.dot(space2, w2_T1, out=space3)
    np.dot(hidden_T1, space2, out=d_w2)
    np.multiply(hidden, hidden, out=space1)
    np.subtract(1, space1, out=space1)
    np.multiply(space3, space1, out=space3)
    np.dot(ones_100, space3, out=d_b1)
    np.dot(x.T, space3, out=d_w1)
    np.multiply(g, 0.1, out=s)
    np.subtract(p, s, out=p)
    return v1 / 100
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff.compiler.arrays import ArrayWriter
from notevault.autodiff.compiler.functions import load
from notevault.autodiff.compiler.program import Program
from notevault.autodiff.compiler.tracing import trace_function
from notevault.autodiff.operations import mse, tanh
from notevault.autodiff.optimizers import Adam, Optimizer
from notevault.autodiff.trees import leaves, rebuild

__all__ = ["TrainingStep", "mse", "tanh"]

CHUNK = 16384
"""Elements that an update works on at a time: five arrays of so many float64 fit into a second-level cache."""


class TrainingStep:
    """One step of training, compiled for data of the given shapes; calling it returns the loss before the update.

    parameters, gradients: in the form that was given; their leaves are views of one flat array each, and change at
    every step. Data of another shape or type is a ValueError.
    """

    def __init__(
        self, loss: Callable[..., Any], parameters: Any, *data: Any, optimizer: Optimizer | None = None
    ) -> None:
        optimizer = Adam() if optimizer is None else optimizer
        start = [np.asarray(leaf) for leaf in leaves(parameters)]
        dtype = np.result_type(*start)
        self.flat = np.concatenate([leaf.reshape(-1) for leaf in start]).astype(dtype)
        self.flat_gradient = np.zeros_like(self.flat)
        self.parameters = _views(self.flat, parameters)
        self.gradients = _views(self.flat_gradient, parameters)
        self.steps = 0
        traced = trace_function(loss, (self.parameters, *data), (0,))
        self._kinds = [_kind(leaf) for part in data for leaf in leaves(part)]
        program = traced.program
        own = leaves(self.parameters)
        static = dict(zip(program.inputs, own, strict=False))
        writer = self._backward(program, static)
        source = writer.out
        bound, update = _update(optimizer, self.flat, self.flat_gradient)
        before, update = [writer.numpy(line) for line in optimizer.before], [writer.numpy(line) for line in update]
        source.bound.update(bound)
        arguments = [program.names[k] for k in program.inputs[len(own) :]]
        counted = any("t)" in line for line in optimizer.before)
        name = traced.name
        body = [*source.lines[:-1], *before, *update, source.lines[-1]]
        words = [*arguments, "t"] if counted else arguments
        head = f"def {name}({', '.join(words)}):"
        self.source = "\n".join([*source.head(), head, *(f"    {line}" for line in body), ""])
        self._run = load(self.source, name, source.bound)
        self._counted = counted

    def _backward(self, program: Program, static: dict[int, Any]) -> ArrayWriter:
        slopes = program.outputs[1:]
        targets: dict[int, Any] = {}
        repeats: list[tuple[str, int]] = []
        names = [program.names[k] for k in program.inputs]
        views = dict(zip((f"d_{name}" for name in names), leaves(self.gradients), strict=False))
        for index, view in zip(slopes, views, strict=True):
            computed = program.instructions[index].op not in ("input", "constant")
            if computed and index not in targets and index != program.outputs[0]:
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
        return self._run(*flat, self.steps) if self._counted else self._run(*flat)

    def _nested(self, data: tuple[Any, ...]) -> bool:
        return any(isinstance(part, (list, tuple, dict)) for part in data)


def _kind(leaf: Any) -> tuple[tuple[int, ...], str]:
    return (leaf.shape, leaf.dtype.str) if isinstance(leaf, np.ndarray) else ((), type(leaf).__name__)


def _views(flat: Any, like: Any) -> Any:
    """Views of the flat array, in the shapes and the form of the tree."""
    parts, start = [], 0
    for leaf in leaves(like):
        stop = start + int(np.size(leaf))
        parts.append(flat[start:stop].reshape(np.shape(leaf)))
        start = stop
    return rebuild(like, parts)


def _update(optimizer: Optimizer, p: Any, g: Any) -> tuple[dict[str, Any], list[str]]:
    """The lines of the update and the arrays they name; long ones are worked on piece by piece."""
    arrays = {"p": p, "g": g, **{name: np.zeros_like(p) for name in optimizer.state}}
    names = (*arrays, "s")
    pieces = -(-p.size // CHUNK)
    if pieces <= 1:
        return {**arrays, "s": np.empty_like(p)}, list(optimizer.update)
    cuts = [p.size * k // pieces for k in range(pieces + 1)]
    scratch = np.empty(max(b - a for a, b in itertools.pairwise(cuts)), p.dtype)
    chunks = [(*(array[a:b] for array in arrays.values()), scratch[: b - a]) for a, b in itertools.pairwise(cuts)]
    return {"chunks": chunks}, [f"for {', '.join(names)} in chunks:", *(f"    {line}" for line in optimizer.update)]
