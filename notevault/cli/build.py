"""`notevault build VAULT --out DIR`: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from notevault.cli.summary import summary
from notevault.cli.targets import target_of
from notevault.cli.terminal import progress_bar
from notevault.diagnostics import Severity


@click.command("build")
@click.argument("vault", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.option("--seed", type=int, help="The seed of the exercises (default: that of notevault.toml, else 0).")
@click.option("--no-run", is_flag=True, help="Run no code: only static checks.")
@click.option("--unsafe-exec", is_flag=True, help="Run code even where no jail holds. Only for notes of your own.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that run code.")
@click.pass_context
def command(
    context: click.Context, vault: Path | None, out: Path, seed: int | None, no_run: bool, unsafe_exec: bool, jobs: int
) -> None:
    """Check VAULT and write report, cards, exercises, graph and study path into DIR."""
    from notevault.export.bundle import write_bundle
    from notevault.pipeline import run

    root = target_of([vault] if vault else [], context.obj).root
    with progress_bar() as progress:
        results = run(root, seed=seed, run_code=not no_run, unsafe=unsafe_exec, jobs=jobs, progress=progress)
    files = write_bundle(results, out)
    click.echo(summary(results, files), nl=False)
    red = any(diagnostic.severity is Severity.ERROR for diagnostic in results.report.diagnostics)
    context.exit(1 if red else 0)
