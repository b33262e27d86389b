"""`notevault path TOPIC`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from notevault.cli.targets import open_vault
from notevault.graph.paths import LIMIT


@click.command("path")
@click.argument("topic")
@click.argument("vault", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--limit", default=LIMIT, show_default=True, help="Steps at most.")
@click.option("--format", "format_", type=click.Choice(["full", "json"]), default="full", show_default=True)
@click.pass_context
def command(context: click.Context, topic: str, vault: Path | None, limit: int, format_: str) -> None:
    """Print what to study before TOPIC (a note's path, title or alias), in order, each step with its reasons."""
    from notevault.graph import build_graph, study_path
    from notevault.vault.find import find_note

    opened = open_vault(context, vault)
    path = study_path(build_graph(opened), find_note(opened, topic).path, limit)
    if format_ == "json":
        click.echo(json.dumps({"version": 1, **asdict(path)}, indent=2, ensure_ascii=False))
        return
    for number, step in enumerate(path.steps, start=1):
        sure = f" ({step.confidence:.0%} sure)" if step.topic != path.topic else ""
        click.echo(f"{number:>2}. {click.style(step.title, bold=True)}{sure}")
        for reason in step.reasons:
            click.echo(f"    {reason}")
    for notice in path.notices:
        click.echo(click.style(f"  · {notice}", dim=True))
    if path.left_out:
        click.echo(f"{path.left_out} weaker prerequisites are not shown (--limit)", err=True)
