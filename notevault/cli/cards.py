"""`notevault cards`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from notevault.cli.studied import studied
from notevault.study.model import Card, CardKind, Rejection


@click.command("cards")
@click.argument("vault", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--note", help="Only the cards of this note (path, title or alias).")
@click.option("--why-not", metavar="NOTE", help="Print what was rejected in NOTE, and why.")
@click.option("--export", type=click.Path(dir_okay=False, path_type=Path), help="Write to a .apkg or .md file.")
@click.option("--no-run", is_flag=True, help="Run no code: cards that rest on a check are left out.")
@click.pass_context
def command(
    context: click.Context, vault: Path | None, note: str | None, why_not: str | None, export: Path | None, no_run: bool
) -> None:
    """List the flashcards of VAULT, or export them."""
    from notevault.study.cards import make_cards
    from notevault.vault.find import find_note

    if export and export.suffix not in {".apkg", ".md"}:
        raise click.UsageError(f"cannot export to {export.name!r}: the name has to end in .apkg or .md")
    opened, report = studied(context, vault, run=not no_run)
    cards, rejections = make_cards(opened, report)
    if why_not:
        path = find_note(opened, why_not).path
        click.echo(_rejected([rejection for rejection in rejections if rejection.note == path]), nl=False)
        return
    if note:
        path = find_note(opened, note).path
        cards = tuple(card for card in cards if card.note == path)
    if export:
        _write(cards, export)
    else:
        click.echo("\n".join(map(_shown, cards)))
    click.echo(f"{len(cards)} cards, {len(rejections)} candidates rejected (--why-not NOTE)", err=True)


def _write(cards: Sequence[Card], path: Path) -> None:
    from notevault.export.apkg import write_apkg
    from notevault.export.items import cards_markdown

    if path.suffix == ".apkg":
        write_apkg(cards, path)
    else:
        path.write_text(cards_markdown(cards), encoding="utf-8", newline="\n")
    click.echo(f"wrote {path}", err=True)


def _shown(card: Card) -> str:
    sign = "⇄ " if card.kind is CardKind.REVERSED else ""
    answer = f"\n  {click.style(card.answer, fg='green')}" if card.answer else ""
    return f"{sign}{click.style(card.prompt, bold=True)}{answer}\n  {card.note}:{card.span.line} ({card.rule})\n"


def _rejected(rejections: Sequence[Rejection]) -> str:
    if not rejections:
        return "nothing was rejected\n"
    return "".join(
        f"line {r.span.line}, {r.rule}: {click.style(r.reason, fg='yellow')}\n  {r.text}\n" for r in rejections
    )
