"""Every rule of `rules.py` holds."""

from __future__ import annotations

import pytest

from notevault.notes import parse_note
from tests.notes.rules import LOOKS, RULES, Case
from tests.notes.test_any_input import check

CASES = [
    pytest.param(case, id=f"rule {rule}" + (f" ({number})" if number else ""))
    for rule, cases in RULES.items()
    for number, case in enumerate(cases)
]


@pytest.mark.parametrize("case", CASES)
def test_a_note_holds_what_the_rule_says(case: Case) -> None:
    found = LOOKS[case.look](parse_note("A.md", case.text))
    expected = case.expected
    if case.look == "tasks" and isinstance(expected, list):
        assert sorted(found, key=repr) == sorted(expected, key=repr)  # type: ignore[call-overload]
    else:
        assert found == expected


@pytest.mark.parametrize("case", CASES)
def test_rule_100_every_piece_is_at_its_place(case: Case) -> None:
    assert check(case.text).text == case.text
