"""Diagnostics as text: one renderer a format, each a function from vault and report to a string."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notevault.checks.model import Report
from notevault.render.concise import concise
from notevault.render.full import full
from notevault.render.github import github
from notevault.render.json import as_json
from notevault.vault.model import Vault

Render = Callable[[Vault, Report], str]

FORMATS: Mapping[str, Render] = {"full": full, "concise": concise, "json": as_json, "github": github}
