"""Hand-written backward passes in numpy: the block is run again on the engine, and its gradients are compared.

A gradient is an assignment to a name that says so (`dW`, `grad_w`, `dL_dw`), beside one scalar that is called the loss.
A loop that changes the parameters is run once. What the engine cannot follow is left out; nothing is guessed from it.
"""

from __future__ import annotations

import ast
import copy
import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from notevault.autodiff import AutodiffError, Tensor, gradients, tensor
from notevault.frontends.claims import Confidence, Finding, Outcome, Verdict
from notevault.frontends.watching.arrays import (
    Array,
    agree,
    at_points,
    counterexample,
    difference_quotient_agrees,
    explain_arrays,
    is_decay,
    usable,
)
from notevault.frontends.watching.block import BlockCode, Place, place_of_node
from notevault.frontends.watching.statements import (
    added_gradients,
    loss_in,
    on_tape,
    pairs_in,
    statements_of,
    targets_of,
)

MAX_STATEMENTS = 400
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
        pairs = pairs_in(tree, started_with)
        if pairs and loss_in(tree) is not None:
            chance = random.getstate(), np.random.get_state()
            rerun = _Rerun(block, {name: _kept(value) for name, value in started_with.items()}, pairs)
            with np.errstate(all="ignore"):
                found = rerun.findings(tree)
            random.setstate(chance[0])
            np.random.set_state(chance[1])
        self.names_before = {name: _kept(value) for name, value in namespace.items()}
        return found


def _kept(value: Any) -> Any:
    """A value that the block may change in place, as it is now."""
    if isinstance(value, np.ndarray) and value.size <= MAX_ITEMS:
        return value.copy()
    return copy.copy(value) if isinstance(value, list | dict) else value


@dataclass(slots=True)
class _Judged:
    name: str
    parameter: str
    statement: ast.stmt
    claimed: Array
    verdict: Verdict
    wrong: bool = False


