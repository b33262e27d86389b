"""The prerequisites as a Mermaid flowchart, which Obsidian and GitHub draw inside a note."""

from __future__ import annotations

from notevault.graph.model import TopicGraph

_ENTITIES = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "\n": " "}


def as_mermaid(graph: TopicGraph) -> str:
    """What comes before what; topics without a prerequisite are left out, as a whole vault cannot be drawn."""
    used = sorted({end for found in graph.prerequisites for end in (found.before, found.after)})
    names = {id_: f"t{number}" for number, id_ in enumerate(used)}
    lines = ["flowchart LR"]
    lines += [f'  {name}["{_label(graph.topics[id_].title)}"]' for id_, name in names.items()]
    lines += [f"  {names[found.before]} --> {names[found.after]}" for found in graph.prerequisites]
    return "\n".join((*lines, ""))


def _label(title: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in title)
