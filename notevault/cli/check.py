"""`notevault check [PATH…]`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from notevault.checks.model import Report
from notevault.cli.rule_filter import RuleFilter
from notevault.cli.targets import Target, chosen, target_of
from notevault.cli.terminal import progress_bar
from notevault.diagnostics import Severity
from notevault.render import FORMATS
from notevault.vault.model import Vault


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--select", default="", help="Report only these rules: codes or starts of codes, with commas.")
@click.option("--ignore", default="", help="Do not report these rules.")
@click.option("--no-run", is_flag=True, help="Run no code: only static checks.")
@click.option("--fix", is_flag=True, help="Apply the verified fixes to the notes.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="full", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there instead of to stdout.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that run code.")
@click.option("--unsafe-exec", is_flag=True, help="Run code even where no jail holds. Only for notes of your own.")
@click.pass_context
def command(
    context: click.Context, paths: tuple[Path, ...], select: str, ignore: str, no_run: bool, fix: bool, diff: bool,
    format_: str, output: Path | None, jobs: int, unsafe_exec: bool,
) -> None:  # fmt: skip
    """Run the code and check the mathematics of the notes at PATH (default: the vault around here).

    Links to notes that do not exist yet and other remarks of severity "info" are shown where --select names them,
    and always in JSON.
    """
    from notevault.checks.fixes import apply_fixes, difference
    from notevault.vault.configuration import read_settings

    target = target_of(paths, context.obj)
    ignored = ignore or ",".join(read_settings(target.root).ignore)
    rules = RuleFilter.of(select, ignored, everything=format_ == "json")
    vault, report, shown = _checked(target, rules, run=not no_run, unsafe=unsafe_exec, jobs=jobs)
    if diff:
        click.echo(difference(vault, shown.diagnostics), nl=False)
    elif fix and apply_fixes(vault, shown.diagnostics):
        vault, report, shown = _checked(target, rules, run=not no_run, unsafe=unsafe_exec, jobs=jobs)
    if not diff:
        text = FORMATS[format_](vault, shown)
        if output:
            output.write_text(click.unstyle(text), encoding="utf-8", newline="\n")
        else:
            click.echo(text, nl=False)
    click.echo(_counts(report, shown) if vault.notes else f"no notes were found in {target.root}", err=True)
    context.exit(1 if any(d.severity is not Severity.INFO for d in shown.diagnostics) else 0)


def _checked(target: Target, rules: RuleFilter, *, run: bool, unsafe: bool, jobs: int) -> tuple[Vault, Report, Report]:
    """The vault, all that was found in its chosen notes, and what of it the rules let through."""
    from notevault.checks.check import check_vault
    from notevault.vault.configuration import read_settings
    from notevault.vault.read import read_vault

    frontend = read_settings(target.root).frontend
    vault = read_vault(target.root)
    only = chosen(vault, target.only)
    with progress_bar() as progress:
        report = check_vault(vault, run=run, unsafe=unsafe, jobs=jobs, progress=progress, only=only, frontend=frontend)
    shown = tuple(diagnostic for diagnostic in report.diagnostics if rules.shows(diagnostic))
    return vault, report, Report(report.blocks, report.claims, shown)


def _counts(report: Report, shown: Report) -> str:
    """`2 errors, 1 warning; 1 with a verified fix (--fix)`, and what was left out."""
    counts = Counter(diagnostic.severity for diagnostic in shown.diagnostics)
    found = [
        f"{counts[severity]} {severity}{'s' * (counts[severity] != 1)}" for severity in Severity if counts[severity]
    ]
    fixable = sum(diagnostic.fix is not None and diagnostic.fix.verified for diagnostic in shown.diagnostics)
    parts = [", ".join(found) or "nothing wrong was found"]
    if fixable:
        parts.append(f"{fixable} with a verified fix (--fix)")
    hidden = sum(d.severity is Severity.INFO for d in report.diagnostics) - counts[Severity.INFO]
    if hidden:
        parts.append(f"{hidden} remarks not shown (--select NV)")
    return "; ".join(parts)
