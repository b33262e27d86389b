"""`notevault explain CODE`."""

from __future__ import annotations

import click

from notevault.rules import RULES, Rule


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Print the page of the rule CODE, or the list of all rules."""
    if code is None:
        for rule in RULES.values():
            click.echo(f"{rule.code}  {rule.name:<22} {rule.summary}")
        return
    if code.upper() not in RULES:
        raise click.UsageError(f"no rule {code!r}; 'notevault explain' lists them all")
    click.echo(page(RULES[code.upper()]), nl=False)


def page(rule: Rule) -> str:
    """The rule's page in Markdown."""
    return (
        f"# {rule.code}: {rule.name}\n\n{rule.summary} Severity: {rule.severity}.\n\n## Why\n\n{rule.why}\n\n"
        f"## Wrong\n\n{_indented(rule.wrong)}\n\n## Right\n\n{_indented(rule.right)}\n"
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))
