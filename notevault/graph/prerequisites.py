"""Which topic comes before which: evidence from links, names and neighbours, weighed into a confidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from notevault.graph.cues import Role
from notevault.graph.mentions import is_contents, mentions
from notevault.graph.model import Edge, EdgeKind, Prerequisite, Topic, TopicKind
from notevault.graph.reference_distance import reference_distance
from notevault.graph.topics import link_topic
from notevault.graph.unlinked import NameIndex
from notevault.notes.model import Note
from notevault.vault.model import Vault
from notevault.vault.names import folded

THRESHOLD = 0.5
STRONG, SOLID = 0.5, 0.4
"""Hints alone make no prerequisite: one piece of evidence has to be strong, or two of them solid."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that says `before` comes before `after`, with its weight (how often such a thing is right)."""

    before: str
    after: str
    weight: float
    reason: str


WEIGHTS: Mapping[Role, float] = {
    Role.STATED: 0.98,
    Role.IS_A: 0.7,
    Role.PARENT: 0.55,
    Role.DEFINITION: 0.6,
    Role.INTRODUCTION: 0.55,
    Role.PROSE: 0.2,
    Role.EXAMPLE: 0.4,
    Role.APPLICATION: 0.15,
}
REASONS: Mapping[Role, str] = {
    Role.STATED: '"{note}" names "{other}" among its prerequisites.',
    Role.IS_A: 'The first sentence of "{note}" defines it by "{other}".',
    Role.PARENT: '"{note}" is filed under "{other}".',
    Role.DEFINITION: 'The first sentence of "{note}" explains it with "{other}".',
    Role.INTRODUCTION: 'The introduction of "{note}" explains it with "{other}".',
    Role.PROSE: '"{note}" uses "{other}" in its explanation.',
    Role.EXAMPLE: '"{note}" names "{other}" as an example of what it explains.',
    Role.APPLICATION: '"{note}" says that it serves "{other}".',
}
REVERSED = frozenset({Role.EXAMPLE, Role.APPLICATION})
"""Here the note that holds the link comes first, and what it names comes after."""

UNLINKED = 0.97
"""A name that stands there without a link counts a little less."""

MANY = 5
"""From this many referring notes on, a topic counts as one that others rest on."""


