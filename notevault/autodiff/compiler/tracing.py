"""From a Python function to a program: run it once on named tensors, differentiate, record."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np

from notevault.autodiff.compiler.expressions import FUNCTIONS
from notevault.autodiff.compiler.program import Program, build
from notevault.autodiff.errors import NotScalarError
from notevault.autodiff.graph import graph
from notevault.autodiff.naming import name_of, run_named
from notevault.autodiff.nesting import differentiating
from notevault.autodiff.primitive import Value
from notevault.autodiff.sweep import pull_back, unit_cotangent, zeros_like
from notevault.autodiff.tensor import Tensor, branches_refused
from notevault.autodiff.trees import leaves, rebuild

MEANT = frozenset(["np", "engine", "float", "abs", "pow", "IndexError", *FUNCTIONS.values()])
"""Words of the source that are no variables."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A program, the form of what the function returned, and how many of the outputs that is.

    The outputs of the program are the leaves of the result, then the gradients by the leaves that were asked for.
    """

    program: Program
    result: Any
    results: int
    name: str


def leaf_names(function: Callable[..., Any], arguments: Sequence[Any]) -> list[str]:
    """A name for every leaf of the arguments: that of the parameter, or of the dict's key, or both with a number.

    >>> leaf_names(lambda p, x: x, [{"w": 1.0, "b": 2.0}, 3.0])
    ['w', 'b', 'x']
    >>> leaf_names(lambda p, x: x, [[1.0, 2.0], 3.0])
    ['p0', 'p1', 'x']
    """
    try:
        parameters = [p.name for p in signature(function).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    except (TypeError, ValueError):  # a function in C has no signature
        parameters = []
    names: list[str] = []
    for k, argument in enumerate(arguments):
        own = parameters[k] if k < len(parameters) else f"a{k}"
        _name(argument, own, names, top=True)
    return names


def as_name(text: str) -> str:
    """The text as a name that the source may use: an identifier that means nothing else there.

    >>> as_name("w1"), as_name("lambda"), as_name("layer.0/bias"), as_name("exp")
    ('w1', 'lambda_', 'layer_0_bias', 'exp_')
    """
    name = re.sub(r"\W", "_", text)
    name = name if name.isidentifier() else f"_{name}"
    return f"{name}_" if name in MEANT or keyword.iskeyword(name) else name


def _name(tree: Any, name: str, names: list[str], *, top: bool = False) -> None:
    if isinstance(tree, dict):
        for key, branch in tree.items():
            free = str(key) if str(key).isidentifier() and str(key) not in names else f"{name}_{key}"
            _name(branch, free, names)
    elif isinstance(tree, (list, tuple)):
        for k, branch in enumerate(tree):
            _name(branch, f"{name}{k}", names)
    else:
        unique, k = as_name(name), 1
        while unique in names:
            k += 1
            unique = f"{as_name(name)}_{k}"
        names.append(unique)


def trace_function(
    function: Callable[..., Any], arguments: Sequence[Any], argnums: tuple[int, ...] | None = None
) -> Traced:
    """Record the function on the example arguments; with its gradients by the arguments at `argnums`.

    A branch on a traced value cannot be recorded: TapeCutError.
    """
    names = leaf_names(function, arguments)
    chosen = argnums or ()
    flat = [(leaf, k in chosen) for k, argument in enumerate(arguments) for leaf in leaves(argument)]
    inputs = [Tensor(_plain(leaf, real), name=name) for (leaf, real), name in zip(flat, names, strict=True)]
    filled, start = [], 0
    for argument in arguments:
        count = len(leaves(argument))
        filled.append(rebuild(argument, inputs[start : start + count]))
        start += count
    with branches_refused(), differentiating(inputs):
        result, variables = run_named(function, *filled)
    outputs = [leaf if isinstance(leaf, Tensor) else Tensor(leaf) for leaf in leaves(result)]
    own = name_of(function)
    variables.pop(own, None)  # the result itself needs no name
    labels = _labels(variables)
    slopes: list[Tensor] = []
    if argnums is not None:
        wrt = [leaf for k in argnums for leaf in leaves(filled[k])]
        slopes = _gradients(outputs, wrt, labels)
    recorded = graph([*outputs, *slopes], inputs)
    by_node = _by_graph(recorded, [*outputs, *slopes], labels)
    return Traced(build(recorded, by_node), result, len(outputs), as_name(own.replace("<lambda>", "function")))


def _plain(leaf: Any, real: bool) -> Value:
    """The leaf as an array or a number; whole numbers become real ones where they are differentiated by, or single."""
    array = np.asarray(leaf)
    if array.dtype.kind in "iu" and (real or isinstance(leaf, int)):
        array = array.astype(np.float64)
    return array[()] if array.ndim == 0 else array


def _labels(variables: dict[str, Any]) -> dict[int, str]:
    """Variables of the source by the creation number of the tensor they hold."""
    return {value.index: as_name(name) for name, value in variables.items() if isinstance(value, Tensor)}


def _gradients(outputs: Sequence[Tensor], wrt: Sequence[Tensor], labels: dict[int, str]) -> list[Tensor]:
    if len(outputs) != 1 or outputs[0].size != 1:
        raise NotScalarError(outputs[0].shape if outputs else ())
    adjoints: dict[int, Value] = {}
    pulled = pull_back(outputs, [unit_cotangent(outputs[0])], wrt, recording=True, keep=adjoints)
    for index, adjoint in adjoints.items():
        if index in labels and isinstance(adjoint, Tensor):
            labels.setdefault(adjoint.index, f"d_{labels[index]}")
    for leaf, slope in zip(wrt, pulled, strict=True):
        if isinstance(slope, Tensor):
            labels.setdefault(slope.index, f"d_{leaf.name}")
    return [
        g if isinstance(g, Tensor) else Tensor(zeros_like(w) if g is None else g)
        for g, w in zip(pulled, wrt, strict=True)
    ]


def _by_graph(recorded: Any, outputs: Sequence[Tensor], labels: dict[int, str]) -> dict[int, str]:
    """The labels by node of the graph; a node is found again by the identity of its value."""
    found: dict[int, str] = {}
    pending, seen = list(outputs), set()
    by_value: dict[int, str] = {}
    while pending:
        node = pending.pop()
        if node.index in seen:
            continue
        seen.add(node.index)
        if node.index in labels:
            by_value[id(node.value)] = labels[node.index]
        pending.extend(operand for operand in node.operands if isinstance(operand, Tensor))
    for node in recorded.nodes:
        if node.primitive not in ("input", "constant") and id(node.value) in by_value:
            found[node.index] = by_value[id(node.value)]
    return found
