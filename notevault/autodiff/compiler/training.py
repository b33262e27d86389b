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

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from notevault.autodiff.compiler.arrays import RESERVED, ArrayWriter
from notevault.autodiff.compiler.functions import load
from notevault.autodiff.compiler.program import Program
from notevault.autodiff.compiler.tracing import trace_function
from notevault.autodiff.compiler.updates import FlatParameters, inline_update, views
from notevault.autodiff.compiler.views import shares_memory
from notevault.autodiff.operations import mse, tanh
from notevault.autodiff.optimizers import Adam, Optimizer
from notevault.autodiff.trees import leaves, leaves_like, map_leaves

__all__ = ["TrainingStep", "mse", "tanh"]


class TrainingStep(FlatParameters):
    """One step of training, compiled for data of the given shapes; calling it returns the loss before the update.

    `parameters` and `gradients` of the step, copies in one flat array each, change in place at every call; what was
    given stays as it is. optimizer: Adam with its own defaults when left out. Data of another shape or type than the
    example's is a ValueError.
    """

    def __init__(
        self, loss: Callable[..., Any], parameters: Any, *data: Any, optimizer: Optimizer | None = None
    ) -> None:
        super().__init__(parameters)
        self.steps = 0
        flat_gradient = np.zeros_like(self.flat)
        self.gradients = views(flat_gradient, parameters)
        traced = trace_function(loss, (self.parameters, *data), (0,))
        self._form = map_leaves(lambda leaf: None, data)
        self._nested = any(part is not None for part in self._form)
        self._kinds = [_kind(leaf) for leaf in leaves(data)]
        program = _without_reserved_names(traced.program)
        own = leaves(self.parameters)
        writer = self._backward(program, traced.name, dict(zip(program.inputs, own, strict=False)))
        source = writer.out
        update = inline_update(Adam() if optimizer is None else optimizer, self.flat, flat_gradient, source)
        arguments = [program.names[k] for k in program.inputs[len(own) :]]
        body = [*source.lines[:-1], *update, source.lines[-1]]
        head = f"def {traced.name}({', '.join([*arguments, 't'])}):"
        self.source = "\n".join([*source.head(), head, *(f"    {line}" for line in body), ""])
        self._run = load(self.source, traced.name, source.bound)

    def _backward(self, program: Program, name: str, static: dict[int, Any]) -> ArrayWriter:
        slopes = program.outputs[1:]
        targets: dict[int, Any] = {}
        repeats: list[tuple[str, int]] = []
        names = [program.names[k] for k in program.inputs]
        places = dict(zip((f"d_{name}" for name in names), leaves(self.gradients), strict=False))
        for index, slope in zip(slopes, places, strict=True):
            node = program.instructions[index]
            own_place = node.op not in ("input", "constant") and not shares_memory(node)
            if own_place and index not in targets and index != program.outputs[0]:
                targets[index] = places[slope]
            else:
                repeats.append((slope, index))
        writer = ArrayWriter(program, name, static, targets)
        writer.taken |= set(places)
        writer.out.bound.update(places)
        source = writer.write()
        source.lines += [f"{slope}[...] = {writer.text[index]}" for slope, index in repeats]
        result = writer.text[program.outputs[0]]
        if _reads_a_parameter(program, writer):
            # the update changes the parameters before the loss is returned
            before = writer.fresh("before")
            source.lines += [source.numpy(f"{before} = np.array({result})[()]"), f"return {before}"]
            return writer
        last = next((k for k, line in enumerate(source.lines) if line.startswith(f"{result} = ")), None)
        if last is None or any(result in line for line in source.lines[last + 1 :]):
            source.lines.append(f"return {result}")
        else:
            line = source.lines.pop(last)
            source.lines.append(f"return {line.removeprefix(f'{result} = ')}")
        return writer

    def __call__(self, *data: Any) -> Any:
        flat = leaves_like(data, self._form) if self._nested else data
        for leaf, kind in zip(flat, self._kinds, strict=True):
            if _kind(leaf) != kind:
                raise ValueError(f"this step was compiled for {kind[1]} data of shape {kind[0]}, not {_kind(leaf)}")
        self.steps += 1
        return self._run(*flat, self.steps)


def _reads_a_parameter(program: Program, writer: ArrayWriter) -> bool:
    """Whether the last step to the loss looks into the memory of a parameter."""
    output = program.outputs[0]
    roots = {writer.root[k] for k in (output, *program.instructions[output].operands)}
    return any(program.instructions[k].op == "input" and k in writer.static for k in roots)


def _kind(leaf: Any) -> tuple[tuple[int, ...], str]:
    return (leaf.shape, leaf.dtype.str) if isinstance(leaf, np.ndarray) else ((), type(leaf).__name__)


def _without_reserved_names(program: Program) -> Program:
    """The program with variables renamed that the lines of the update, or the gradients, are called."""
    reserved = RESERVED | {f"d_{program.names[k]}" for k in program.inputs}
    names = {k: f"{name}_" if name in reserved else name for k, name in program.names.items()}
    return replace(program, names=names)
