"""Operations of one's own: a function with rules given by hand, and checkpoints that recompute instead of remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from notevault.autodiff.nesting import differentiating
from notevault.autodiff.primitive import Primitive, Rule, Value
from notevault.autodiff.rules import row_of
from notevault.autodiff.sweep import pull_back, push_forward, zeros_like
from notevault.autodiff.tensor import Tensor, record, tensor, value_of


def custom_rule(
    function: Callable[..., Any], vjp: Sequence[Rule | None], jvp: Rule | None = None, name: str | None = None
) -> Callable[..., Any]:
    """The function (on plain values) as an operation whose derivatives are the given rules.

    vjp: for each operand `rule(g, y, *operands)`, in engine operations if it is to be differentiated again; None where
    no cotangent passes. jvp: `rule(tangents, y, *operands)`; without it forward mode through the operation is an error.

    >>> from notevault.autodiff.transforms import grad
    >>> clipped = custom_rule(lambda x: x, vjp=[lambda g, y, x: 0.5 * g], name="half_gradient")
    >>> float(grad(clipped)(3.0))
    0.5
    """
    label: str = name or str(getattr(function, "__name__", "custom"))

    def no_jvp(tangents: Sequence[Value], y: Value, *operands: Value, **parameters: Any) -> Value:
        raise NotImplementedError(f"{label} was given no jvp rule; forward mode cannot pass it")

    row = Primitive(
        name=label, forward=function, vjp=tuple(vjp), jvp=jvp or no_jvp, latex=rf"\operatorname{{{label}}}(#*)",
        complex_step=False,
    )  # fmt: skip
    return lambda *operands, **parameters: record(row, operands, parameters)


def checkpoint(function: Callable[..., Any], name: str | None = None) -> Callable[..., Any]:
    """The function as one node of the tape: its inner values are not kept, the backward pass computes them again.

    It must return one tensor and use no tensor but its arguments. Derivatives of any order pass through it.

    >>> from notevault.autodiff.transforms import grad
    >>> wave = checkpoint(lambda x: (x * x) * x)
    >>> float(grad(wave)(2.0)), float(grad(grad(wave))(2.0))
    (12.0, 12.0)
    """
    label: str = name or str(getattr(function, "__name__", "checkpoint")).replace("<lambda>", "checkpoint")

    def forward(*operands: Value, **parameters: Any) -> Value:
        return value_of(function(*operands, **parameters))

    def run(operands: Sequence[Value], parameters: dict[str, Any]) -> tuple[bool, list[Tensor], Value]:
        recording = any(isinstance(operand, Tensor) for operand in operands)
        leaves = [_fresh(operand) for operand in operands]
        with differentiating(leaves):
            return recording, leaves, function(*leaves, **parameters)

    def joint_vjp(g: Value, y: Value, *operands: Value, **parameters: Any) -> list[Value]:
        recording, leaves, output = run(operands, parameters)
        if not isinstance(output, Tensor):
            return [None] * len(operands)
        return pull_back([output], [g], leaves, recording=recording or isinstance(g, Tensor))

    def jvp(tangents: Sequence[Value], y: Value, *operands: Value, **parameters: Any) -> Value:
        recording, leaves, output = run(operands, parameters)
        if not isinstance(output, Tensor):
            return None
        moved = [zeros_like(x) if t is None else t for t, x in zip(tangents, leaves, strict=True)]
        recording = recording or any(isinstance(t, Tensor) for t in tangents)
        return push_forward([output], leaves, moved, recording=recording)[0]

    row = Primitive(
        name=label, forward=forward, vjp=(), joint_vjp=joint_vjp, jvp=jvp, latex=rf"\operatorname{{{label}}}(#*)",
        complex_step=False,
    )  # fmt: skip
    return lambda *operands, **parameters: record(row, operands, parameters)


def _fresh(operand: Value) -> Tensor:
    if isinstance(operand, Tensor):
        alias: Tensor = record(row_of("identity"), (operand,), {})
        return alias
    return tensor(operand)