def prerequisites(
    vault: Vault, topics: Mapping[str, Topic], edges: tuple[Edge, ...]
) -> tuple[tuple[Prerequisite, ...], tuple[Prerequisite, ...]]:
    """The prerequisites that hold together, and those dropped because they would close a circle."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for piece in _evidence(vault, topics, edges):
        reasons = found[piece.before, piece.after]
        reasons[piece.reason] = max(piece.weight, reasons.get(piece.reason, 0.0))
    candidates = []
    for (before, after), reasons in found.items():
        confidence = _confidence(_certainty(reasons), _certainty(found.get((after, before), {})))
        if confidence > THRESHOLD and _suffices(reasons):
            ordered = sorted(reasons, key=lambda reason: (-reasons[reason], reason))
            candidates.append(Prerequisite(before, after, round(confidence, 4), tuple(ordered)))
    return without_circles(candidates)


def without_circles(candidates: list[Prerequisite]) -> tuple[tuple[Prerequisite, ...], tuple[Prerequisite, ...]]:
    """Keep the most certain prerequisites; of each circle the least certain one is dropped."""
    kept: list[Prerequisite] = []
    dropped: list[Prerequisite] = []
    following: dict[str, list[str]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda found: (-found.confidence, found.before, found.after)):
        if _leads_to(following, candidate.after, candidate.before):
            dropped.append(candidate)
        else:
            following[candidate.before].append(candidate.after)
            kept.append(candidate)
    return tuple(sorted(kept, key=_ends)), tuple(sorted(dropped, key=_ends))


def _ends(found: Prerequisite) -> tuple[str, str]:
    return found.after, found.before


def _leads_to(following: Mapping[str, list[str]], start: str, goal: str) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        topic = waiting.pop()
        if topic == goal:
            return True
        for after in following.get(topic, ()):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return False


def _certainty(reasons: Mapping[str, float]) -> float:
    """How sure independent pieces of evidence are together (noisy or)."""
    return 1.0 - prod(1.0 - weight for _, weight in sorted(reasons.items()))


def _suffices(reasons: Mapping[str, float]) -> bool:
    weights = sorted(reasons.values(), reverse=True)
    return weights[0] >= STRONG or (len(weights) > 1 and weights[1] >= SOLID)


def _confidence(evidence: float, against: float) -> float:
    """How sure an order is when evidence for it meets evidence for the reverse: that one of the two holds, times
    the odds that it is this one."""
    holds = 1.0 - (1.0 - evidence) * (1.0 - against)
    this, other = evidence * (1.0 - against), against * (1.0 - evidence)
    return holds * this / (this + other)


def _evidence(vault: Vault, topics: Mapping[str, Topic], edges: tuple[Edge, ...]) -> Iterator[Evidence]:
    yield from _from_mentions(vault)
    contents = {path for path, note in vault.notes.items() if is_contents(note)}
    links = {(edge.source, edge.target) for edge in edges if edge.kind is EdgeKind.LINK}
    linked = {(source, target) for source, target in links if source not in contents}
    pairs = sorted({(a, b) for a, b in linked if topics[b].kind is TopicKind.NOTE})
    yield from _from_neighbours(pairs, topics, linked)
    yield from _from_names(pairs, vault.notes)


def _from_mentions(vault: Vault) -> Iterator[Evidence]:
    links = {(found.note, found.link.span): found for found in vault.links}
    names = NameIndex(vault.notes.values())
    for note in vault.notes.values():
        for mention in mentions(note, names):
            if mention.link is None:
                target = Topic(mention.path, TopicKind.NOTE, vault.notes[mention.path].title)
                weight = WEIGHTS.get(mention.role, 0.0) * UNLINKED
            else:
                found = link_topic(vault, links[note.path, mention.link.span])
                if found is None or found.id == note.path:
                    continue
                target, weight = found, WEIGHTS.get(mention.role, 0.0)
            if weight:
                reason = REASONS[mention.role].format(note=note.title, other=target.title)
                ends = (note.path, target.id) if mention.role in REVERSED else (target.id, note.path)
                yield Evidence(*ends, weight, reason)


def _from_neighbours(
    pairs: list[tuple[str, str]], topics: Mapping[str, Topic], linked: set[tuple[str, str]]
) -> Iterator[Evidence]:
    links: dict[str, set[str]] = defaultdict(set)
    for source, target in linked:
        links[source].add(target)
    referring = Counter(target for _, target in linked)
    for note, other in pairs:
        distance = reference_distance(links, note, other)
        title, name = topics[note].title, topics[other].title
        if distance.forward >= 2 and distance.value > 0:
            share = f"Of the other {distance.neighbours} topics"
            reason = f'{share} that "{title}" links to, {distance.forward} refer to "{name}".'
            yield Evidence(other, note, min(0.6, 1.2 * distance.value), reason)
        ratio = referring[other] / (referring[note] + 1)
        if referring[other] >= MANY and ratio >= 2:
            reason = f'{referring[other]} notes refer to "{name}", and {referring[note] or "none"} to "{title}".'
            yield Evidence(other, note, min(0.35, 0.1 + 0.02 * ratio), reason)


def _from_names(pairs: list[tuple[str, str]], notes: Mapping[str, Note]) -> Iterator[Evidence]:
    """A name that holds another name whole is the name of something more special."""
    for pair in pairs:
        for special, general in (pair, pair[::-1]):
            inner, outer = folded(notes[general].title), folded(notes[special].title)
            if inner != outer and f" {inner} " in f" {outer} ":
                reason = f'The name "{notes[special].title}" builds on "{notes[general].title}".'
                yield Evidence(general, special, 0.45, reason)
