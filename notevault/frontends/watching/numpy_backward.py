"""Hand-written backward passes in numpy: the block is run again on the engine, and its gradients are compared.

A gradient is an assignment to a name that says so (`dW`, `grad_w`, `dL_dw`, `grads["W1"]`), beside one scalar that is
called the loss, or a function called `grad` beside one called `loss`. What the engine cannot follow is left out;
nothing is guessed from it.
"""

from __future__ import annotations

import ast
import copy
import random
from typing import Any

import numpy as np

from notevault.frontends.backward.points import array
from notevault.frontends.claims import Finding
from notevault.frontends.watching.block import BlockCode, place_of_node
from notevault.frontends.watching.claimed import Claimed, Plan, claims_in
from notevault.frontends.watching.elementwise import elementwise_verdicts
from notevault.frontends.watching.gradient_functions import function_claims
from notevault.frontends.watching.judged import Judge
from notevault.frontends.watching.rerun import Rerun

MAX_ITEMS = 1_000_000


class NumpyBackward:
    """Watches blocks that compute a loss and its gradients with numpy."""

    def __init__(self) -> None:
        self.names_before: dict[str, Any] = {}

    def start(self, namespace: dict[str, Any]) -> None:
        """Nothing to prepare."""

    def before(self, block: BlockCode) -> None:
        """Nothing yet: the names are kept after each block, as they are before the next."""

    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        """A finding for every gradient in the block whose parameter and loss are beyond doubt."""
        started_with = self.names_before
        found: list[Finding] = []
        tree = ast.parse(block.source)
        plan = Plan.of(tree, started_with)
        if plan.has_gradients(tree):
            chance = random.getstate(), np.random.get_state()
            with np.errstate(all="ignore"):
                found = _findings(block, tree, plan, {n: _kept(v) for n, v in started_with.items()}, namespace)
            random.setstate(chance[0])
            np.random.set_state(chance[1])
        self.names_before = {name: _kept(value) for name, value in namespace.items()}
        return found


def _findings(
    block: BlockCode, tree: ast.Module, plan: Plan, names: dict[str, Any], namespace: dict[str, Any]
) -> list[Finding]:
    rerun = Rerun(block.filename, names, plan.parameters, plan.gradients)
    rerun.run(tree)
    claims = claims_in(plan, rerun)
    judge = Judge(tree, plan, rerun)
    settled = judge.settled(claims)
    for function in function_claims(tree, plan, rerun, namespace):
        settled += judge.settled([claim for claim in function if claim.statement not in {s.statement for s in settled}])
    settled = [item for item in settled if not (item.is_wrong and _was_filled(item.claim, namespace))]
    said = {item.statement: item.verdict for item in settled}
    said = dict(elementwise_verdicts(rerun)) | said
    return [
        place_of_node(statement, block.source).finding("gradient", "numpy", block.source, verdict)
        for statement, verdict in sorted(said.items(), key=lambda found: found[0].lineno)
    ]


def _was_filled(claim: Claimed, namespace: dict[str, Any]) -> bool:
    """Whether zeros on the engine were filled in the block by what it does not follow, such as `np.add.at`."""
    final = namespace.get(claim.entry.name)
    return not np.any(array(claim.made)) and isinstance(final, np.ndarray) and bool(np.any(final))


def _kept(value: Any) -> Any:
    """A value that the block may change in place, as it is now."""
    if isinstance(value, np.ndarray) and value.size <= MAX_ITEMS:
        return value.copy()
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return copy.deepcopy(value)
    return (
        {k: _kept(v) for k, v in value.items()}
        if isinstance(value, dict)
        else copy.copy(value)
        if isinstance(value, list)
        else value
    )
