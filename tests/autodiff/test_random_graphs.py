"""Random programs with shared subexpressions and broadcasting: the engine against PyTorch, to the second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notevault.autodiff import gradients, tensor
from notevault.autodiff import operations as ops

torch = pytest.importorskip("torch", reason="the extra `oracles` is not installed: PyTorch is compared with nothing")

SHAPES = [(), (3,), (2, 1), (2, 3), (1, 3)]
UNARY = {
    "tanh": (ops.tanh, torch.tanh),
    "sin": (ops.sin, torch.sin),
    "sigmoid": (ops.sigmoid, torch.sigmoid),
    "softplus": (ops.softplus, torch.nn.functional.softplus),
    "square then damped": (lambda x: ops.square(x) / (1 + ops.square(x)), lambda x: x * x / (1 + x * x)),
    "root": (lambda x: ops.sqrt(1 + ops.square(x)), lambda x: torch.sqrt(1 + x * x)),
    "gelu": (ops.gelu, torch.nn.functional.gelu),
    "sum of the last": (
        lambda x: ops.sum(x, axis=-1, keepdims=True) if x.shape else x,
        lambda x: x.sum(-1, keepdim=True) if x.ndim else x,
    ),
    "mean": (ops.mean, lambda x: x.mean()),
    "logsumexp": (ops.logsumexp, lambda x: torch.logsumexp(x, dim=tuple(range(x.ndim))) if x.ndim else x),
    "softmax": (
        lambda x: ops.softmax(x) if x.shape else x,
        lambda x: torch.softmax(x, -1) if x.ndim else x,
    ),
    "reversed": (ops.transpose, lambda x: x.permute(*range(x.ndim - 1, -1, -1)) if x.ndim else x),
}
BINARY = {
    "add": (lambda a, b: a + b, lambda a, b: a + b),
    "sub": (lambda a, b: a - b, lambda a, b: a - b),
    "mul": (lambda a, b: ops.tanh(a) * b, lambda a, b: torch.tanh(a) * b),
    "div": (lambda a, b: a / (2 + ops.sin(b)), lambda a, b: a / (2 + torch.sin(b))),
    "hypot": (lambda a, b: ops.hypot(a + 3, b), lambda a, b: torch.hypot(a + 3, b)),
}


@st.composite
def programs(draw: Any) -> tuple[list[tuple[int, ...]], list[tuple[str, int, int]]]:
    """Shapes of the leaves, and steps (operation, operand, operand) that refer to any earlier result."""
    leaves = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4))
    length = draw(st.integers(1, 200 - len(leaves)))
    names = st.sampled_from([*UNARY, *BINARY])
    draws = draw(
        st.lists(st.tuples(names, st.integers(0, 10**6), st.integers(0, 10**6)), min_size=length, max_size=length)
    )
    return leaves, [(n, a % (len(leaves) + k), b % (len(leaves) + k)) for k, (n, a, b) in enumerate(draws)]


def run(leaves: list[Any], steps: list[tuple[str, int, int]], side: int) -> list[Any]:
    """The results of all steps; a step whose shapes do not broadcast takes its first operand twice."""
    values = list(leaves)
    for name, a, b in steps:
        x, y = values[a], values[b]
        if name in UNARY:
            values.append(UNARY[name][side](x))
            continue
        try:
            np.broadcast_shapes(tuple(x.shape), tuple(y.shape))
        except ValueError:
            y = x
        values.append(BINARY[name][side](x, y))
    return values


def weigh(values: list[Any], side: int) -> Any:
    """All results, unequally weighted, as one number: so every node has a cotangent."""
    total: Any = 0.0
    for k, value in enumerate(values):
        weight = np.cos(k + np.arange(int(np.prod(tuple(value.shape), dtype=int)))).reshape(tuple(value.shape))
        total = total + ((value * weight).sum() if side == 0 else (value * torch.from_numpy(np.asarray(weight))).sum())
    return total


@settings(max_examples=60, deadline=None, derandomize=True)
@given(programs())
def test_random_programs_agree_with_pytorch_in_two_orders(program: Any) -> None:
    shapes, steps = program
    starts = [
        np.asarray(np.sin(1.0 + k + np.arange(int(np.prod(s, dtype=int)))).reshape(s)) for k, s in enumerate(shapes)
    ]
    ours = [tensor(start) for start in starts]
    theirs = [torch.from_numpy(start.copy()).requires_grad_() for start in starts]
    output, torch_output = weigh(run(ours, steps, 0), 0), weigh(run(theirs, steps, 1), 1)
    assert output.item() == pytest.approx(torch_output.item(), rel=1e-9, abs=1e-9)
    slopes = gradients(output, ours)
    torch_slopes = torch.autograd.grad(torch_output, theirs, create_graph=True)
    for a, b in zip(slopes, torch_slopes, strict=True):
        np.testing.assert_allclose(a.value, b.numpy(force=True), rtol=1e-9, atol=1e-9)
    curved, torch_curved = weigh(list(slopes), 0), weigh(list(torch_slopes), 1)
    if not torch_curved.requires_grad:
        return
    second = gradients(curved, ours)
    torch_second = torch.autograd.grad(torch_curved, theirs, allow_unused=True)
    for a, b, leaf in zip(second, torch_second, theirs, strict=True):
        expected = torch.zeros_like(leaf) if b is None else b
        np.testing.assert_allclose(a.value, expected.numpy(force=True), rtol=1e-8, atol=1e-8)
