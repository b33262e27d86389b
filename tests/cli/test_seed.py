"""The seed note: its defect, the verified repair, the gradients of the repaired block."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from notevault.sandbox import probe
from tests.cli.conftest import SEED, Run

pytestmark = pytest.mark.skipif(probe().kind is None, reason="no jail holds on this machine, so code is not run")


def report(notevault: Run, vault: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(notevault("check", vault, "--format", "json").stdout)
    return data


def test_the_seed_has_one_red_diagnostic_with_a_verified_fix(notevault: Run, seed_vault: Path) -> None:
    [diagnostic] = [d for d in report(notevault, seed_vault)["diagnostics"] if d["severity"] == "error"]
    assert (diagnostic["code"], diagnostic["line"], diagnostic["column"]) == ("NV301", 53, 24)
    assert diagnostic["fix"]["verified"]
    assert [edit["text"] for edit in diagnostic["fix"]["edits"]] == ["**"]


def test_the_fix_changes_only_the_bytes_of_its_edit(notevault: Run, seed_vault: Path) -> None:
    before = (seed_vault / SEED).read_bytes()
    assert notevault("check", seed_vault, "--fix").returncode == 0
    assert (seed_vault / SEED).read_bytes() == before.replace(b"(prediction - y)2", b"(prediction - y)**2")


def test_the_repaired_block_and_its_gradients_are_verified(notevault: Run, seed_vault: Path) -> None:
    notevault("check", seed_vault, "--fix")
    data = report(notevault, seed_vault)
    assert [block["status"] for block in data["blocks"]] == ["verified"]
    assert data["blocks"][0]["stdout"] == "2*x*(b + w*x - y)\n2*b + 2*w*x - 2*y\n"
    claims = [(claim["line"], claim["source"], claim["verdict"], claim["reason"]) for claim in data["claims"]]
    assert claims == [
        (20, "latex", "not-checkable", "a definition"),
        (56, "sympy", "verified", ""),
        (57, "sympy", "verified", ""),
    ]


def test_without_fix_the_note_is_not_touched(notevault: Run, seed_vault: Path) -> None:
    before = (seed_vault / SEED).read_bytes()
    checked = notevault("check", seed_vault, "--diff")
    assert "-loss = (prediction - y)2\n+loss = (prediction - y)**2\n" in checked.stdout
    assert checked.returncode == 1
    assert (seed_vault / SEED).read_bytes() == before
    assert [path.name for path in seed_vault.iterdir()] == [SEED]
