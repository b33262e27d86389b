"""The same vault and seed give the same bytes, under any hash seed and in any order of files."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "vault_example"


def built(vault: Path, out: Path, hash_seed: str) -> dict[str, bytes]:
    """The files of a build, by name."""
    done = subprocess.run(
        [sys.executable, "-m", "notevault", "build", str(vault), "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return {path.name: path.read_bytes() for path in out.iterdir()}


def shuffled_copy(target: Path) -> Path:
    """The example vault, its files created in another order."""
    files = sorted(path for path in EXAMPLE.rglob("*") if path.is_file())
    random.Random(3).shuffle(files)
    for path in files:
        copy = target / path.relative_to(EXAMPLE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return target


def test_a_build_is_the_same_to_the_byte(tmp_path: Path) -> None:
    first = built(EXAMPLE, tmp_path / "first", "1")
    second = built(shuffled_copy(tmp_path / "copy"), tmp_path / "second", "2")
    assert sorted(first) == [
        ".notevault-build",
        "cards.apkg",
        "cards.md",
        "exercises.md",
        "graph.html",
        "report.json",
        "report.md",
        "study-path.md",
    ]
    assert [name for name in first if first[name] != second[name]] == []


def test_what_was_built_inside_a_vault_is_no_part_of_it(tmp_path: Path) -> None:
    vault = shuffled_copy(tmp_path / "vault")
    first = built(vault, vault / "out", "0")
    assert built(vault, vault / "out", "0") == first


def test_building_again_into_the_same_folder_changes_nothing(tmp_path: Path) -> None:
    first = built(EXAMPLE, tmp_path / "out", "0")
    assert built(EXAMPLE, tmp_path / "out", "0") == first
