"""Points that are pleasant to compute at by hand."""

from __future__ import annotations

import random
from collections.abc import Mapping

from notevault.frontends.straightline import Computation
from notevault.study.exercises.passes import Pass, is_tidy, run

_BY_NAME: Mapping[str, tuple[float, ...]] = {
    **dict.fromkeys(("n", "N", "m", "k", "K", "t"), (2.0, 3.0, 4.0, 5.0, 8.0, 9.0, 16.0)),
    **dict.fromkeys(("p", "P"), (0.1, 0.2, 0.25, 0.4, 0.5, 0.75, 0.8)),
    **dict.fromkeys(("sigma", "s", "std", "eta", "alpha", "beta"), (0.5, 1.0, 2.0, 4.0)),
}
"""What a name usually stands for bounds its value: a count, a probability, a scale."""

_WHOLE = tuple(float(n) for n in (-3, -2, -1, 1, 2, 3, 4, 5))
_HALVES = tuple(n / 2 for n in (-3, -2, -1, 1, 2, 3, 4))
_ROUND_OPERATIONS = frozenset({"add", "sub", "mul", "neg", "pow", "square", "abs", "relu"})
TRIES = 200


def pleasant(computation: Computation, random_: random.Random) -> Pass | None:
    """The computation at a random point where its numbers are small and its gradient is not zero, if one is found."""
    for _ in range(TRIES):
        draws = [random_.choice(_BY_NAME.get(name, _WHOLE)) for name in computation.inputs]
        done = _try(computation, draws)
        if done and any(node.operation not in _ROUND_OPERATIONS for node in done.steps):
            draws = [random_.choice(_BY_NAME.get(name, _HALVES)) for name in computation.inputs]
            done = _try(computation, draws)
        if done and is_tidy(done) and any(done.adjoint(name) for name in computation.inputs):
            return done
    return None


def _try(computation: Computation, draws: list[float]) -> Pass | None:
    try:
        return run(computation, dict(zip(computation.inputs, draws, strict=True)))
    except ArithmeticError:
        return None
