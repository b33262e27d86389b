"""Every rule of `rules.py` holds, and those that need more than one link."""

from __future__ import annotations

from pathlib import Path

import pytest

from notevault.vault import read_vault
from tests.vault.rules import RULES, Case
from tests.vaults import make_vault, write_vault

CASES = [
    pytest.param(case, id=f"rule {rule}" + (f" ({number})" if number else ""))
    for rule, cases in RULES.items()
    for number, case in enumerate(cases)
]


@pytest.mark.parametrize("case", CASES)
def test_a_link_leads_where_the_rule_says(tmp_path: Path, case: Case) -> None:
    others = case.others if isinstance(case.others, dict) else dict.fromkeys(case.others, "")
    vault = make_vault(tmp_path, {**others, case.source: case.text})
    link = next(found for found in vault.links if found.note == case.source)
    assert (link.bucket.value, link.resolved) == (case.bucket, case.resolved)
    if case.candidates is not None:
        assert link.candidates == case.candidates


@pytest.mark.parametrize("mark", ["#", "|", "^", ":", "%%", "[[", "]]"])
def test_rule_23_a_name_that_no_link_can_hold_is_reported(tmp_path: Path, mark: str) -> None:
    vault = make_vault(tmp_path, {f"a{mark}b.md": "text", "fine name.md": ""})
    (found,) = vault.diagnostics
    assert (found.code, found.note) == ("NV205", f"a{mark}b.md")
    assert f"`{mark}`" in found.message


def test_rule_44_resolution_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    files = dict.fromkeys(("b/N.md", "a/N.md", "N.md", "A/n.md", "a/b/N.md"), "[[N]] [[n]] [[b/N]] [[x]]")
    first = read_vault(write_vault(tmp_path / "1", files))
    second = read_vault(write_vault(tmp_path / "2", dict(reversed(files.items()))))
    assert first.links == second.links
    assert first.diagnostics == second.diagnostics
    assert list(first.notes) == sorted(files)


def test_rule_46_a_link_to_an_excluded_file_resolves(tmp_path: Path) -> None:
    files = {"notevault.toml": 'exclude = ["templates/"]', "templates/Day.md": "[[Nowhere]]", "A.md": "[[Day]]"}
    vault = make_vault(tmp_path, files)
    assert list(vault.notes) == ["A.md"]
    assert [(link.bucket.value, link.resolved) for link in vault.links] == [("resolved", "templates/Day.md")]
    assert vault.excluded == ("templates/Day.md",)


def test_rule_53_embeds_that_go_in_circles_are_read(tmp_path: Path) -> None:
    vault = make_vault(tmp_path, {"A.md": "![[B]]", "B.md": "![[A]] ![[B]]"})
    assert [link.resolved for link in vault.links] == ["B.md", "A.md", "B.md"]
