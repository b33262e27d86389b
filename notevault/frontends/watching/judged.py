"""The verdicts on the gradients of a block, and which of them may be said."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from notevault.autodiff import AutodiffError, Tensor, gradients
from notevault.autodiff.sweep import active, recorded
from notevault.frontends.backward.explain import explain_arrays
from notevault.frontends.backward.paths import has_penalty
from notevault.frontends.backward.points import OTHER_POINTS, Array, Points, agree, array
from notevault.frontends.backward.search import Line, Search
from notevault.frontends.backward.whole import ratio
from notevault.frontends.backward.wording import Wording
from notevault.frontends.claims import Confidence, Outcome, Verdict
from notevault.frontends.watching.arrays import (
    counterexample,
    difference_quotient_agrees,
    is_before_activation,
    is_clipped,
    is_decay,
    usable,
)
from notevault.frontends.watching.blame import blamed, rests_on, scale_brought
from notevault.frontends.watching.claimed import Claimed, Plan, added_gradients
from notevault.frontends.watching.rerun import Rerun
from notevault.frontends.watching.statements import updates, used_in

_UNEXPLAINED = frozenset({"not localised", "shape"})
_SCALES = frozenset({"factor", "sum for mean"})
_STEPS = _SCALES | _UNEXPLAINED | {"sign"}
_ON_THE_WAY = re.compile(r"(?i)(?:a|z|h|s|o|p|al|y_?hat|y_?pred|preds?|out|outputs?|logits?|scores?|probs?)\d*")
"""What values between the parameters and the loss are called."""

_OTHER_LOSS = {
    "the factor 2 is missing": "half of {} is what is differentiated",
    "the factor 2 is too much": "twice {} is what is differentiated",
}
"""A squared error is often differentiated with a half before it, and reported without."""

_CLIPPING = frozenset({"clip", "minimum", "maximum", "min", "max"})


@dataclass(slots=True)
class Judged:
    """A claim with its verdict. `right` is the gradient it was compared with."""

    claim: Claimed
    right: Tensor
    verdict: Verdict
    follows: Judged | None = None
    """The wrong one for which this one is right."""

    @property
    def statement(self) -> ast.stmt:
        return self.claim.statement

    @property
    def is_right(self) -> bool:
        return self.verdict.outcome is Outcome.VERIFIED

    @property
    def is_wrong(self) -> bool:
        return self.verdict.outcome is Outcome.REFUTED


@dataclass(slots=True)
class Judge:
    """Compares the claims of one block, which was run again, and settles what is said of them together."""

    tree: ast.Module
    plan: Plan
    rerun: Rerun

    def settled(self, claims: Sequence[Claimed]) -> list[Judged]:
        """The verdicts that hold: an intermediate gradient may be scaled, and a refutation needs a reason."""
        judged = [item for claim in claims if (item := self._first_look(claim)) is not None]
        judged = self._with_blamed([self._at_scale(item, judged) for item in judged])
        kept: list[Judged] = []
        for item in judged:
            if item.is_wrong:
                self._explain(item, [earlier for earlier in kept if not earlier.is_right])
            if not self._is_way_of_writing(item, judged):
                kept.append(item)
        kept = [item for item in kept if not _is_passed_by(item, kept)]
        for item in kept:
            self._hold_back(item, kept)
        return kept

    # -- right or wrong -------------------------------------------------------------------------------------------

    def _first_look(self, claim: Claimed) -> Judged | None:
        """Right, wrong (not yet explained), or undecided; None where nothing can be compared."""
        try:
            (right,) = gradients(claim.loss, [claim.at])
        except AutodiffError:
            return None
        said, computed = array(claim.value), array(right)
        if not usable(said, computed) or not difference_quotient_agrees(claim.loss, claim.at, computed):
            return None
        if not claim.is_leaf:
            for earlier in claim.versions:
                if agree(array(earlier.value), computed):
                    claim = replace(claim, entry=earlier, versions=())  # what is done to it later makes another of it
                    break
        return Judged(claim, right, self._verdict(claim, right))

    def _verdict(self, claim: Claimed, right: Tensor) -> Verdict:
        said, computed = array(claim.value), array(right)
        size = abs(float(array(claim.loss)))
        pairs = [(said, computed), *self._elsewhere(claim, right)]
        evidence: dict[str, Any] = {"variable": claim.parameter, "points": len(pairs), "skipped": 0}
        if all(agree(*pair, size) for pair in pairs):
            evidence["largest_error"] = float(np.max(np.abs(said.reshape(computed.shape) - computed)))
            return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, "", None, evidence)
        if len(pairs) > 1 and all(agree(*pair, size) for pair in pairs[1:]) and _at_kink(claim):
            reason = "right; the block stands where a derivative jumps, and the note takes the other side"
            return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, reason, None, evidence)
        unclear = self._unclear(claim, right, size)
        if unclear:
            return Verdict(Outcome.INCONCLUSIVE, Confidence.NUMERIC, unclear, None, evidence)
        evidence["counterexample"] = counterexample(said, computed, self._inputs(claim.loss))
        return Verdict(Outcome.REFUTED, Confidence.NUMERIC, "", None, evidence)

    def _elsewhere(self, claim: Claimed, right: Tensor) -> list[tuple[Array, Array]]:
        """Both gradients with the parameters moved; data stay as they are."""
        if not isinstance(claim.value, Tensor):
            return []
        points = self._points(claim, data=False)
        moved = [points.at(seed, [claim.value, right]) for seed in range(OTHER_POINTS)]
        return [(pair[0], pair[1]) for pair in moved if pair is not None and usable(pair[0], pair[1])]

    def _unclear(self, claim: Claimed, right: Tensor, size: float) -> str:
        """Why a gradient that is not the computed one may be right nevertheless; "" where it may not."""
        said, computed = array(claim.value), array(right)
        if agree(said, computed, size):
            return "right for these parameters, not for others"
        for earlier in claim.versions:
            if agree(array(earlier.value), computed, size):
                line = claim.statement.lineno
                return f"right before line {line}, where {claim.name} is changed for the step"
        if is_decay(said, computed, array(claim.at)) and not has_penalty(self._search(claim, right)):
            return f"the gradient of {claim.of} and a multiple of {claim.parameter}: weight decay that it leaves out"
        if claim.is_function and is_before_activation(said, computed, array(claim.at)):
            return f"the gradient by what the sigmoid or softmax is taken of, if {claim.parameter} is its value"
        clipping = claim.entry.expression is not None and _names_clipping(claim.entry.expression)
        return "right, but for being clipped" if clipping and is_clipped(said, computed) else ""

    def _points(self, claim: Claimed, data: bool) -> Points:
        return Points(self.rerun.leaves, {*self.plan.sure, claim.parameter}, data)

    def _inputs(self, loss: Tensor) -> dict[str, Tensor]:
        behind = {node.index for node in recorded([loss])}
        return {name: leaf for name, leaf in self.rerun.leaves.items() if leaf.index in behind}

    def _at_scale(self, item: Judged, judged: Sequence[Judged]) -> Judged:
        """A gradient on the way, times the number that the later lines bring (1/n, where it is left to them)."""
        claim = item.claim
        if not item.is_wrong or claim.is_leaf or not isinstance(claim.value, Tensor):
            return item
        scales = [
            scale_brought(other.claim, claim.at, claim.made)
            for other in judged
            if other.claim.is_leaf and _uses(other.claim, claim)
        ]
        for scale in scales:
            if scale is not None and scale > 0 and scale != 1:
                again = self._first_look(replace(claim, scale=float(scale)))
                if again is not None and (again.is_right or scales.count(scale) * 2 > len(scales)):
                    return again
        return item

    # -- why ------------------------------------------------------------------------------------------------------

    def _with_blamed(self, judged: list[Judged]) -> list[Judged]:
        """With values in between that have no gradient's name, where the wrong ones are right given such a value."""
        wrong = [item.claim for item in judged if item.is_wrong]
        found = blamed(self.rerun.history, wrong, [item.claim for item in judged if not item.is_wrong])
        more = [item for claim in found if (item := self._first_look(claim)) is not None and item.is_wrong]
        return sorted([*judged, *more], key=lambda item: item.statement.lineno)

    def _explain(self, item: Judged, before: Sequence[Judged]) -> None:
        """Say what is wrong, or that a line is right for a wrong value from which it is computed."""
        claim = item.claim
        evidence = item.verdict.evidence
        used = [earlier for earlier in before if _uses(claim, earlier.claim)]
        given = [(earlier, g) for earlier in used if (g := self._given(item, earlier)) is not None]
        for earlier, follows in given:
            if agree(array(claim.value), array(follows)):
                line = earlier.statement.lineno
                reason = f"right for the wrong {earlier.claim.name} of line {line} from which it is computed"
                item.verdict = Verdict(Outcome.INCONCLUSIVE, None, reason, None, evidence)
                item.follows = earlier
                return
        for earlier, follows in reversed(given):
            why = explain_arrays(self._search(claim, follows))
            if why.kind not in _UNEXPLAINED:
                shown = counterexample(array(claim.value), array(follows), self._inputs(claim.loss))
                text = f"{why.text} (given the wrong {earlier.claim.name} of line {earlier.statement.lineno})"
                evidence = {**evidence, "counterexample": shown}
                item.verdict = replace(item.verdict, reason=text, diagnosis=why.kind, evidence=evidence)
                return
        why = explain_arrays(self._search(claim, item.right))
        if why.kind in _UNEXPLAINED and used:
            reason = f"computed from the wrong {used[-1].claim.name} of line {used[-1].statement.lineno}"
            item.verdict = Verdict(Outcome.INCONCLUSIVE, None, reason, None, evidence)
            return
        item.verdict = replace(item.verdict, reason=why.text, diagnosis=why.kind)

    def _given(self, item: Judged, earlier: Judged) -> Tensor | None:
        """The gradient that follows when an earlier one is taken as the block has it."""
        through, said = earlier.claim.at, earlier.claim.value
        same_loss = earlier.claim.loss is item.claim.loss
        if array(said).shape != through.shape or (same_loss and through is item.claim.at):
            return None
        excess = said - earlier.right
        if not same_loss:
            excess = excess * gradients(item.claim.loss, [earlier.claim.loss])[0]  # dL/da, where da/dz is wrong
        (more,) = gradients(through, [item.claim.at], cotangent=excess)
        return item.right + more

    def _search(self, claim: Claimed, right: Tensor) -> Search:
        entry = claim.entry
        expression, names = entry.expression, dict(entry.names)
        if isinstance(entry.statement, ast.AugAssign) and claim.versions and not entry.holder:
            expression = ast.BinOp(ast.Name(entry.name, ast.Load()), entry.statement.op, entry.statement.value)
            names[entry.name] = claim.versions[-1].value
        line = Line(expression, names, self.rerun.evaluate, self._made_of(claim))
        return Search(
            claim.name, claim.parameter, claim.value, right, claim.loss, claim.at, self._points(claim, data=True),
            Wording(names), line, claim.of,
        )  # fmt: skip

    def _made_of(self, claim: Claimed) -> dict[str, ast.expr]:
        """The values between the loss and the claim that no gradient's name was given, as they were computed."""
        behind = {node.index for node in recorded([claim.loss])}
        found: dict[str, ast.expr] = {}
        for entry in self.rerun.history:
            gradient = entry.name in self.plan.gradients or entry.holder or not isinstance(entry.statement, ast.Assign)
            if gradient or not isinstance(entry.value, Tensor) or entry.value.index in behind:
                continue
            if entry.expression is not None:
                found[entry.name] = entry.expression
        return found

    # -- what may be said -----------------------------------------------------------------------------------------

    def _is_way_of_writing(self, item: Judged, judged: Sequence[Judged]) -> bool:
        """A scaled gradient on the way, or the negative gradient that is added, is not a mistake.

        Scaled means that later lines bring the factor; it is a mistake where a gradient follows that is as wrong.
        """
        if not item.is_wrong:
            return False
        claim = item.claim
        if item.verdict.diagnosis in _STEPS and self._is_step(claim):
            return True
        leaves = [other for other in judged if other.claim.is_leaf]
        if not claim.is_leaf:
            if leaves and not any(other.is_wrong for other in leaves):
                return True
            if any(other.is_right and _uses(other.claim, claim) for other in leaves):
                return True  # a right gradient is computed from it: it is that of another value than its name says
            scaled = item.verdict.diagnosis in _SCALES
            if scaled and leaves and not any(_as_wrong(other, claim) for other in leaves):
                return True
            if scaled and any(_same_scale(item, other) for other in judged):
                return True
        negative = item.verdict.diagnosis == "sign" or agree(array(claim.value), -array(item.right))
        return negative and self._is_added(claim, judged)

    def _is_step(self, claim: Claimed) -> bool:
        """Whether the value itself is what changes the parameter: `w += dw` with the rate inside."""
        steps = [step for _, _, step in updates(self.tree)]
        return any(isinstance(step, ast.Name) and step.id == claim.entry.name for step in steps)

    def _is_added(self, claim: Claimed, judged: Sequence[Judged]) -> bool:
        added = added_gradients(self.tree)
        if claim.is_leaf:
            return claim.entry.name in added or claim.entry.holder in added
        users = [other.claim for other in judged if other.claim.is_leaf and _uses(other.claim, claim)]
        return any(user.entry.name in added or user.entry.holder in added for user in users)

    def _hold_back(self, item: Judged, kept: Sequence[Judged]) -> None:
        """Nothing is refuted where two readings are possible, or where the loss may be another one."""
        if not item.is_wrong:
            return
        right = any(other.is_right for other in kept)
        if item.verdict.diagnosis in _UNEXPLAINED and not right and not item.claim.is_function:
            reason = f"not the gradient of {item.claim.of}, perhaps that of something else"
            item.verdict = Verdict(Outcome.INCONCLUSIVE, None, reason)
        elif _lacks_the_mean(item) and self._ends_on_the_way(item.claim, kept):
            reason = f"{item.verdict.reason}; later lines may bring it, and none is here"
            item.verdict = replace(item.verdict, outcome=Outcome.INCONCLUSIVE, confidence=None, reason=reason)
        elif item.verdict.reason in _OTHER_LOSS and not right and self._is_reported(item.claim):
            reason = f"{item.verdict.reason}, or {_OTHER_LOSS[item.verdict.reason].format(item.claim.of)}"
            item.verdict = replace(item.verdict, outcome=Outcome.INCONCLUSIVE, confidence=None, reason=reason)

    def _ends_on_the_way(self, claim: Claimed, kept: Sequence[Judged]) -> bool:
        """Whether a gradient by a value on the way is as far as the block goes: the mean is often left to the end."""
        on_the_way = not claim.is_leaf or _ON_THE_WAY.fullmatch(claim.parameter)
        return bool(on_the_way) and not any(_uses(other.claim, claim) for other in kept if other.claim is not claim)

    def _is_reported(self, claim: Claimed) -> bool:
        """Whether the loss may be there to be looked at alone: it is printed or kept, or the gradient makes a step."""
        if claim.is_function:
            return False
        if any(True for _, _, step in updates(self.tree) if used_in(step) & {claim.entry.name, claim.entry.holder}):
            return True
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return any(claim.of in used_in(argument) for call in calls if _reports(call) for argument in call.args)


