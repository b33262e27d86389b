"""`notevault init`."""

from __future__ import annotations

from pathlib import Path

import click

TEMPLATE = """\
# Settings of notevault; every one is optional, and shown here with its default.

# Notes and folders that are left out: patterns such as "templates/" or "*.excalidraw.md".
# exclude = []

[check]
# Rules that are not reported, by code or by the start of one, such as "NV102".
# ignore = []

# Code for PyTorch, JAX, TensorFlow, autograd and micrograd can run on notevault's own imitations of them:
# "when-missing" where the library is not installed, "always" in place of an installed one, "never".
# frontend = "when-missing"

[study]
# The seed of exercises: the same seed gives the same exercises.
# seed = 0
"""


@click.command("init")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def command(context: click.Context, folder: Path | None) -> None:
    """Write a commented notevault.toml into FOLDER (default: here); never over one that is there."""
    path = (folder or context.obj or Path()) / "notevault.toml"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError:
        raise click.UsageError(f"{path} is there already") from None
    click.echo(f"wrote {path}")
