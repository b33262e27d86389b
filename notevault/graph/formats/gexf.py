"""The topic graph as GEXF 1.3, the format of Gephi.

networkx writes GEXF too, but with the date of the day, so that no two days give the same bytes.
"""

from __future__ import annotations

from xml.etree import ElementTree

from notevault.graph.formats.xml import document, without_controls
from notevault.graph.model import TopicGraph

_ATTRIBUTES = {"kind": "string", "rank": "double", "community": "integer"}


def as_gexf(graph: TopicGraph) -> str:
    """Topics with kind, rank and community; edges with kind and weight, prerequisites among them."""
    root = ElementTree.Element("gexf", xmlns="http://gexf.net/1.3", version="1.3")
    tree = ElementTree.SubElement(root, "graph", defaultedgetype="directed")
    declared = ElementTree.SubElement(tree, "attributes", {"class": "node"})
    for name, type_ in _ATTRIBUTES.items():
        ElementTree.SubElement(declared, "attribute", id=name, title=name, type=type_)
    nodes = ElementTree.SubElement(tree, "nodes")
    for topic in graph.topics.values():
        names = {"id": without_controls(topic.id), "label": without_controls(topic.title)}
        values = ElementTree.SubElement(ElementTree.SubElement(nodes, "node", names), "attvalues")
        for name in _ATTRIBUTES:
            ElementTree.SubElement(values, "attvalue", {"for": name, "value": str(getattr(topic, name))})
    edges = ElementTree.SubElement(tree, "edges")
    ties = [(edge.source, edge.target, edge.kind.value, float(edge.count)) for edge in graph.edges]
    ties += [(found.before, found.after, "prerequisite", found.confidence) for found in graph.prerequisites]
    for number, (source, target, kind, weight) in enumerate(ties):
        ends = {"id": str(number), "source": without_controls(source), "target": without_controls(target)}
        ElementTree.SubElement(edges, "edge", {**ends, "kind": kind, "weight": str(weight)})
    return document(root)
