"""The test suites of autograd and micrograd, as their source distributions have them, run through the imitations.

`scripts/peers` fetches the distributions. Nothing of the installed libraries takes part: `shadowing` puts the
imitations before them, and only the tests are unpacked.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[3]
PEERS = ROOT / ".venv" / "peers"

LEFT_OUT = {"test_scipy.py": "autograd.scipy is not imitated"}
"""Files of a suite that are not collected, and why."""

DIFFERENT = {
    "test_rfftn_odd_not_implemented": "autograd has no gradient for an odd last axis and asserts it; the engine has one"
}
"""Tests that must fail, and why."""

SKIPPED = {"test_dtypes": "skipped by the suite itself: it fails with newer numpy"}
"""Tests that the suite skips, and its reason."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The names of a suite's tests by what became of them."""

    passed: tuple[str, ...]
    failed: frozenset[str]
    skipped: frozenset[str]


def outcome_of(peer: str, folder: str, place: Path) -> Outcome:
    """Unpack the tests of a peer into `place` and run them in a process of their own."""
    archive = PEERS / f"{peer}.tar.gz"
    if not archive.is_file():
        pytest.skip(f"{archive.name} is not in .venv/peers (scripts/peers fetches it)")
    with tarfile.open(archive) as packed:
        members = [member for member in packed.getmembers() if member.name.startswith(f"{peer}/{folder}/")]
        packed.extractall(place, members, filter="data")
    (place / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    report = place / "report.xml"
    left_out = [f"--ignore-glob=*/{name}" for name in LEFT_OUT]
    plugin = ["-p", "tests.frontends.other_libraries.shadowing", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *plugin, *left_out, f"{peer}/{folder}"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.is_file(), ran.stdout + ran.stderr
    counted = [
        (case.get("name", "").partition("[")[0], {part.tag for part in case})
        for case in ElementTree.parse(report).iter("testcase")
    ]
    assert counted, ran.stdout + ran.stderr
    return Outcome(
        tuple(name for name, tags in counted if not tags & {"failure", "error", "skipped"}),
        frozenset(name for name, tags in counted if tags & {"failure", "error"}),
        frozenset(name for name, tags in counted if "skipped" in tags),
    )


def test_autograd_passes_its_own_tests(tmp_path: Path) -> None:
    outcome = outcome_of("autograd-1.8.0", "tests", tmp_path)
    assert outcome.failed == set(DIFFERENT)
    assert outcome.skipped == set(SKIPPED)
    assert len(outcome.passed) >= 496


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="micrograd's tests compare with PyTorch")
def test_micrograd_passes_its_own_tests(tmp_path: Path) -> None:
    outcome = outcome_of("micrograd-0.1.0", "test", tmp_path)
    assert not outcome.failed
    assert not outcome.skipped
    assert sorted(outcome.passed) == ["test_more_ops", "test_sanity_check"]
