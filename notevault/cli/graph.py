"""`notevault graph`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from notevault.cli.targets import open_vault
from notevault.graph.model import TopicGraph, TopicKind

SHOWN = 15


@click.command("graph")
@click.argument("vault", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--export", "format_", help="json, graphml, gexf, dot, mermaid, canvas, csv or html.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there instead of to stdout.")
@click.pass_context
def command(context: click.Context, vault: Path | None, format_: str | None, output: Path | None) -> None:
    """Print ranks, communities, orphans and unresolved notes of VAULT, or export the topic graph."""
    from notevault.export.graph_page import graph_page
    from notevault.graph import build_graph
    from notevault.graph.formats import FORMATS

    formats = {**FORMATS, "html": graph_page}
    if format_ is not None and format_ not in formats:
        raise click.UsageError(f"no format {format_!r}; there are {', '.join(formats)}")
    graph = build_graph(open_vault(context, vault))
    text = formats[format_](graph) if format_ else "\n".join(_overview(graph)) + "\n"
    if output:
        output.write_text(text, encoding="utf-8", newline="\n")
    else:
        click.echo(text, nl=False)


def _overview(graph: TopicGraph) -> Iterator[str]:
    notes = [topic for topic in graph.topics.values() if topic.kind is TopicKind.NOTE]
    ranked = sorted(notes, key=lambda topic: (-topic.rank, topic.id))
    yield from _section("highest rank", [f"{topic.rank:.4f}  {topic.title}" for topic in ranked])
    large = [f"{len(found.members):>5}  around {found.title}" for found in graph.communities]
    yield from _section("communities", large)
    wanted = [graph.topics[id_] for id_ in graph.unresolved]
    yield from _section("not written yet", [f"{topic.incoming:>5}  {topic.title}" for topic in wanted])
    yield from _section("orphans (no link to or from them)", [f"  {id_}" for id_ in graph.orphans])


def _section(title: str, lines: list[str]) -> Iterator[str]:
    yield click.style(f"{title}: {len(lines)}", bold=True)
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  … and {len(lines) - SHOWN} more"
    yield ""
