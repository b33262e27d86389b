"""`notevault links`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import click

from notevault.cli.targets import open_vault


@click.command("links")
@click.argument("vault", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "format_", type=click.Choice(["concise", "json"]), default="concise", show_default=True)
@click.option("--bucket", multiple=True, help="Only links of this bucket; can be given more than once.")
@click.pass_context
def command(context: click.Context, vault: Path | None, format_: str, bucket: tuple[str, ...]) -> None:
    """Print every link of VAULT with its bucket and target."""
    from notevault.vault.model import Bucket
    from notevault.vault.serialise import links_as_json

    unknown = sorted(set(bucket) - {*Bucket})
    if unknown:
        raise click.UsageError(f"no bucket {unknown[0]!r}; there are {', '.join(Bucket)}")
    opened = open_vault(context, vault)
    links = tuple(link for link in opened.links if not bucket or link.bucket in bucket)
    if format_ == "json":
        click.echo(json.dumps(links_as_json(replace(opened, links=links)), indent=2, ensure_ascii=False))
        return
    for found in links:
        place = f"{found.note}:{found.link.span.line}:{found.link.span.column}:"
        arrow = f" -> {found.resolved}" if found.resolved else ""
        click.echo(f"{click.style(place, bold=True)} {found.bucket} {found.link.text}{arrow}")
    counts = Counter(link.bucket.value for link in links)
    click.echo(", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "no links", err=True)
