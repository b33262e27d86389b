"""The exceptions of notevault: mistakes of the caller. A mistake in a note is a `Diagnostic` instead."""

from __future__ import annotations

from pathlib import Path


class NotevaultError(Exception):
    """The base of every exception that notevault raises on purpose."""


class VaultNotFoundError(NotevaultError):
    """No vault where one was looked for; `start` is where the search began."""

    def __init__(self, start: Path) -> None:
        self.start = start
        super().__init__(
            f"no vault at or above {start} (looked for notevault.toml or .obsidian/); name a folder, as . for this one"
        )


class NoteNotFoundError(NotevaultError):
    """`name` names no note of the vault; `suggestions` are the nearest names there are."""

    def __init__(self, name: str, suggestions: tuple[str, ...] = ()) -> None:
        self.name = name
        self.suggestions = suggestions
        hint = f" (did you mean {', '.join(suggestions)}?)" if suggestions else ""
        super().__init__(f"no note named {name!r}{hint}")


class ConfigurationError(NotevaultError):
    """`notevault.toml` cannot be used; the message says which key and why."""
