"""The commands: what they print, and their exit codes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from notevault import __version__
from notevault.cli import COMMANDS
from notevault.rules import RULES
from tests.cli.conftest import EXAMPLE, SEED, Run

TRACE = """\
L = (w * x + b - y) ** 2

node  operation   value  local derivatives  upstream  contributions  adjoint
----  ----------  -----  -----------------  --------  -------------  -------
w     input       2                                                  12
x     input       3                                                  8
b     input       1                                                  4
y     input       5                                                  -4
v1    mul(w, x)   6      w: 3, x: 2         4         w: 12, x: 8    4
ŷ     add(v1, b)  7      v1: 1, b: 1        4         v1: 4, b: 4    4
v2    sub(ŷ, y)   2      ŷ: 1, y: -1        4         ŷ: 4, y: -4    4
L     pow(v2, 2)  4      v2: 4              1         v2: 4          1

ŷ = 7, L = 4
∂L/∂ŷ = 4, ∂L/∂w = 12, ∂L/∂x = 8, ∂L/∂b = 4, ∂L/∂y = -4
"""
POINT = "w=2,x=3,b=1,y=5"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page(notevault: Run, command: str) -> None:
    shown = notevault(command, "--help")
    assert shown.returncode == 0
    assert f"notevault {command}" in shown.stdout or "Usage:" in shown.stdout


def test_a_place_that_cannot_be_written_is_named(notevault: Run, tmp_path: Path) -> None:
    (tmp_path / "Note.md").write_text("# Note\n", encoding="utf-8")
    shown = notevault("check", tmp_path, "--output", tmp_path / "nowhere" / "report.txt")
    assert shown.returncode == 2
    assert "nowhere" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_the_version_is_printed(notevault: Run) -> None:
    assert notevault("--version").stdout == f"notevault {__version__}\n"


def test_an_expression_is_traced(notevault: Run) -> None:
    assert notevault("trace", "(w*x+b-y)**2", "--at", POINT).stdout == TRACE


@pytest.mark.parametrize(("what", "point"), [("log(x)", "x=-1"), ("x/y", "x=1,y=0"), ("x**y", "x=-1,y=0.5")])
def test_no_derivative_is_printed_where_there_is_no_value(notevault: Run, what: str, point: str) -> None:
    shown = notevault("trace", what, "--at", point)
    assert shown.returncode == 2
    assert not shown.stdout
    assert "finite" in shown.stderr
    assert "Warning" not in shown.stderr


def test_a_folder_without_notes_is_said_to_hold_none(notevault: Run, tmp_path: Path) -> None:
    shown = notevault("check", tmp_path)
    assert (shown.returncode, "no notes were found" in shown.stderr) == (0, True)


def test_a_note_is_traced_under_its_own_names(notevault: Run, tmp_path: Path) -> None:
    text = (EXAMPLE / SEED).read_text(encoding="utf-8").replace("(prediction - y)2", "(prediction - y)**2")
    (tmp_path / SEED).write_text(text, encoding="utf-8")
    shown = notevault("trace", tmp_path / SEED, "--at", POINT).stdout
    assert shown == TRACE.replace("L = (w * x + b - y) ** 2", "prediction = w * x + b\nloss = (prediction - y) ** 2", 1)


def test_a_note_that_does_not_compile_is_not_traced(notevault: Run) -> None:
    shown = notevault("trace", EXAMPLE / SEED, "--at", POINT)
    assert shown.returncode == 2
    assert "does not compile" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trace", "w*x", "--at", "w=2"), "no value for x"),
        (("trace", "w*x", "--at", "w=2,x=3,z=1"), "no input 'z'"),
        (("trace", "__import__('os')", "--at", "w=2"), "not an arithmetic expression"),
        (("explain", "NV999"), "no rule 'NV999'"),
        (("check", EXAMPLE, "--select", "XY"), "no rule begins with 'XY'"),
        (("path", "Gradeint", EXAMPLE), "did you mean Gradient"),
        (("exercises", EXAMPLE, "--family", "essay"), "no family 'essay'"),
        (("cards", EXAMPLE, "--export", "x.pdf"), "has to end in .apkg or .md"),
        (("graph", EXAMPLE, "--export", "png"), "no format 'png'"),
        (("links", EXAMPLE, "--bucket", "lost"), "no bucket 'lost'"),
    ],
)
def test_misuse_is_told_with_exit_code_2(notevault: Run, arguments: tuple[object, ...], said: str) -> None:
    shown = notevault(*arguments)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert "Traceback" not in shown.stderr


def test_outside_a_vault_the_error_says_what_was_looked_for(notevault: Run, tmp_path: Path) -> None:
    shown = notevault("check", cwd=tmp_path)
    assert shown.returncode == 2
    assert "notevault.toml or .obsidian/" in shown.stderr


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_page(notevault: Run, code: str) -> None:
    page = notevault("explain", code.lower()).stdout
    assert page.startswith(f"# {code}: {RULES[code].name}\n")
    assert RULES[code].why in page


def test_init_writes_settings_that_are_read_and_never_over_others(notevault: Run, tmp_path: Path) -> None:
    assert notevault("init", tmp_path).returncode == 0
    written = (tmp_path / "notevault.toml").read_bytes()
    assert tomllib.loads(written.decode()) is not None
    assert notevault("links", cwd=tmp_path).returncode == 0
    assert notevault("init", tmp_path).returncode == 2
    assert (tmp_path / "notevault.toml").read_bytes() == written


def test_links_puts_every_link_into_one_bucket(notevault: Run) -> None:
    data = json.loads(notevault("links", EXAMPLE, "--format", "json").stdout)
    assert data["version"] == 1
    missing = {link["target"] for link in data["links"] if link["bucket"] == "missing-note"}
    assert missing == {"overfitting", "Newton's Method"}
    concise = notevault("links", EXAMPLE, "--bucket", "missing-subpath")
    assert (
        concise.stdout
        == "Calculus/Chain Rule.md:38:3: missing-subpath [[Derivative#By pictures]] -> Calculus/Derivative.md\n"
    )


def test_parse_prints_one_note(notevault: Run) -> None:
    data = json.loads(notevault("parse", EXAMPLE / SEED).stdout)
    assert data["version"] == 1
    assert data["title"] == "Backpropagation in Neural Networks"


def test_the_path_to_a_topic_ends_there(notevault: Run) -> None:
    data = json.loads(notevault("path", "Backprop", EXAMPLE, "--format", "json").stdout)
    titles = [step["title"] for step in data["steps"]]
    assert titles.index("Derivative") < titles.index("Gradient") < titles.index("Gradient Descent")
    assert titles[-1] == "Backpropagation in Neural Networks"


def test_cards_are_listed_and_rejections_explained(notevault: Run) -> None:
    listed = notevault("cards", EXAMPLE, "--no-run", "--note", "Gradient")
    assert "What is the gradient?" in listed.stdout
    why = notevault("cards", EXAMPLE, "--no-run", "--why-not", "Revision Cards")
    assert "the answer is empty" in why.stdout


def test_a_code_is_selected_or_ignored(notevault: Run) -> None:
    only = notevault("check", EXAMPLE, "--no-run", "--select", "NV2", "--format", "concise")
    assert [line.split(" ")[1] for line in only.stdout.splitlines()] == ["NV201"]
    without = notevault("check", EXAMPLE, "--no-run", "--ignore", "NV1,NV3,NV4,NV5", "--format", "concise")
    assert without.stdout == only.stdout


def test_check_of_one_note_says_nothing_of_others(notevault: Run) -> None:
    shown = notevault("check", EXAMPLE / "Calculus" / "Chain Rule.md", "--vault", EXAMPLE)
    assert shown.returncode == 2  # --vault stands before the command
    shown = notevault("--vault", EXAMPLE, "check", EXAMPLE / "Calculus" / "Chain Rule.md", "--format", "concise")
    assert [line.split(":")[0] for line in shown.stdout.splitlines()] == ["Calculus/Chain Rule.md"]


def test_colours_follow_the_environment_and_the_option(notevault: Run) -> None:
    plain = notevault("check", EXAMPLE, "--no-run", "--select", "NV201").stdout
    assert "\x1b[" not in plain
    assert "\x1b[" in notevault("check", EXAMPLE, "--no-run", "--select", "NV201", env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" in notevault("--color", "always", "check", EXAMPLE, "--no-run", "--select", "NV201").stdout
    forced = {"FORCE_COLOR": "1", "NO_COLOR": "1"}
    assert notevault("check", EXAMPLE, "--no-run", "--select", "NV201", env=forced).stdout == plain


def test_a_build_overwrites_nothing_that_it_did_not_write(notevault: Run, tmp_path: Path) -> None:
    (tmp_path / "cards.md").write_text("My own cards.\n")
    refused = notevault("build", tmp_path, "--out", tmp_path)
    assert refused.returncode == 2
    assert "holds cards.md, which notevault did not write" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["cards.md"]
    assert notevault("build", tmp_path, "--out", tmp_path / "out").returncode == 0
    assert notevault("build", tmp_path, "--out", tmp_path / "out").returncode == 0
