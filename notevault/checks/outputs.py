"""Verdicts on stated outputs: what the note says that a block prints, against what it printed."""

from __future__ import annotations

import re

from notevault.checks.compare import agrees, looks_like_a_value, same_entries, same_kind
from notevault.checks.expressions import compared_as_expressions, looks_symbolic
from notevault.checks.outcome import Compared
from notevault.frontends.claims import Confidence, Outcome, Verdict

_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
_REPR = re.compile(r"<class '[\w.]+'>|[A-Za-z_]\w*\([^\n]*\)")
_UNSETTLED = "what the block prints rests on chance, the clock, the machine or its versions"
_ACCELERATOR = re.compile(r"\b(?:cuda|mps|xpu)\b", re.IGNORECASE)
_LONGEST = 120
_LONGEST_COMPARED = 5_000  # what people copy into notes is shorter; what attacks a regular expression is not


def verdict_on(compared: Compared, *, settled: bool) -> Verdict | None:
    """The verdict on one stated output, `None` when it may not be one at all.

    A text that agrees is verified. One that does not is refuted only when it can be nothing but an output: it looks
    like a value, or has the form of what was printed with other numbers in it. Never when the block is not `settled`,
    that is, prints something else at another time or place.
    """
    if not compared.actual or len(compared.text) > _LONGEST_COMPARED:
        return None
    evidence = {"stated": compared.text, "printed": compared.actual[0]}
    if any(agrees(text, actual) for text in _readings(compared) for actual in compared.actual):
        return Verdict(Outcome.VERIFIED, Confidence.EXACT, "the block prints what the note says", None, evidence)
    same = compared_as_expressions(compared.text, compared.actual[0])
    if same:
        return Verdict(Outcome.VERIFIED, Confidence.IDENTITY_TEST, "it prints an equal expression", None, evidence)
    if not settled or (_ACCELERATOR.search(compared.text) and not _ACCELERATOR.search(compared.actual[0])):
        return Verdict(Outcome.INCONCLUSIVE, None, _UNSETTLED, None, evidence)
    if same_entries(compared.text, compared.actual[0]):
        return Verdict(Outcome.INCONCLUSIVE, None, "it prints these entries in another order", None, evidence)
    if not _can_only_be_an_output(compared) and not (same is False and not compared.remark):
        reason = f"it prints {shortened(compared.actual[0])}; the comment may say so, or something else"
        open_ = same is False or (looks_symbolic(compared.text) and looks_like_a_value(compared.actual[0]))
        return Verdict(Outcome.INCONCLUSIVE, None, reason, None, evidence) if open_ else None
    reason = f"it prints {shortened(compared.actual[0])}, and the note says {shortened(compared.text)}"
    return Verdict(Outcome.REFUTED, Confidence.EXACT, reason, None, evidence)


def _readings(compared: Compared) -> list[str]:
    """The text itself, and without a remark in brackets behind it: `8 (rounded)`."""
    shorter = _REMARK.sub("", compared.text)
    quoted = compared.text.strip().strip("'\"")
    nearly = compared.text.lstrip("≈≅~ ")
    return [text for text in (compared.text, shorter, quoted, nearly) if text.strip()]


def _can_only_be_an_output(compared: Compared) -> bool:
    alike = any(same_kind(compared.text, actual) for actual in compared.actual)
    if compared.verbatim:
        return True
    value = looks_like_a_value(compared.text)
    if compared.marked:
        return alike or value
    return alike and not compared.remark and (value or _REPR.fullmatch(compared.text.strip()) is not None)


def shortened(text: str) -> str:
    """A text on one line, in backquotes, cut to a readable length."""
    flat = " ".join(text.split())
    return f"`{flat}`" if len(flat) <= _LONGEST else f"`{flat[: _LONGEST - 1]}…`"
