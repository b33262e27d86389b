"""Hundreds of wrong derivatives are named rightly, and hundreds of right ones are never accused."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import sympy

from notevault.frontends.gradients import judge
from tests.frontends.mutations import LOSSES, mutations

PER_LOSS = 7


def test_nine_of_ten_mistakes_are_named() -> None:
    named: Counter[bool] = Counter()
    missed = []
    for function, variable in LOSSES:
        for mutation in islice(mutations(function, variable), PER_LOSS):
            verdict = judge(function, variable, mutation.claimed)
            if str(verdict.outcome) == "verified":
                continue  # the change changed nothing
            assert str(verdict.outcome) == "refuted", (function, mutation)
            named[verdict.diagnosis in mutation.kinds] += 1
            if verdict.diagnosis not in mutation.kinds:
                missed.append((function, variable, mutation.name, verdict.diagnosis))
    assert named.total() >= 300
    assert named[True] / named.total() >= 0.9, missed


def test_no_right_derivative_is_accused_whatever_its_form() -> None:
    judged = 0
    for function, variable in LOSSES:
        right = sympy.diff(function, variable)
        forms = (right, sympy.expand(right), sympy.together(right), sympy.factor_terms(right), right + sympy.Integer(0))
        for form in forms:
            verdict = judge(function, variable, form)
            assert str(verdict.outcome) == "verified", (function, variable, form, verdict)
            judged += 1
    assert judged >= 300
