"""A vault read and checked, for the commands that study it."""

from __future__ import annotations

from pathlib import Path

import click

from notevault.checks.model import Report
from notevault.cli.targets import open_vault
from notevault.cli.terminal import progress_bar
from notevault.vault.model import Vault


def studied(context: click.Context, argument: Path | None, *, run: bool) -> tuple[Vault, Report]:
    """The vault that the command names, with the report of its check."""
    from notevault.checks.check import check_vault
    from notevault.vault.configuration import read_settings

    vault = open_vault(context, argument)
    with progress_bar() as progress:
        frontend = read_settings(vault.root).frontend
        return vault, check_vault(vault, run=run, jobs=2, progress=progress, frontend=frontend)
