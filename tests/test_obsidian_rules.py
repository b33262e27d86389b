"""Every rule of Obsidian-flavoured Markdown has its test."""

from __future__ import annotations

from tests.graph.test_obsidian_rules import RULES as IN_THE_GRAPH
from tests.notes.rules import RULES as IN_A_NOTE
from tests.vault.rules import RULES as IN_A_VAULT

ALL = {*map(str, range(1, 101)), "59b", "88b"}
ALONE = {"23", "44", "46", "53", "100"}
"""Rules that have a test function of their own, with their number in its name."""


def test_all_one_hundred_and_two_rules_are_tested() -> None:
    tested = IN_A_NOTE.keys() | IN_A_VAULT.keys() | IN_THE_GRAPH.keys() | ALONE
    assert tested == ALL
