"""Wrong gradients of vectors and matrices are named rightly, and right ones are never accused, whatever their form."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.frontends.claimed_gradients import NUMPY, RIGHT, SYMPY, Block, right_blocks, wrong_blocks

BLOCKS = (*NUMPY, *SYMPY)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_no_right_gradient_is_accused_whatever_its_form(session: Any, block: Block) -> None:
    for form, source in right_blocks(block):
        findings, _ = session(source)
        outcomes = {str(finding.verdict.outcome) for finding in findings}
        assert "refuted" not in outcomes, (form, findings)
        assert "verified" in outcomes, form


def test_nine_of_ten_mistakes_are_named_at_one_line(session: Any) -> None:
    named: Counter[bool] = Counter()
    missed = []
    for block in BLOCKS:
        for what, source, kinds in wrong_blocks(block):
            findings, _ = session(source)
            refuted = [finding.verdict for finding in findings if str(finding.verdict.outcome) == "refuted"]
            rightly = len(refuted) == 1 and refuted[0].diagnosis in kinds
            named[rightly] += 1
            if not rightly:
                missed.append((block.name, what, [(verdict.diagnosis, verdict.reason) for verdict in refuted]))
            for verdict in refuted:
                shown = verdict.evidence["counterexample"]
                assert shown["claimed"] != shown["computed"]
    assert named.total() >= 300
    assert named[True] / named.total() >= 0.9, missed


@pytest.mark.parametrize("block", RIGHT, ids=lambda block: block.name)
def test_no_right_pass_is_accused_wherever_its_factors_stand(session: Any, block: Block) -> None:
    findings, _ = session(block.source)
    assert [finding for finding in findings if str(finding.verdict.outcome) == "refuted"] == []


def test_half_of_the_loss_that_is_reported_is_left_open(session: Any) -> None:
    (block,) = (block for block in RIGHT if block.name == "half of the squared error that is printed")
    findings, _ = session(block.source)
    assert [(str(finding.verdict.outcome), finding.verdict.diagnosis) for finding in findings] == [
        ("inconclusive", "factor")
    ]
