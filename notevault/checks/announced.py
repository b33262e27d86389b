"""What the prose above a block says of it in advance: that it fails, or that it is wrong."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from notevault.checks.causes import Judgement
from notevault.checks.cells import Cell
from notevault.checks.denials import keeps_from_failing, without_denials
from notevault.checks.model import Status
from notevault.checks.outcome import Failure
from notevault.frontends.claims import Finding, Outcome, Verdict
from notevault.frontends.retractions import called_wrong_code, shows_bad_code
from notevault.notes.model import BlockKind, Note

_FAILS = re.compile(
    r"\b(?:raises?|throws?|(?:will|would) (?:fail|crash|raise|error)|fails|not allowed|illegal"
    r"|(?:gives?|causes?|get|leads? to|results? in) an? (?:\w+ )?(?:error|exception)"
    r"|wirft|scheitert|schlägt fehl|(?:gibt (?:es )?einen|führt zu einem) fehler|fehlermeldung|lève|déclenche|échoue"
    r"|(?:provoque|génère|donne) une erreur|lanza|falla|(?:da|produce|provoca|genera) un error|lança|falha"
    r"|(?:dá|gera|causa|produz) (?:um )?erro|solleva|(?:dà|genera) un errore)\b",
    re.I,
)
_WORDY = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.HEADING})
TAKEN_BACK = "the text around it says that it is wrong"


def words_above(note: Note, cell: Cell) -> str:
    """The heading that a block stands under, and the paragraph right above it."""
    starts = [block.span.start for block in note.blocks]
    place = bisect_left(starts, cell.block.span.start)
    before = note.blocks[place - 1] if 0 < place <= len(note.blocks) else None
    if before is None:
        return ""
    heading = before.headings[-1:] if before.kind is not BlockKind.HEADING else ()
    return " ".join([*heading, before.plain if before.kind in _WORDY else ""])


def announced(judged: Judgement, failure: Failure | None, words: str) -> Judgement:
    """The judgement on a block that failed, or another one where the words above it say that it does."""
    status, _reason = judged
    if failure is None or status not in {Status.ERROR, Status.SYNTAX}:
        return judged
    said = f"{failure.type}, as the text above it says"
    words = without_denials(words)
    if failure.type in words and keeps_from_failing(words):
        return Status.RAN, f"it fails with {failure.type}, of which the text above it speaks"
    if failure.type in words:
        return Status.VERIFIED, f"it raises {said}"
    if status is Status.ERROR and _FAILS.search(words):
        return Status.RAN, f"it fails with {said}"
    if status is Status.ERROR and shows_bad_code(words):
        return Status.RAN, f"it fails with {failure.type}; the text above it calls something wrong"
    return judged


def taken_back(finding: Finding, cell: Cell, words: str) -> Finding:
    """The finding; left open where it refutes what the words above the block, or a comment beside it, call wrong."""
    if finding.verdict.outcome is not Outcome.REFUTED:
        return finding
    comments = [line.partition("#")[2] for line in cell.source.split("\n")[max(finding.line - 2, 0) : finding.end_line]]
    if not called_wrong_code(" ".join([words, *comments])):
        return finding
    evidence = finding.verdict.evidence
    return replace(finding, verdict=Verdict(Outcome.INCONCLUSIVE, None, TAKEN_BACK, None, evidence))
