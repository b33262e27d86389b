"""The topic graph: ranks, communities, prerequisites, study paths and exports.

`build_graph` makes it from a vault, `study_path` and `study_order` say what to study when, `FORMATS` exports it.
"""

from __future__ import annotations

from notevault.graph.build import build_graph
from notevault.graph.formats import FORMATS
from notevault.graph.paths import study_order, study_path

__all__ = ["FORMATS", "build_graph", "study_order", "study_path"]
