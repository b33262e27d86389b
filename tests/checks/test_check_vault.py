"""A vault is checked as a whole: in any number of processes, with and without a jail."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from notevault.checks.check import check_vault
from notevault.checks.model import Report, Status
from notevault.sandbox import JailReport, probe
from notevault.vault import read_vault
from tests.shared import needs_shared
from tests.shared import vault as shared_vault


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text("See [[nowhere]].\n\n```python\n1 / 0\n```\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("```python\nx = (3)2\n```\n\n```python\nprint(x)\n```\n", encoding="utf-8")
    (tmp_path / "c.md").write_text("No code.\n", encoding="utf-8")
    (tmp_path / "d.md").write_text("```python\nprint(2)  # 2\n```\n", encoding="utf-8")
    return tmp_path


def statuses(report: Report) -> list[tuple[str, Status]]:
    return [(block.note, block.status) for block in report.blocks]


def needs_a_jail() -> None:
    if probe().kind is None:
        pytest.skip(probe().why)


def test_blocks_claims_and_diagnostics_come_in_the_order_of_notes(folder: Path) -> None:
    needs_a_jail()
    report = check_vault(read_vault(folder))
    assert statuses(report) == [
        ("a.md", Status.ERROR),
        ("b.md", Status.SYNTAX),
        ("b.md", Status.CASCADE),
        ("d.md", Status.VERIFIED),
    ]
    assert [(d.note, d.code) for d in report.diagnostics] == [("a.md", "NV101"), ("a.md", "NV302"), ("b.md", "NV301")]
    assert [claim.kind for claim in report.claims] == ["output"]


def test_the_number_of_workers_changes_nothing(folder: Path) -> None:
    needs_a_jail()
    vault = read_vault(folder)
    assert check_vault(vault, jobs=1) == check_vault(vault, jobs=2) == check_vault(vault, jobs=9)


def test_only_the_chosen_notes_are_checked(folder: Path) -> None:
    needs_a_jail()
    report = check_vault(read_vault(folder), only={"d.md"})
    assert statuses(report) == [("d.md", Status.VERIFIED)]
    assert report.diagnostics == ()


def test_progress_is_told_note_by_note(folder: Path) -> None:
    needs_a_jail()
    told: list[tuple[int, int, str]] = []
    check_vault(read_vault(folder), progress=lambda done, total, what: told.append((done, total, what)))
    for what in ("checking code", "checking formulas"):
        steps = [(done, total) for done, total, said in told if said == what]
        assert steps == [(done, len(steps)) for done in range(1, len(steps) + 1)]
        assert len(steps) >= 3


def test_without_running_only_syntax_is_checked(folder: Path) -> None:
    report = check_vault(read_vault(folder), run=False)
    assert [block.status for block in report.blocks] == [Status.SKIPPED, Status.SYNTAX, Status.SKIPPED, Status.SKIPPED]
    assert [d.code for d in report.diagnostics] == ["NV101", "NV301"]
    assert report.blocks[0].reason == "code is not run"


def test_without_a_jail_only_static_checks_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notevault.checks.check.probe", lambda: JailReport(None, "taken away"))
    (folder / "a.md").write_text(f"```python\nopen({str(folder / 'mark')!r}, 'w').close()\n```\n", encoding="utf-8")
    report = check_vault(read_vault(folder))
    assert [block.status for block in report.blocks] == [Status.SKIPPED, Status.SYNTAX, Status.SKIPPED, Status.SKIPPED]
    assert "no jail" in report.blocks[0].reason
    assert not (folder / "mark").exists()


def test_code_runs_without_a_jail_only_when_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notevault.checks.check.probe", lambda: JailReport(None, "taken away"))
    report = check_vault(read_vault(folder), unsafe=True)
    assert ("d.md", Status.VERIFIED) in statuses(report)


def test_a_note_cannot_change_the_vault_it_lies_in(folder: Path) -> None:
    needs_a_jail()
    target = folder / "c.md"
    source = f"import os\nopen({str(target)!r}, 'w').write('gone')\n"
    (folder / "a.md").write_text(f"```python\n{source}```\n", encoding="utf-8")
    report = check_vault(read_vault(folder))
    assert report.blocks[0].status is Status.NEEDS_INPUT
    assert target.read_text(encoding="utf-8") == "No code.\n"


def test_a_vault_without_code_starts_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("No code.\n", encoding="utf-8")
    monkeypatch.setattr("notevault.checks.check.worker", lambda _jail: pytest.fail("a worker was started"))
    assert check_vault(read_vault(tmp_path)) == Report((), (), ())


@needs_shared
@pytest.mark.parametrize("name", ["data-archive", "aaronjoseph", "fdiengott", "humairds", "nnvault"])
def test_few_blocks_of_public_notes_are_red(name: str) -> None:
    needs_a_jail()
    report = check_vault(read_vault(shared_vault(name)), jobs=2)
    assert len({(block.note, block.line) for block in report.blocks}) == len(report.blocks)
    red = [block for block in report.blocks if block.status.red]
    assert len(red) < 25
    if name == "data-archive":
        assert len(report.blocks) == 211
        assert sum(block.status is Status.SYNTAX for block in report.blocks) == 11
    codes = [d for d in report.diagnostics if d.code.startswith("NV30")]
    assert len(codes) >= len([block for block in red if block.status is not Status.MISMATCH])
    assert all(dataclasses.astuple(d.span)[0] <= d.span.end for d in codes)
