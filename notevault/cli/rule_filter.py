"""Which diagnostics a user wants to see: `--select` and `--ignore`."""

from __future__ import annotations

from dataclasses import dataclass

import click

from notevault.diagnostics import Diagnostic, Severity
from notevault.rules import RULES


@dataclass(frozen=True, slots=True)
class RuleFilter:
    """The starts of the codes that are selected (none: all but remarks) and ignored."""

    selected: tuple[str, ...]
    ignored: tuple[str, ...]
    everything: bool

    @classmethod
    def of(cls, select: str, ignore: str, *, everything: bool) -> RuleFilter:
        """The filter that the options ask for; raises click.UsageError for a code that no rule begins with."""
        return cls(_codes(select), _codes(ignore), everything)

    def shows(self, diagnostic: Diagnostic) -> bool:
        """Whether `diagnostic` is wanted."""
        if self.ignored and diagnostic.code.startswith(self.ignored):
            return False
        if self.selected:
            return diagnostic.code.startswith(self.selected)
        return self.everything or diagnostic.severity is not Severity.INFO


def _codes(text: str) -> tuple[str, ...]:
    codes = tuple(code.strip().upper() for code in text.split(",") if code.strip())
    for code in codes:
        if not any(known.startswith(code) for known in RULES):
            raise click.UsageError(f"no rule begins with {code!r}; 'notevault explain' lists them all")
    return codes
