"""The formulas of the public vaults, against verdicts that people gave them by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from notevault.checks.equations import equation_claims
from notevault.checks.model import Claim
from notevault.notes import parse_note
from tests.shared import SHARED, needs_shared

# Formulas whose function the note gives in words alone, or not at all: there is nothing to compute.
LEFT_ALONE = {("Gradient descent in linear regression.md", 23)}
WANTED = {"true": {"verified"}, "wrong": {"refuted"}, "not-checkable": {"not-checkable"}}


def judged() -> list[tuple[str, str, int, str]]:
    table = SHARED / "claims.tsv"
    if not table.is_file():
        return []
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(vault, note, int(line), expected) for vault, note, line, expected in rows]


def claims_of(path: Path) -> tuple[Claim, ...]:
    return equation_claims(parse_note(path.name, path.read_text(encoding="utf-8", errors="replace")))[0]


@needs_shared
@pytest.mark.parametrize(("vault", "note", "line", "expected"), judged())
def test_a_claim_gets_the_verdict_that_a_person_gave_it(vault: str, note: str, line: int, expected: str) -> None:
    (path,) = (SHARED / "vaults" / vault).rglob(note)
    near = {str(c.verdict.outcome) for c in claims_of(path) if abs(c.span.line - line) <= 3}
    allowed = {"not-checkable"} if (note, line) in LEFT_ALONE else WANTED[expected]
    assert near & allowed, near


@needs_shared
def test_nothing_is_refuted_that_a_person_did_not_find_wrong() -> None:
    wrong = {(note, line) for _, note, line, expected in judged() if expected == "wrong"}
    # a table of derivatives with two slips, found by this program and confirmed by hand
    wrong |= {("Calculus.md", 9), ("Calculus.md", 11)}
    for path in sorted((SHARED / "vaults").rglob("*.md")):
        for claim in claims_of(path):
            if str(claim.verdict.outcome) == "refuted":
                assert any(path.name == note and abs(claim.span.line - line) <= 3 for note, line in wrong), claim
