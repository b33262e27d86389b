"""Every derivative that a sympy block takes, and those it writes by hand, checked against the engine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import sympy

from notevault.frontends.claims import Finding, Outcome, Verdict
from notevault.frontends.gradients import judge
from notevault.frontends.watching.block import BlockCode, Place, place_of_call
from notevault.frontends.watching.sympy_by_hand import by_hand
from notevault.frontends.watching.sympy_calls import WATCHED, Call, Reader

MAX_CALLS = 40


@dataclass(frozen=True, slots=True)
class _Taken:
    place: Place
    call: Call
    result: Any


class SympyDiff:
    """Watches sympy's ways to differentiate as they are called from a block's own lines."""

    def __init__(self) -> None:
        self.block: BlockCode | None = None
        self.taken: list[_Taken] = []

    def start(self, namespace: dict[str, Any]) -> None:
        """Put a listener before each of sympy's ways to differentiate."""
        for owner, name, read in WATCHED:
            setattr(owner, name, self._listening(getattr(owner, name), read))

    def before(self, block: BlockCode) -> None:
        """A new block: nothing has been taken in it."""
        self.block = block
        self.taken = []

    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        """A finding for every derivative the block took, and for every one it assigned without taking it."""
        self.block = None
        findings: dict[tuple[Place, str], Finding] = {}
        for taken in self.taken:
            verdict = _verdict(taken)
            key = (taken.place, str(taken.call.by))
            if key not in findings or verdict.outcome is not Outcome.VERIFIED:
                findings[key] = taken.place.finding("gradient", "sympy", block.source, verdict)
        lines = {taken.place.line for taken in self.taken}
        return [*findings.values(), *by_hand(block, namespace, lines)]

    def _listening(self, function: Callable[..., Any], read: Reader) -> Callable[..., Any]:
        @wraps(function)
        def listening(*arguments: Any, **options: Any) -> Any:
            block, self.block = self.block, None  # what sympy calls inside is not the block's own
            try:
                result = function(*arguments, **options)
            finally:
                self.block = block
            frame = sys._getframe(1)
            if block is not None and frame.f_code.co_filename == block.filename and len(self.taken) < MAX_CALLS:
                call = read(*arguments, **options)
                if call is not None and _has_value(result):
                    self.taken.append(_Taken(place_of_call(frame, block.source), call, _frozen(result)))
            return result

        return listening


def _verdict(taken: _Taken) -> Verdict:
    verdict = judge(taken.call.function, taken.call.by, taken.result, layout=taken.call.layout)
    if verdict.outcome is Outcome.VERIFIED and isinstance(taken.result, sympy.Derivative):
        return Verdict(Outcome.INCONCLUSIVE, reason="sympy left the derivative unevaluated")
    if verdict.outcome is Outcome.REFUTED:
        # sympy's own answer: a kink where the two choose differently, not a mistake of the note
        return Verdict(Outcome.INCONCLUSIVE, None, "sympy and the engine differ", None, verdict.evidence)
    return verdict


def _has_value(result: Any) -> bool:
    return isinstance(result, sympy.Expr | sympy.MatrixBase | sympy.NDimArray)


def _frozen(result: Any) -> Any:
    """A matrix may be written to later."""
    return result.as_immutable() if isinstance(result, sympy.MutableDenseMatrix) else result
