"""Communities of topics: the Louvain method on the links, without regard to their direction."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

SEED = 1
"""Fixed, so that a vault has the same communities every time."""


def communities(size: int, edges: Sequence[tuple[int, int, float]]) -> list[tuple[int, ...]]:
    """The communities of nodes 0 to `size` - 1, the largest first; nodes without an edge are in none.

    Nodes are numbers because sets of numbers have one order in every process, and sets of text have not.

    >>> communities(5, [(0, 1, 1.0), (2, 3, 1.0), (3, 2, 1.0)])
    [(0, 1), (2, 3)]
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(sorted({node for source, target, _ in edges for node in (source, target)}))
    for source, target, weight in edges:
        known = graph.get_edge_data(source, target, {"weight": 0.0})["weight"]
        graph.add_edge(source, target, weight=known + weight)
    if not graph:
        return []
    found = nx.community.louvain_communities(graph, weight="weight", seed=SEED)
    return sorted((tuple(sorted(members)) for members in found), key=lambda members: (-len(members), members))
