"""Operations of one's own: a function with rules given by hand, and checkpoints that recompute instead of remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.calls import fresh
from notevault.autodiff.errors import OutputError, TapeCutError
from notevault.autodiff.nesting import differentiating
from notevault.autodiff.primitive import Primitive, Rule, Value
from notevault.autodiff.sweep import pull_back, push_forward, recorded, zeros_like
from notevault.autodiff.tensor import Tensor, dtype_of, plain_parameters, record, shape_of, tensor, value_of
from notevault.autodiff.trees import BRANCHES, leaves, rebuild


def custom_rule(
    function: Callable[..., Any], vjp: Sequence[Rule | None], jvp: Rule | None = None, name: str | None = None
) -> Callable[..., Any]:
    """The function (on plain values, of one array) as an operation whose derivatives are the given rules.

    vjp: for each operand `rule(g, y, *operands)`, in engine operations if it is to be differentiated again; None where
    no cotangent passes. jvp: `rule(tangents, y, *operands)`; without it forward mode through the operation is an error.
    ValueError where a rule gives a cotangent of another shape than its operand, or where a tensor has no rule.

    >>> from notevault.autodiff.transforms import grad
    >>> clipped = custom_rule(lambda x: x, vjp=[lambda g, y, x: 0.5 * g], name="half_gradient")
    >>> float(grad(clipped)(3.0))
    0.5
    """
    label: str = name or str(getattr(function, "__name__", "custom"))

    def forward(*operands: Value, **parameters: Any) -> Value:
        return _one_array(label, function(*operands, **parameters))

    def no_jvp(tangents: Sequence[Value], y: Value, *operands: Value, **parameters: Any) -> Value:
        raise NotImplementedError(f"{label} was given no jvp rule; forward mode cannot pass it")

    if callable(vjp):
        raise TypeError(f"vjp of {label} is a list with one rule for each operand")
    row = Primitive(
        name=label, forward=forward, vjp=tuple(_of_operand_shape(label, k, rule) for k, rule in enumerate(vjp)),
        jvp=jvp or no_jvp, latex=rf"\operatorname{{{label}}}(#*)", complex_step=False,
    )  # fmt: skip

    def call(*operands: Value, **parameters: Any) -> Value:
        if any(isinstance(operand, Tensor) for operand in operands[len(vjp) :]):
            raise ValueError(f"{label} was given {len(vjp)} vjp rules for {len(operands)} operands")
        return record(row, operands, plain_parameters(label, parameters))

    return call


def _of_operand_shape(label: str, place: int, rule: Rule | None) -> Rule | None:
    """The rule, whose cotangents are checked to have their operand's shape."""
    if rule is None:
        return None

    def checked(g: Value, y: Value, *operands: Value, **parameters: Any) -> Value:
        pulled = rule(g, y, *operands, **parameters)
        if pulled is not None and shape_of(pulled) != shape_of(operands[place]):
            raise ValueError(
                f"the vjp rule of {label} gave a cotangent of shape {shape_of(pulled)} "
                f"for operand {place} of shape {shape_of(operands[place])}"
            )
        return pulled

    return checked


def _one_array(label: str, value: Value) -> Value:
    if isinstance(value, BRANCHES) or value is None:
        raise OutputError(f"a {type(value).__name__}", f"{label} must return one array or number")
    return value


def checkpoint(function: Callable[..., Any], name: str | None = None) -> Callable[..., Any]:
    """The function as one node of the tape: its inner values are not kept, the backward pass computes them again.

    It is called twice or more and must compute the same at every call, else ValueError. It must return one array, else
    OutputError, and use no tensor but its arguments, else TapeCutError. Arguments may be nested; what is no tensor
    among them reaches the function as it is. Derivatives of any order pass through it.

    >>> from notevault.autodiff.transforms import grad
    >>> wave = checkpoint(lambda x: (x * x) * x)
    >>> float(grad(wave)(2.0)), float(grad(grad(wave))(2.0))
    (12.0, 12.0)
    """
    label: str = name or str(getattr(function, "__name__", "checkpoint")).replace("<lambda>", "checkpoint")

    def call(*operands: Value, **options: Any) -> Value:
        given = [list(operands), options]
        flat = leaves(given)
        places = [k for k, leaf in enumerate(flat) if isinstance(leaf, Tensor)]

        def on(values: Sequence[Value]) -> Value:
            filled = list(flat)
            for k, value in zip(places, values, strict=True):
                filled[k] = value
            positional, named = rebuild(given, filled)
            return _one_array(label, function(*positional, **named))

        return record(_recomputing(label, on), [flat[k] for k in places], {}) if places else on([])

    return call


def _agree(a: Value, b: Value) -> bool:
    """Whether two results are the same but for rounding: numpy adds up a tensor's elements in the engine's order."""
    if dtype_of(a).kind == "O" or shape_of(a) != shape_of(b):
        return bool(np.array_equal(a, b))
    return bool(np.allclose(a, b, rtol=1e-3, atol=0.0, equal_nan=True))


def _recomputing(label: str, on: Callable[[Sequence[Value]], Value]) -> Primitive:
    """A row for one call: `on` computes the output from the values of the tensors among the arguments."""

    def forward(*values: Value) -> Value:
        before = tensor(0.0).index
        output = on(values)
        if not isinstance(output, Tensor):
            return output
        if recorded([output])[0].index < before:
            raise TapeCutError(f"a tensor used in {label} that is not among its arguments", "pass it as an argument")
        return output.value

    def run(y: Value, operands: Sequence[Value]) -> tuple[bool, list[Tensor], Value]:
        recording = any(isinstance(operand, Tensor) for operand in operands)
        variables = [fresh(operand) for operand in operands]
        with differentiating(variables):
            output = on(variables)
        if not _agree(value_of(y), value_of(output)):
            raise ValueError(f"{label} computed something else when it was run again for its derivative")
        return recording, variables, output

    def joint_vjp(g: Value, y: Value, *operands: Value) -> list[Value]:
        recording, variables, output = run(y, operands)
        if not isinstance(output, Tensor):
            return [None] * len(operands)
        return pull_back([output], [g], variables, recording=recording or isinstance(g, Tensor))

    def jvp(tangents: Sequence[Value], y: Value, *operands: Value) -> Value:
        recording, variables, output = run(y, operands)
        if not isinstance(output, Tensor):
            return None
        moved = [zeros_like(x) if t is None else t for t, x in zip(tangents, variables, strict=True)]
        recording = recording or any(isinstance(t, Tensor) for t in tangents)
        return push_forward([output], variables, moved, recording=recording)[0]

    return Primitive(
        name=label, forward=forward, vjp=(), joint_vjp=joint_vjp, jvp=jvp, latex=rf"\operatorname{{{label}}}(#*)",
        complex_step=False,
    )  # fmt: skip
