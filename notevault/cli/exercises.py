"""`notevault exercises`."""

from __future__ import annotations

from pathlib import Path

import click

from notevault.cli.studied import studied


@click.command("exercises")
@click.argument("vault", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--seed", type=int, help="Another seed gives other numbers (default: that of notevault.toml, else 0).")
@click.option("--family", multiple=True, help="Only exercises of this family; can be given more than once.")
@click.option("--difficulty", type=click.IntRange(1, 3), help="Only exercises of this difficulty.")
@click.option("--note", help="Only the exercises of this note (path, title or alias).")
@click.option("--export", type=click.Path(dir_okay=False, path_type=Path), help="Write to a .md file.")
@click.pass_context
def command(
    context: click.Context, vault: Path | None, seed: int | None, family: tuple[str, ...], difficulty: int | None,
    note: str | None, export: Path | None,
) -> None:  # fmt: skip
    """List the exercises of VAULT with their worked solutions, or export them."""
    from notevault.export.items import exercises_markdown
    from notevault.study.exercises import FAMILIES, make_exercises
    from notevault.vault.configuration import read_settings
    from notevault.vault.find import find_note

    unknown = sorted(set(family) - set(FAMILIES))
    if unknown:
        raise click.UsageError(f"no family {unknown[0]!r}; there are {', '.join(FAMILIES)}")
    if export and export.suffix != ".md":
        raise click.UsageError(f"cannot export to {export.name!r}: the name has to end in .md")
    opened, report = studied(context, vault, run=True)
    path = find_note(opened, note).path if note else None
    settled = read_settings(opened.root).seed if seed is None else seed
    made = tuple(
        exercise
        for exercise in make_exercises(opened, report, settled, family or None)
        if path in {None, exercise.note} and difficulty in {None, exercise.difficulty}
    )
    if export:
        export.write_text(exercises_markdown(made), encoding="utf-8", newline="\n")
        click.echo(f"wrote {export}", err=True)
    else:
        click.echo(exercises_markdown(made), nl=False)
    click.echo(f"{len(made)} exercises", err=True)
