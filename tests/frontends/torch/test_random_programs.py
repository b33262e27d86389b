"""Random programs: line by line the imitation prints what PyTorch prints, raises where it raises, or is unsupported."""

from __future__ import annotations

import contextlib
import io
import math
import random
import re
import warnings
from typing import Any

import pytest

from notevault.frontends.unsupported import UnsupportedError
from tests.frontends.torch.test_snippets import imitated

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra `oracles`)")

SHAPES = [(), (3,), (2, 3), (3, 2), (2, 2), (1, 3), (3, 1), (2, 2, 3)]
ONE = [
    "{a}.sum()", "{a}.mean()", "{a}.sum(0)", "{a}.mean(-1, keepdim=True)", "{a}.max()", "{a}.max(-1)[0]",
    "{a}.argmax()",
    "{a}.T", "{a}.view(-1)", "{a}.reshape(-1, 1)", "{a}.flatten()", "{a}.unsqueeze(0)", "{a}.squeeze()",
    "{a}.cumsum(0)",
    "torch.exp({a})", "torch.tanh({a})", "torch.sigmoid({a})", "torch.relu({a})", "{a} ** 2", "{a} ** 3", "2 ** {a}",
    "-{a}", "{a}.abs()", "torch.sqrt({a}.abs() + 1)", "torch.log({a}.abs() + 1)", "F.softmax({a}, dim=-1)",
    "F.log_softmax({a}, dim=0)", "{a}.std()", "{a}.var(unbiased=False)", "{a}.norm()", "{a}.clamp(-0.5, 0.5)",
    "torch.where({a} > 0, {a}, torch.zeros_like({a}))", "{a}[0]", "{a}[-1]", "{a}[:, 1]", "{a}[..., 0]", "{a}[{a} > 0]",
    "{a}.double()", "{a}.float()", "{a}.long()", "{a}.detach()", "{a}.clone()", "{a} / 3", "{a} // 2", "{a} * 2",
    "1 - {a}",
    "torch.flip({a}, [0])", "{a}.repeat(2, 1)", "{a}.permute(1, 0)", "torch.tril({a})", "F.gelu({a})", "F.silu({a})",
    "F.leaky_relu({a})", "F.softplus({a})", "{a}.sort()[0]", "({a} > 0).float().mean()", "{a}.shape", "{a}.tolist()",
    "{a}.item()", "{a}.requires_grad", "{a}.is_leaf", "{a}.dtype", "{a}.logsumexp(0)", "nn.Softmax(dim=-1)({a})",
]  # fmt: skip
TWO = [
    "{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / {b}", "{a} @ {b}", "{a} @ {b}.T", "torch.maximum({a}, {b})",
    "{a} > {b}",
    "torch.cat([{a}, {b}])", "torch.stack([{a}, {b}])", "torch.outer({a}.flatten(), {b}.flatten())", "{a} == {b}",
    "F.mse_loss({a}, {b})", "F.l1_loss({a}, {b})", "F.cosine_similarity({a}, {b}, dim=0)", "torch.atan2({a}, {b})",
    "F.binary_cross_entropy_with_logits({a}, {b})", "{a}.expand_as({b})",
]  # fmt: skip
IN_PLACE = ["{a}.add_(1)", "{a}.mul_(2)", "{a}[0] = 5", "{a} += 1", "{a} *= {b}", "{a}.view(-1)[0] = 9", "{a}.T[0] = 1"]
NO_FLOATS = re.compile(r"item|tolist|shape$|is_leaf|dtype|requires_grad|long|argmax|==|} > {")
"""Templates whose results are not operated on: what PyTorch says to a bool in a float's place is not looked at."""
NOISE = 3e-6
"""Numbers closer to zero than this are what rounding leaves; PyTorch's sums run in another order."""
KNOWN = re.compile(r"_loss\(|cosine_similarity|//|\.detach\(\)")
"""Where PyTorch is not followed to the letter: operands of two number types in a loss, the sign of a zero (//), and a
leaf that is changed through its detached tensor while a view of it is kept."""


def literal(rng: random.Random, shape: tuple[int, ...]) -> str:
    if not shape:
        return str(round(rng.uniform(-2, 2), rng.choice([1, 2, 4])))
    return f"[{', '.join(literal(rng, shape[1:]) for _ in range(shape[0]))}]"


def program(seed: int) -> list[str]:
    """Lines: tensors written out, a few operations on them, each printed, and often a backward pass."""
    rng = random.Random(seed)
    lines, names = [], []
    for name in "xyz"[: rng.randint(1, 3)]:
        wanted = ", requires_grad=True" if rng.random() < 0.6 else ""
        lines.append(f"{name} = torch.tensor({literal(rng, rng.choice(SHAPES))}{wanted})")
        names.append(name)
    leaves = list(names)
    for k in range(rng.randint(2, 7)):
        a, b, chance = rng.choice(names), rng.choice(names), rng.random()
        if chance < 0.1:
            lines += [rng.choice(IN_PLACE).format(a=a, b=b), *(f"print({name})" for name in names)]
            continue
        template = rng.choice(ONE if chance < 0.65 else TWO)
        lines += [f"t{k} = {template.format(a=a, b=b)}", f"print(t{k})"]
        if not NO_FLOATS.search(template):
            names.append(f"t{k}")
    if rng.random() < 0.7:
        lines += [f"{names[-1]}.sum().backward()", *(f"print({name}.grad)" for name in leaves)]
    return lines


def outcomes(lines: list[str], names: dict[str, Any]) -> list[tuple[str, str]]:
    """What each line prints, or that it raises; nothing after a line that is unsupported."""
    found = []
    for line in lines:
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            try:
                exec(line, names)
            except UnsupportedError as error:
                return [*found, ("unsupported", str(error))]
            except Exception as error:
                found.append(("raises", type(error).__name__))
                continue
        found.append(("prints", text.getvalue()))
    return found


NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")


def same(a: str, b: str) -> bool:
    """Equal up to the last digit printed, and up to what rounding leaves of zero."""
    if a == b:
        return True
    numbers = [[float(part) for part in NUMBER.findall(text)] for text in (a, b)]
    if all(abs(part) < NOISE for side in numbers for part in side):
        return True
    pairs = zip(*numbers, strict=False)
    close = all(math.isclose(p, q, rel_tol=2e-4, abs_tol=2e-4) for p, q in pairs)
    return len(numbers[0]) == len(numbers[1]) and close and NUMBER.sub("#", a).split() == NUMBER.sub("#", b).split()


@pytest.mark.parametrize("block", range(20))
def test_a_random_program_does_what_pytorch_does(block: int) -> None:
    compared = 0
    for seed in range(30 * block, 30 * block + 30):
        lines = program(seed)
        if any(KNOWN.search(line) for line in lines):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            real = outcomes(lines, {"torch": torch, "nn": torch.nn, "F": torch.nn.functional})
            with imitated() as names:
                ours = outcomes(lines, names)
        for line, theirs, mine in zip(lines, real, ours, strict=False):
            if mine[0] == "unsupported":
                break
            assert mine[0] == theirs[0], (seed, line, theirs, mine, lines)
            if mine[0] == "prints":
                assert same(theirs[1], mine[1]), (seed, line, theirs, mine, lines)
            compared += 1
    assert compared >= 100
