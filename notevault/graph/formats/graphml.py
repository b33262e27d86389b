"""The topic graph as GraphML, which yEd, Gephi and networkx read."""

from __future__ import annotations

from xml.etree import ElementTree

from notevault.graph.formats.xml import document, without_controls
from notevault.graph.model import TopicGraph

_TOPIC = {"kind": "string", "title": "string", "rank": "double", "community": "int"}
_EDGE = {"kind": "string", "count": "int", "confidence": "double"}


def as_graphml(graph: TopicGraph) -> str:
    """Topics and edges; a prerequisite is an edge of the kind "prerequisite" with its confidence."""
    root = ElementTree.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for target, keys in (("node", _TOPIC), ("edge", _EDGE)):
        for name, type_ in keys.items():
            attributes = {"id": f"{target}-{name}", "for": target, "attr.name": name, "attr.type": type_}
            ElementTree.SubElement(root, "key", attributes)
    tree = ElementTree.SubElement(root, "graph", id="topics", edgedefault="directed")
    for topic in graph.topics.values():
        node = ElementTree.SubElement(tree, "node", id=without_controls(topic.id))
        _data(node, "node", {name: getattr(topic, name) for name in _TOPIC})
    for edge in graph.edges:
        _data(_edge(tree, edge.source, edge.target), "edge", {"kind": edge.kind, "count": edge.count})
    for found in graph.prerequisites:
        values = {"kind": "prerequisite", "confidence": found.confidence}
        _data(_edge(tree, found.before, found.after), "edge", values)
    return document(root)


def _edge(tree: ElementTree.Element, source: str, target: str) -> ElementTree.Element:
    return ElementTree.SubElement(tree, "edge", source=without_controls(source), target=without_controls(target))


def _data(parent: ElementTree.Element, target: str, values: dict[str, object]) -> None:
    for name, value in values.items():
        ElementTree.SubElement(parent, "data", key=f"{target}-{name}").text = without_controls(str(value))
