"""The gates: each gives the reason why a candidate is no good card, or None.

A good card asks for one fact, can be understood without the note beside it, and has an answer that is short enough to
say and not given away by the question (Wozniak, "Twenty rules of formulating knowledge", 1999).
"""

from __future__ import annotations

from notevault.study.cards.candidate import Candidate
from notevault.study.cards.gates.context import (
    depends_on_its_note,
    has_link,
    is_a_task,
    is_personal,
    points_elsewhere,
)
from notevault.study.cards.gates.damage import goes_on, is_broken, is_garbled, says_nothing
from notevault.study.cards.gates.meaning import does_not_define, is_circular, names_only_its_kind
from notevault.study.cards.gates.size import gives_itself_away, has_wrong_length
from notevault.study.cards.gates.terms import hides_no_term, is_generic
from notevault.study.cards.gates.words import Gate, words

__all__ = ["DAMAGE", "QUALITY", "rejection", "words"]

DAMAGE: tuple[Gate, ...] = (says_nothing, is_broken)
"""For every candidate."""

QUALITY: tuple[Gate, ...] = (
    has_link,
    is_a_task,
    is_personal,
    is_garbled,
    is_generic,
    points_elsewhere,
    goes_on,
    has_wrong_length,
    does_not_define,
    depends_on_its_note,
    hides_no_term,
    gives_itself_away,
    names_only_its_kind,
    is_circular,
)
"""For candidates that a rule has extracted; an author's own card is his own."""


def rejection(candidate: Candidate) -> str | None:
    """The first reason against the candidate, or None."""
    gates = DAMAGE if candidate.given else DAMAGE + QUALITY
    return next((reason for gate in gates if (reason := gate(candidate))), None)