@dataclass(slots=True)
class _Rerun:
    """The block run on the engine: parameters are leaves of the tape, all else follows."""

    block: BlockCode
    names: dict[str, Any]
    pairs: dict[str, str]
    assigned_at: dict[str, ast.stmt] = field(default_factory=dict)
    leaves: dict[str, Tensor] = field(default_factory=dict)
    judged: dict[str, _Judged] = field(default_factory=dict)
    steps: int = 0
    loss: str = ""
    added: set[str] = field(default_factory=set)

    def findings(self, tree: ast.Module) -> list[Finding]:
        """Run, compare, and say what was found; see `_settled` for what is held back."""
        self.loss = loss_in(tree) or ""
        self.added = added_gradients(tree)
        for parameter in set(self.pairs.values()):
            self._make_leaf(parameter)
        self._run(tree.body)
        self._judge()
        settled = self._settled()
        return [
            self._place(item.statement).finding("gradient", "numpy", self.block.source, item.verdict)
            for item in settled
        ]

    def _place(self, statement: ast.stmt) -> Place:
        return place_of_node(statement, self.block.source)

    def _make_leaf(self, name: str) -> None:
        value = self.names.get(name)
        if isinstance(value, np.ndarray) and value.dtype.kind == "i":
            value = value.astype(float)
        if isinstance(value, float | np.floating) or (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
            self.leaves[name] = self.names[name] = tensor(value, name=name)

    def _run(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.steps += 1
            if self.steps > MAX_STATEMENTS:
                return
            if isinstance(statement, ast.For | ast.While) and self._changes_parameters(statement):
                self._run_once(statement)
                return  # what stands behind the loop sees parameters that were trained
            rebound = [name for name in targets_of(statement) if name in self.leaves]
            if rebound and any(name in self.assigned_at for name in self.pairs):
                self._judge()
                return
            self._execute(statement)

    def _changes_parameters(self, loop: ast.For | ast.While) -> bool:
        """Whether the loop trains: a loop that only adds up gradients is run to its end."""
        return any(name in self.leaves for statement in statements_of(loop.body) for name in targets_of(statement))

    def _run_once(self, loop: ast.For | ast.While) -> None:
        if isinstance(loop, ast.For):
            first = ast.parse("0").body
            head = ast.Assign(
                targets=[loop.target],
                value=ast.Call(
                    func=ast.Name(id="next", ctx=ast.Load()),
                    args=[ast.Call(func=ast.Name(id="iter", ctx=ast.Load()), args=[loop.iter], keywords=[])],
                    keywords=[],
                ),
            )
            ast.fix_missing_locations(ast.copy_location(head, first[0]))
            self._execute(head)
        self._run(loop.body)

    def _execute(self, statement: ast.stmt) -> None:
        """Run one statement; one that fails on the engine takes the names it binds away: nothing may rest on it."""
        module = ast.Module(body=[on_tape(statement, self.names)], type_ignores=[])
        targets = targets_of(statement)
        try:
            exec(compile(module, self.block.filename, "exec"), self.names)  # noqa: S102 - inside the jail, as the block itself
        except Exception:
            for name in targets:
                self.names.pop(name, None)
                self.leaves.pop(name, None)
            return
        for name in targets:
            if name in self.pairs:
                self.assigned_at[name] = statement
            if name in self.pairs.values() and not isinstance(self.names.get(name), Tensor):
                self._make_leaf(name)

    def _judge(self) -> None:
        loss = self.names.get(self.loss)
        if not isinstance(loss, Tensor) or loss.size != 1:
            return
        loss = loss.reshape(()) if loss.shape else loss
        for name, statement in self.assigned_at.items():
            at = self.names.get(self.pairs[name])
            claimed = self.names.get(name)
            if isinstance(at, Tensor) and claimed is not None and name not in self.judged:
                judged = self._compare(name, statement, loss, at, claimed)
                if judged is not None:
                    self.judged[name] = judged

    def _compare(self, name: str, statement: ast.stmt, loss: Tensor, at: Tensor, claimed: Any) -> _Judged | None:
        try:
            (slope,) = gradients(loss, [at])
        except AutodiffError:
            return None
        first, *others = at_points(claimed, slope, list(self.leaves.values()))
        said, right = first
        if not usable(said, right) or not difference_quotient_agrees(loss, at, right):
            return None
        parameter = self.pairs[name]
        evidence: dict[str, Any] = {"variable": parameter, "points": 1 + len(others), "skipped": 0}
        size = abs(float(loss.value))
        if all(agree(*pair, size) for pair in (first, *others)):
            evidence["largest_error"] = float(np.max(np.abs(said.reshape(right.shape) - right)))
            verdict = Verdict(Outcome.VERIFIED, Confidence.NUMERIC, "", None, evidence)
        elif agree(said, right, size):
            reason = "right for these parameters, not for others"
            verdict = Verdict(Outcome.INCONCLUSIVE, Confidence.NUMERIC, reason, None, evidence)
        elif is_decay(said, right, np.asarray(at.value)):
            reason = f"the gradient of {self.loss} and a multiple of {parameter}: weight decay that the loss leaves out"
            verdict = Verdict(Outcome.INCONCLUSIVE, Confidence.NUMERIC, reason, None, evidence)
        else:
            why = explain_arrays([first, *others], loss, at)
            evidence["counterexample"] = counterexample(said, right, at)
            verdict = Verdict(Outcome.REFUTED, Confidence.NUMERIC, why.text, why.kind, evidence)
        return _Judged(name, parameter, statement, said, verdict)

    # -- what may be said -----------------------------------------------------------------------------------------

    def _settled(self) -> list[_Judged]:
        """The verdicts that hold: an intermediate gradient may be scaled, and a refutation needs a reason."""
        judged = sorted(self.judged.values(), key=lambda item: item.statement.lineno)
        is_leaf = {item.name: self.names.get(item.parameter) is self.leaves.get(item.parameter) for item in judged}
        right = [item for item in judged if item.verdict.outcome is Outcome.VERIFIED]
        wrong_leaves = [i for i in judged if is_leaf[i.name] and i not in right]
        all_wrong = not any(is_leaf[item.name] for item in right)
        kept: list[_Judged] = []
        for item in judged:
            if item.verdict.outcome is Outcome.REFUTED:
                scaled = item.verdict.diagnosis in {"factor", "sum for mean"}
                if not is_leaf[item.name] and ((scaled and not all_wrong) or not wrong_leaves):
                    continue  # a scaled upstream gradient is a way of writing, not a mistake
                if item.verdict.diagnosis == "sign" and item.name in self.added:
                    continue  # the negative gradient, which is added
                item.wrong = True
                item.verdict = self._following(item, kept)
            if item.verdict.diagnosis == "not localised" and not right:
                reason = f"not the gradient of {self.loss}, perhaps that of something else"
                item.verdict = Verdict(Outcome.INCONCLUSIVE, None, reason)
            kept.append(item)
        return kept

    def _following(self, item: _Judged, before: list[_Judged]) -> Verdict:
        """A wrong gradient that is right given an earlier wrong one is not accused a second time."""
        used = {node.id for node in ast.walk(item.statement) if isinstance(node, ast.Name)}
        for earlier in before:
            if not earlier.wrong or earlier.name not in used:
                continue
            through, at = self.names.get(earlier.parameter), self.names.get(item.parameter)
            if isinstance(through, Tensor) and isinstance(at, Tensor) and through.shape == earlier.claimed.shape:
                (given,) = gradients(through, [at], cotangent=earlier.claimed)
                if agree(item.claimed, np.asarray(given.value)):
                    line = earlier.statement.lineno
                    reason = f"right for the wrong {earlier.name} of line {line} from which it is computed"
                    return Verdict(Outcome.INCONCLUSIVE, None, reason, None, item.verdict.evidence)
        return item.verdict