def _lacks_the_mean(item: Judged) -> bool:
    """Whether the claim is as many times too large as there are rows, columns or elements."""
    shape = item.claim.at.shape
    times = ratio(array(item.claim.value), array(item.right)) if array(item.claim.value).shape == shape else None
    return item.verdict.diagnosis == "sum for mean" or times in {*shape, item.claim.at.size} - {1}


def _at_kink(claim: Claimed) -> bool:
    """Whether an operation on the way stands exactly where it has no derivative."""
    for node in active(recorded([claim.loss]), [claim.at]).values():
        for kink in node.primitive.kinks if node.primitive is not None else ():
            if bool(np.any(np.asarray(kink.distance(*node.arguments, **node.parameters)) == 0)):
                return True
    return False


def _reports(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"print", "append"}


def _as_wrong(leaf: Judged, claim: Claimed) -> bool:
    """Whether a wrong gradient follows from a wrong one on the way, as that stands."""
    if not leaf.is_wrong or not _uses(leaf.claim, claim):
        return False
    return scale_brought(leaf.claim, claim.at, claim.made) == 1


def _is_passed_by(item: Judged, others: Sequence[Judged]) -> bool:
    """Whether a gradient that is computed from this one on the way is right, but for a mistake in an earlier line.

    Then this one is that of another value than its name says, such as that before the activation.
    """
    return (
        item.is_wrong
        and not item.claim.is_leaf
        and any(
            other.follows is not None
            and other.follows is not item
            and other.follows.statement.lineno < item.statement.lineno
            and other.claim.is_leaf
            and _uses(other.claim, item.claim)
            for other in others
        )
    )


def _same_scale(item: Judged, earlier: Judged) -> bool:
    """Whether a gradient lacks the factor that an earlier one on the way lacks too, which other lines bring."""
    if earlier.claim.scale == 1 or not earlier.is_right or not _uses(item.claim, earlier.claim):
        return False
    size = 1 / earlier.claim.scale
    return agree(array(item.claim.made), array(item.right) * size)


def _uses(claim: Claimed, other: Claimed) -> bool:
    return isinstance(other.made, Tensor) and rests_on(claim.made, other.made)


def _names_clipping(expression: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in _CLIPPING)
        or (isinstance(node, ast.Name) and (node.id in _CLIPPING or "clip" in node.id))
        for node in ast.walk(expression)
    )
