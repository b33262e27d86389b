"""Puts every link of a vault into one bucket."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from notevault.notes.model import Link, LinkKind, Note
from notevault.vault.model import Bucket, ResolvedLink
from notevault.vault.names import MARKDOWN, folded, is_attachment_name
from notevault.vault.paths import PathIndex
from notevault.vault.subpaths import has_subpath
from notevault.vault.walk import is_note

_EXTERNAL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//|www\.")


class Resolver:
    """Resolves links by the files of a vault, and by the headings, block ids and aliases of its notes."""

    def __init__(self, notes: Mapping[str, Note], others: tuple[str, ...]) -> None:
        self.notes = notes
        self.index = PathIndex((*notes, *others))
        self.aliases: dict[str, list[str]] = defaultdict(list)
        for path in sorted(notes):
            for alias in notes[path].aliases:
                self.aliases[folded(alias)].append(path)

    def resolve(self, note: Note, link: Link) -> ResolvedLink:
        """The bucket of a link, and where it leads."""
        if link.kind is LinkKind.MARKDOWN and _EXTERNAL.match(link.target):
            return ResolvedLink(note.path, link, Bucket.EXTERNAL, None)
        if not link.target:
            return self._with_subpath(note, link, note.path, (), Bucket.SAME_NOTE)
        found = self.index.lookup(link.target, note.path)
        if not found.paths:
            return self._unfound(note, link)
        chosen = found.paths[0]
        if not is_note(chosen):
            return ResolvedLink(note.path, link, Bucket.ATTACHMENT, chosen, found.paths)
        if len(found.paths) > 1 and not found.exact:
            return ResolvedLink(note.path, link, Bucket.AMBIGUOUS, chosen, found.paths)
        return self._with_subpath(note, link, chosen, found.paths, Bucket.RESOLVED)

    def _with_subpath(
        self, note: Note, link: Link, path: str, candidates: tuple[str, ...], otherwise: Bucket
    ) -> ResolvedLink:
        target = self.notes.get(path)
        missing = link.subpath and target is not None and not has_subpath(target, link.subpath)
        return ResolvedLink(note.path, link, Bucket.MISSING_SUBPATH if missing else otherwise, path, candidates)

    def _unfound(self, note: Note, link: Link) -> ResolvedLink:
        owners = tuple(dict.fromkeys(self.aliases.get(folded(link.target.removesuffix(MARKDOWN)), ())))
        if owners:
            return ResolvedLink(note.path, link, Bucket.ALIAS_ONLY, owners[0], owners)
        bucket = Bucket.ATTACHMENT if is_attachment_name(link.target) else Bucket.MISSING_NOTE
        return ResolvedLink(note.path, link, bucket, None)
