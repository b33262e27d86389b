"""At the corners of functions the imitation has PyTorch's values and derivatives, or names what it lacks."""

from __future__ import annotations

import importlib.util
import math
from typing import Any

import pytest

from notevault.frontends.unsupported import UnsupportedError
from tests.frontends.torch.random_programs import torch_names
from tests.frontends.torch.test_snippets import imitated

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="PyTorch is not installed (extra `oracles`)"
)

POINTS = [-6.0, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, -0.0, 0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 6.0, 20.0]

FUNCTIONS = (
    "torch.abs(x)", "torch.acos(x)", "torch.asin(x)", "torch.atanh(x)", "torch.ceil(x)", "torch.erf(x)",
    "torch.exp(x)", "torch.floor(x)", "torch.frac(x)", "torch.log(x)", "torch.log10(x)", "torch.log1p(x)",
    "torch.log2(x)", "torch.logit(x)", "torch.reciprocal(x)", "torch.relu(x)", "torch.round(x)", "torch.rsqrt(x)",
    "torch.sigmoid(x)", "torch.sign(x)", "torch.sqrt(x)", "torch.square(x)", "torch.tan(x)", "torch.trunc(x)",
    "F.relu6(x)", "F.elu(x)", "F.elu(x, 2.0)", "F.selu(x)", "F.celu(x)", "F.gelu(x)", "F.silu(x)", "F.mish(x)",
    "F.softplus(x)", "F.softplus(x, beta=2)", "F.softplus(x, threshold=1)", "F.softsign(x)", "F.hardtanh(x)",
    "F.hardsigmoid(x)", "F.hardswish(x)", "F.tanhshrink(x)", "F.logsigmoid(x)", "F.leaky_relu(x)",
    "F.hardtanh(x, -2, 2)", "F.threshold(x, 1.0, 7.0)", "x.clamp(-1, 1)", "x.clamp(min=0)",
    "x.clamp(max=torch.tensor(2.0))", "x.clamp(torch.tensor(-1.0), torch.tensor(1.0))",
    "torch.maximum(x, torch.tensor(0.0))", "torch.minimum(x, torch.tensor(1.0))", "torch.max(x, x * 2)", "x ** 2",
    "x ** 3", "x ** 0.5", "x ** -1", "x ** 0", "x ** 1", "2 ** x", "0 ** x", "x % 2", "x % -2", "torch.fmod(x, 2)",
    "x.remainder(0.3)", "1 / x", "x * 0", "torch.atan2(x, torch.tensor(0.0))", "torch.atan2(torch.tensor(0.0), x)",
    "torch.hypot(x, torch.tensor(0.0))", "torch.logaddexp(x, torch.tensor(0.0))", "x.logit(1e-3)",
    "torch.xlogy(x, x)", "x.float_power(2)", "x.sign() * x", "torch.where(x > 0, x.sqrt(), x)", "x.abs().sqrt()",
    "F.smooth_l1_loss(x, x.detach() * 0, reduction='none')", "F.huber_loss(x, x.detach() * 0, delta=0.5)",
    "F.l1_loss(x, x.detach() * 0 + 1, reduction='none')",
    "F.binary_cross_entropy_with_logits(x, (x > 0).to(x.dtype), reduction='none')",
    "F.binary_cross_entropy(x.clamp(0, 1), (x > 0).to(x.dtype))",
    "F.hinge_embedding_loss(x, (x > 0).to(x.dtype) * 2)", "x.cumsum(0)", "x.cumprod(0)", "x.prod()", "x.norm()",
    "x[7:9].norm()", "x[7:9].norm(1)", "x[7:9].norm(3)", "x[7:9].std()", "x.max()", "torch.stack([x[0], x[0]]).max()",
    "torch.stack([x[0], x[0]]).max(0)[0]", "torch.stack([x[0], x[0]]).amin()", "F.normalize(x[7:9], dim=0)",
    "torch.dist(x[1:3], x[1:3])", "torch.relu(x * math.nan)", "torch.maximum(x * math.nan, x)", "(x * math.nan).max()",
)  # fmt: skip


def _values_and_slopes(function: str, dtype: str, names: dict[str, Any]) -> list[float]:
    torch = names["torch"]
    x = torch.tensor(POINTS, dtype=getattr(torch, dtype), requires_grad=True)
    y = eval(function, {**names, "x": x, "math": math})
    weights = torch.arange(1, y.numel() + 1).to(y.dtype).reshape(y.shape)
    y.backward(weights)
    return [*y.detach().flatten().tolist(), *x.grad.tolist()]


def _same(a: float, b: float) -> bool:
    if math.isinf(a) and math.isinf(b):  # the sign comes from that of a zero, which depends on the order of steps
        return True
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=2e-4, abs_tol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_values_and_slopes_at_corners_are_those_of_pytorch(function: str, dtype: str) -> None:
    expected = _values_and_slopes(function, dtype, torch_names())
    with imitated() as names:
        try:
            got = _values_and_slopes(function, dtype, names)
        except UnsupportedError:
            return
    assert len(got) == len(expected)
    assert [(a, b) for a, b in zip(expected, got, strict=True) if not _same(a, b)] == []


def test_most_functions_are_computed_at_corners() -> None:
    lacking = []
    with imitated() as names:
        for function in FUNCTIONS:
            try:
                _values_and_slopes(function, "float32", names)
            except UnsupportedError:
                lacking.append(function)
    assert len(lacking) < 8
