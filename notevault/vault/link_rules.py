"""What is said about links and names: the diagnostics NV101 to NV104 and NV205."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from notevault.diagnostics import Diagnostic, SourceText
from notevault.notes.model import Note
from notevault.rules import RULES
from notevault.vault.model import Bucket, ResolvedLink
from notevault.vault.names import unsafe_characters
from notevault.vault.slips import SlipIndex


def link_diagnostics(links: Iterable[ResolvedLink], notes: Mapping[str, Note]) -> Iterator[Diagnostic]:
    """One diagnostic for each link that does not simply resolve."""
    meant = SlipIndex(name for note in notes.values() for name in (_stem(note.path), *note.aliases))
    messages: Mapping[Bucket, tuple[str, Callable[[ResolvedLink], str]]] = {
        Bucket.MISSING_NOTE: ("NV101", lambda link: _missing_note(link, meant.find(_stem(link.link.target)))),
        Bucket.MISSING_SUBPATH: ("NV102", _missing_subpath),
        Bucket.AMBIGUOUS: ("NV103", _ambiguous),
        Bucket.ALIAS_ONLY: ("NV104", _alias_only),
    }
    for link in links:
        if link.bucket in messages:
            code, message = messages[link.bucket]
            yield Diagnostic(code, RULES[code].severity, message(link), link.note, link.link.span)


def name_diagnostics(notes: Iterable[Note]) -> Iterator[Diagnostic]:
    """Notes whose name no link can hold."""
    for note in notes:
        marks = unsafe_characters(note.path)
        if marks:
            listed = ", ".join(f"`{mark}`" for mark in marks)
            message = f"the name of this note holds {listed}, so that no link can name it"
            yield _at_top("NV205", message, note.path, note.source)


def bytes_diagnostic(note: Note, message: str) -> Diagnostic:
    """What keeps the bytes of a note from being its text."""
    return _at_top("NV204", message, note.path, note.source)


def _at_top(code: str, message: str, path: str, source: SourceText) -> Diagnostic:
    return Diagnostic(code, RULES[code].severity, message, path, source.span(0, 0))


def _stem(path: str) -> str:
    name = PurePosixPath(path).name
    return name.removesuffix(".md") or name


def _missing_note(link: ResolvedLink, near: str | None) -> str:
    hint = f"; did you mean [[{near}]]?" if near else ""
    return f'there is no note "{link.link.target}"{hint}'


def _missing_subpath(link: ResolvedLink) -> str:
    subpath = link.link.subpath
    what = f"block id ^{subpath[1:]}" if subpath.startswith("^") else f'heading "{subpath}"'
    return f"{link.resolved} has no {what}"


def _ambiguous(link: ResolvedLink) -> str:
    others = ", ".join(link.candidates[1:])
    return f'"{link.link.target}" opens {link.resolved}, but {others} fits too'


def _alias_only(link: ResolvedLink) -> str:
    stem = _stem(link.resolved or "")
    label = link.link.label or link.link.target
    return f'"{link.link.target}" is an alias of {link.resolved}; a link that opens it is [[{stem}|{label}]]'
