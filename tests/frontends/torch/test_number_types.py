"""Operations on tensors of any two number types do what they do in PyTorch, or name what is lacking."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from notevault.frontends.unsupported import UnsupportedError
from tests.frontends.torch.random_programs import same_numbers, torch_names
from tests.frontends.torch.test_snippets import imitated

TENSORS = {
    "float32": "torch.tensor([0.5, 1., 2.])",
    "float64": "torch.tensor([0.25, 1., 2.5], dtype=torch.float64)",
    "int64": "torch.tensor([1, 2, 0])",
    "int32": "torch.tensor([2, 1, 1], dtype=torch.int32)",
    "uint8": "torch.tensor([1, 2, 1], dtype=torch.uint8)",
    "bool": "torch.tensor([True, False, True])",
    "number": "torch.tensor(0.5)",
    "whole": "torch.tensor(2)",
    "recorded": "torch.tensor([0.5, 2., 1.], requires_grad=True)",
    "recorded64": "torch.tensor([0.5, 0.25, 1.], dtype=torch.float64, requires_grad=True)",
}

OPERATIONS = (
    "a + b", "a - b", "a * b", "a / b", "a // b", "a % b", "a ** b", "a @ b", "a == b", "a < b", "a & b", "a | b",
    "a << b", "torch.maximum(a, b)", "torch.fmod(a, b)", "torch.atan2(a, b)", "torch.hypot(a, b)",
    "torch.where(a > 0, a, b)", "torch.cat([a, b])", "torch.stack([a, b])", "torch.outer(a, b)", "torch.kron(a, b)",
    "torch.add(a, b, alpha=2)", "torch.div(a, b, rounding_mode='trunc')", "torch.lerp(a, b, 0.5)",
    "torch.addcmul(a, b, b)", "torch.addcdiv(a, b, b)", "torch.logaddexp(a, b)", "torch.allclose(a, b)",
    "a.clone().add_(b)", "a.clone().mul_(b)", "a.clone().div_(b)", "a.clone().copy_(b)", "a.clamp(max=b)",
    "F.mse_loss(a, b)", "F.l1_loss(a, b)", "F.smooth_l1_loss(a, b)", "F.huber_loss(a, b)", "F.kl_div(a, b)",
    "F.binary_cross_entropy_with_logits(a, b)", "F.binary_cross_entropy(a, b)", "F.cross_entropy(a, b)",
    "F.cross_entropy(a.view(1, -1), b.view(1, -1))", "F.cross_entropy(a.view(1, -1), b[:1])",
    "F.nll_loss(a.view(1, -1), b[:1])", "F.cosine_similarity(a, b, dim=0)", "F.soft_margin_loss(a, b)",
    "F.poisson_nll_loss(a, b)", "F.margin_ranking_loss(a, a, b)", "F.hinge_embedding_loss(a, b)",
    "torch.logical_and(a, b)", "torch.gcd(a, b)", "torch.heaviside(a, b)", "torch.xlogy(a, b)",
    "torch.float_power(a, b)", "torch.result_type(a, b)", "torch.inner(a, b)", "torch.dist(a, b)", "a.dot(b)",
    "torch.cdist(a.view(-1, 1), b.view(-1, 1))", "torch.einsum('i,i->i', a, b)", "torch.tensordot(a, b, 1)",
    "torch.mm(a.view(-1, 1), b.view(1, -1))", "a.scatter(0, torch.tensor([0, 1]), b[:2])", "b[a]",
    "b.index_select(0, a)", "b.gather(0, a)", "torch.isin(a, b)", "F.layer_norm(a, (3,), b)", "F.prelu(a, b[:1])",
    "F.linear(a, b.view(1, -1))", "F.embedding(a, b.view(3, 1))", "torch.cross(a, b, dim=0)", "a.type_as(b)",
)  # fmt: skip


def _outcome(operation: str, names: dict[str, Any], *given: str) -> str:
    """What is printed, with the gradients of the operands; `error` if there is one."""
    try:
        a, b = (eval(TENSORS[kind], names) for kind in given)
        result = eval(operation, {**names, "a": a, "b": b})
        if getattr(result, "requires_grad", False):
            result.sum().backward()
        return f"{result} {a.grad} {b.grad}"
    except UnsupportedError:
        return "unsupported"
    except Exception:
        return "error"


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed (extra `oracles`)")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_two_number_types_meet_as_in_pytorch(operation: str) -> None:
    pairs = [(a, b) for a in TENSORS for b in TENSORS]
    expected = [_outcome(operation, torch_names(), *pair) for pair in pairs]
    with imitated() as names:
        got = [_outcome(operation, names, *pair) for pair in pairs]
    wrong = [
        (pair, theirs, ours)
        for pair, theirs, ours in zip(pairs, expected, got, strict=True)
        if ours != "unsupported" and not same_numbers(theirs, ours)
    ]
    assert wrong == []


def test_what_the_same_type_meets_is_computed() -> None:
    with imitated() as names:
        computed = [_outcome(operation, names, "float32", "float32") for operation in OPERATIONS]
    assert sum(outcome not in {"unsupported", "error"} for outcome in computed) > 50
