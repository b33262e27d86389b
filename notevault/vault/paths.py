"""From the target of a link to the files it can mean, the one that Obsidian opens first."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from notevault.vault.names import MARKDOWN, folded


@dataclass(frozen=True, slots=True)
class Candidates:
    """The paths that a target fits, best first; `exact` when the target names the first one by its whole path."""

    paths: tuple[str, ...]
    exact: bool = False


class PathIndex:
    """The files of a vault by name; lookups ignore case and Unicode composition."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        for path in sorted(paths):
            key = folded(path)
            self._by_path.setdefault(key, path)
            self._by_name[posixpath.basename(key)].append((len(path), path, key))
        for found in self._by_name.values():
            found.sort()

    def lookup(self, target: str, source: str) -> Candidates:
        """The candidates for `target` in a link of the note at `source`.

        A path from the root comes first, then the note's own folder, then the shortest path that ends in the
        target. A file with the target's very name comes before the note of that name.
        """
        wanted = folded(target)
        if wanted.startswith(("./", "../")):
            wanted = folded(posixpath.normpath(posixpath.join(posixpath.dirname(source), target)))
            return self._exact(wanted)
        if wanted.startswith("/"):
            return self._exact(wanted.lstrip("/"))
        return self._anywhere(wanted, source) or self._anywhere(wanted + MARKDOWN, source) or Candidates(())

    def _exact(self, wanted: str) -> Candidates:
        found = self._by_path.get(wanted) or self._by_path.get(wanted + MARKDOWN)
        return Candidates((found,) if found else (), exact=True)

    def _anywhere(self, wanted: str, source: str) -> Candidates | None:
        suffix = "/" + wanted
        named = self._by_name.get(posixpath.basename(wanted), ())
        fitting = [path for _, path, key in named if key == wanted or key.endswith(suffix)]
        if not fitting:
            return None
        own = folded(posixpath.join(posixpath.dirname(source), wanted))
        first = [self._by_path[key] for key in dict.fromkeys((wanted, own)) if key in self._by_path]
        return Candidates(tuple(dict.fromkeys((*first, *fitting))), exact="/" in wanted and wanted in self._by_path)
