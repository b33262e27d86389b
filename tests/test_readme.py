"""The README's console sessions, replayed."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from notevault.sandbox import probe

ROOT = Path(__file__).parents[1]
_SESSION = re.compile(r"```console\n\$ (?P<command>.+)\n(?P<output>(?:.*\n)*?)```")

SESSIONS = [
    (match["command"], match["output"]) for match in _SESSION.finditer((ROOT / "README.md").read_text(encoding="utf-8"))
]


def test_the_python_of_the_readme_prints_what_it_says() -> None:
    failures, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried > 0
    assert failures == 0


def test_the_readme_shows_sessions() -> None:
    assert len(SESSIONS) >= 3


@pytest.mark.parametrize(("command", "output"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_a_session_of_the_readme_prints_what_it_says(command: str, output: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "notevault"
    if arguments[0] == "check" and probe().kind is None:
        pytest.skip("no jail holds on this machine, so code is not run")
    done = subprocess.run(
        [sys.executable, "-m", "notevault", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout == output
