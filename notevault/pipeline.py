"""The whole way of the data: from a folder of notes to verdicts, cards and exercises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from notevault.checks.check import check_vault
from notevault.checks.model import Report
from notevault.graph import build_graph
from notevault.graph.model import TopicGraph
from notevault.study.cards import make_cards
from notevault.study.exercises import make_exercises
from notevault.study.model import Card, Exercise, Rejection
from notevault.vault.configuration import read_settings
from notevault.vault.model import Vault
from notevault.vault.read import read_vault

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what is being done)."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that one run finds out about a vault."""

    vault: Vault
    graph: TopicGraph
    report: Report
    cards: tuple[Card, ...]
    rejections: tuple[Rejection, ...]
    exercises: tuple[Exercise, ...]


def run(
    root: Path,
    *,
    seed: int | None = None,
    run_code: bool = True,
    unsafe: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Results:
    """Read, check and study the vault at `root`.

    Equal vaults and seeds give equal results. `seed` and the rules that are not reported are those of `notevault.toml`
    where they are not given. `unsafe` runs code where no jail holds; `run_code=False` runs none.
    """
    settings = read_settings(root)
    vault = read_vault(root)
    report = check_vault(vault, run=run_code, unsafe=unsafe, jobs=jobs, progress=progress, frontend=settings.frontend)
    cards, rejections = make_cards(vault, report)
    exercises = make_exercises(vault, report, settings.seed if seed is None else seed)
    wanted = tuple(d for d in report.diagnostics if not (settings.ignore and d.code.startswith(settings.ignore)))
    reported = replace(report, diagnostics=wanted)
    return Results(vault, build_graph(vault), reported, cards, rejections, exercises)
