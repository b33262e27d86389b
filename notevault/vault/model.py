"""The values that a vault is made of: its notes, its other files, and its links with their buckets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from notevault.diagnostics import Diagnostic
from notevault.notes.model import Link, Note


class Bucket(StrEnum):
    """What a link leads to; every link is in exactly one."""

    RESOLVED = "resolved"
    ALIAS_ONLY = "alias-only"
    AMBIGUOUS = "ambiguous"
    MISSING_NOTE = "missing-note"
    MISSING_SUBPATH = "missing-subpath"
    ATTACHMENT = "attachment"
    EXTERNAL = "external"
    SAME_NOTE = "same-note"


@dataclass(frozen=True, slots=True)
class ResolvedLink:
    """A link of the note at path `note`, its bucket, and the path it leads to (`None` where there is none).

    An ambiguous link leads to the candidate that Obsidian would choose; `candidates` holds all, best first. An
    alias-only link leads to the note that has the alias. An attachment that is not there leads to `None`.
    """

    note: str
    link: Link
    bucket: Bucket
    resolved: str | None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vault:
    """A folder of notes, read once. Paths are relative to `root`, with `/`; `notes` is sorted by path.

    `diagnostics` are all that is known without running code: those of each note, of its name and of its links.
    `excluded` are the files that the configuration leaves out; links to them resolve.
    """

    root: Path
    notes: Mapping[str, Note]
    attachments: tuple[str, ...]
    links: tuple[ResolvedLink, ...]
    diagnostics: tuple[Diagnostic, ...]
    excluded: tuple[str, ...] = ()
