"""The nodes and edges of the topic graph, from a vault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from notevault.graph.model import Edge, EdgeKind, Topic, TopicKind
from notevault.notes.model import Note
from notevault.vault.model import Bucket, ResolvedLink, Vault
from notevault.vault.names import folded

TO_A_NOTE = frozenset({Bucket.RESOLVED, Bucket.AMBIGUOUS, Bucket.ALIAS_ONLY, Bucket.MISSING_SUBPATH})


def topics_and_edges(vault: Vault) -> tuple[dict[str, Topic], tuple[Edge, ...]]:
    """All topics by id and all edges, both sorted. A note's links to itself are left out."""
    topics = {path: Topic(path, TopicKind.NOTE, note.title) for path, note in vault.notes.items()}
    counts: Counter[tuple[str, str, EdgeKind]] = Counter()
    for link in vault.links:
        target = link_topic(vault, link)
        if target is None or target.id == link.note:
            continue
        topics.setdefault(target.id, target)
        counts[link.note, target.id, EdgeKind.EMBED if link.link.embedded else EdgeKind.LINK] += 1
    for note in vault.notes.values():
        for kind, target in _filed_under(note):
            topics.setdefault(target.id, target)
            counts[note.path, target.id, kind] += 1
    edges = tuple(Edge(*key, count) for key, count in sorted(counts.items()))
    return dict(sorted(topics.items())), edges


def link_topic(vault: Vault, link: ResolvedLink) -> Topic | None:
    """The topic that a link leads to, if it leads to one."""
    if link.bucket in TO_A_NOTE and link.resolved is not None and link.resolved in vault.notes:
        return Topic(link.resolved, TopicKind.NOTE, vault.notes[link.resolved].title)
    if link.bucket is Bucket.MISSING_NOTE:
        name = PurePosixPath(link.link.target).name.removesuffix(".md")
        return Topic(f"{TopicKind.UNRESOLVED}:{folded(name)}", TopicKind.UNRESOLVED, name)
    return None


def _filed_under(note: Note) -> Iterator[tuple[EdgeKind, Topic]]:
    """The tags of a note, each with those above it, and its category."""
    for tag in note.tags:
        parts = tag.name.strip("/").split("/")
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            yield EdgeKind.TAG, Topic(f"{TopicKind.TAG}:{folded(name)}", TopicKind.TAG, name)
    category = note.properties.get("category")
    values = category.value if category and isinstance(category.value, list) else [category.value if category else None]
    for value in values:
        if isinstance(value, str) and value.strip():
            name = value.strip()
            yield EdgeKind.CATEGORY, Topic(f"{TopicKind.CATEGORY}:{folded(name)}", TopicKind.CATEGORY, name)
