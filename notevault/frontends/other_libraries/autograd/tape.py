"""A function run on the engine's tape, as autograd runs it: `make_vjp` and `make_jvp`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, apply
from notevault.autodiff.nesting import RUNNING, uses_outer_variables
from notevault.autodiff.sweep import pull_back, push_forward
from notevault.autodiff.trees import leaves, rebuild

REAL_OR_COMPLEX = (float, complex, np.floating, np.complexfloating)


def getval(x: Any) -> Any:
    """The value without its history; of a container, with values in it."""
    if isinstance(x, Tensor):
        return x.value
    return rebuild(x, [getval(leaf) for leaf in leaves(x)]) if isbox(x) else x


def isbox(x: Any) -> bool:
    """Whether x, or something in it, is traced."""
    return any(isinstance(leaf, Tensor) for leaf in leaves(x))


def can_be_traced(x: Any) -> bool:
    """Whether autograd differentiates by values of this type: real and complex numbers, and arrays."""
    return isinstance(x, (Tensor, np.ndarray, *REAL_OR_COMPLEX))


def _fresh(leaf: Any) -> Tensor:
    """A new node to differentiate by; that of a tensor stays connected to it, for higher orders."""
    if isinstance(leaf, Tensor):
        alias: Tensor = apply("identity", leaf)
        return alias
    if not can_be_traced(leaf):
        raise TypeError(f"Can't differentiate w.r.t. type {type(leaf)}")
    array = np.asarray(leaf)
    if not array.ndim:
        return Tensor(array[()])
    view = array.view()
    view.flags.writeable = False
    return Tensor(view)


def _without_mask(y: Any) -> Any:
    """Comparisons are not traced in autograd: what they give is plain."""
    return y.value if isinstance(y, Tensor) and y.dtype.kind == "b" else y


class Run:
    """One call of `function` on a traced copy of x; both x and the output may be containers."""

    def __init__(self, function: Callable[[Any], Any], x: Any) -> None:
        self.argument = x
        self.wrt = [_fresh(leaf) for leaf in leaves(x)]
        RUNNING.variables.append(self.wrt)
        try:
            output = function(rebuild(x, self.wrt))
        finally:
            RUNNING.variables.pop()
        self.outputs = [_without_mask(leaf) for leaf in leaves(output)]
        self.output = rebuild(output, self.outputs)
        traced = [leaf for leaf in self.outputs if isinstance(leaf, Tensor)]
        self.recording = isbox(x) or uses_outer_variables(traced)
        for node in traced:
            if isinstance(node.value, np.integer):
                raise TypeError(f"Can't differentiate w.r.t. type {type(node.value)}")
        if not traced:
            warnings.warn("Output seems independent of input.", stacklevel=4)

    @property
    def value(self) -> Any:
        """The output: on the tape where a derivative is taken around this one, else plain."""
        return self.output if self.recording else getval(self.output)

    def pull(self, g: Any) -> Any:
        """The cotangent of x for the cotangent g of the output, in the form of x."""
        pairs = [(y, c) for y, c in zip(self.outputs, leaves(g), strict=True) if isinstance(y, Tensor)]
        recording = self.recording or isbox(g)
        cotangents = [_like(c, y) for y, c in pairs]
        pulled = pull_back([y for y, _ in pairs], cotangents, self.wrt, recording=recording)
        if not self.wrt:
            return rebuild(self.argument, [])
        given = [_zeros(x) if c is None else _in_space_of(c, x) for c, x in zip(pulled, self.wrt, strict=True)]
        if isinstance(self.argument, (list, tuple, dict)):
            # in a container autograd adds into zeros, and so a number comes out as an array
            given = [np.array(c) if isinstance(c, np.generic) else c for c in given]
        return rebuild(self.argument, given)

    def push(self, v: Any) -> Any:
        """The tangent of the output for the tangent v of x, in the form of the output."""
        recording = self.recording or isbox(v)
        traced = [y for y in self.outputs if isinstance(y, Tensor)]
        tangents = [_like(t, x) for t, x in zip(leaves(v), self.wrt, strict=True)]
        pushed = iter(push_forward(traced, self.wrt, tangents, recording=recording))
        given = []
        for y in self.outputs:
            t = next(pushed) if isinstance(y, Tensor) else None
            given.append(_zeros(y) if t is None else _in_space_of(t, y))
        return rebuild(self.output, given)


def _zeros(x: Any) -> Any:
    return np.zeros_like(getval(x))[()]


def _like(cotangent: Any, y: Tensor) -> Any:
    """A cotangent as an array, checked to have the shape of its value."""
    given = cotangent if isinstance(cotangent, Tensor) else np.asarray(cotangent)
    if np.shape(given) != y.shape:
        raise ValueError(f"a cotangent of shape {np.shape(given)} for a value of shape {y.shape}")
    return given


def _in_space_of(g: Any, x: Any) -> Any:
    """A derivative by a real value is real, by a complex one complex; an array that is handed out may be written to."""
    if np.iscomplexobj(g) != np.iscomplexobj(x):
        g = apply("real", g) if np.iscomplexobj(g) else g + 0j
    return g.copy() if isinstance(g, np.ndarray) and not g.flags.writeable else g


def make_vjp(function: Callable[[Any], Any], x: Any) -> tuple[Callable[[Any], Any], Any]:
    """(the function that takes a cotangent of function(x) to one of x, function(x))."""
    run = Run(function, x)
    return run.pull, run.value


def make_jvp(function: Callable[[Any], Any], x: Any) -> Callable[[Any], tuple[Any, Any]]:
    """The function that takes a tangent of x to (function(x), its tangent)."""

    def jvp(v: Any) -> tuple[Any, Any]:
        run = Run(function, x)
        return run.value, run.push(v)

    return jvp
