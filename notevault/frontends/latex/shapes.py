"""How many indices each name has and how far they run, read off how the formulas use them.

Sums over a range of unknown length are judged for small lengths: two different ones, so that a mean taken for a sum, or
a row for a column, does not agree by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from notevault.frontends.latex.nodes import Big, Binary, Name, Node, Norm, Number, Power, Transpose, children, walk
from notevault.frontends.latex.tokens import NotUnderstoodError

LENGTHS = (3, 2)
WIDTHS = (2, 3)
MAX_LENGTH = 12


@dataclass(slots=True)
class Shapes:
    """`ranks`: a name's number of indices. `ranges`: (name, position) to what that index runs over: the name of a
    length, or a number. `lengths`: the names that are lengths. `free`: indices that stand for any one value, with
    what they run over. `bound`: the indices of sums. `vectors`: names that are seen as a whole."""

    ranks: dict[str, int] = field(default_factory=dict)
    ranges: dict[tuple[str, int], str | int] = field(default_factory=dict)
    lengths: set[str] = field(default_factory=set)
    free: dict[str, str] = field(default_factory=dict)
    vectors: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)

    def sizes(self, trial: int) -> Mapping[str, int]:
        """A number for every length, another one in each of the two trials."""
        return {name: WIDTHS[trial] if name.startswith("#") else LENGTHS[trial] for name in sorted(self.lengths)}

    def length(self, name: str, position: int, sizes: Mapping[str, int]) -> int:
        """How far the index of `name` at `position` runs."""
        reach = self.ranges.get((name, position), "#")
        return reach if isinstance(reach, int) else sizes.get(reach, sizes.get("#", 2))


def shapes(nodes: Sequence[Node], generic: Iterable[str]) -> Shapes:
    """The shapes of all names in `nodes`; the indices in `generic` stand for any one value."""
    found = Shapes()
    found.lengths.add("#")
    for index in generic:
        found.free[index] = f"#{index}"
        found.lengths.add(f"#{index}")
    for node in nodes:
        _scan(node, dict(found.free), found)
    for node in nodes:
        _scan_products(node, found)
    _settle_free(found, nodes)
    return found


def _settle_free(found: Shapes, nodes: Sequence[Node]) -> None:
    """A free index runs over what the other uses of its names run over (`w_j` beside `w_1 … w_3` or `sum_k w_k`)."""
    for index in found.free:
        for node in nodes:
            for name in walk(node):
                if not isinstance(name, Name):
                    continue
                for position, part in enumerate(name.indices):
                    if isinstance(part, Name) and part.key == index:
                        reach = found.ranges.get((name.key, position))
                        if reach is not None and reach != found.free[index]:
                            found.free[index] = str(reach)


def _scan(node: Node, bound: Mapping[str, str | int], found: Shapes) -> None:
    if isinstance(node, Big):
        bound = {**bound, node.index: _reach(node, found)}
        found.bound.add(node.index)
    if isinstance(node, Name):
        _scan_name(node, bound, found)
    for child in children(node):
        _scan(child, bound, found)


def _reach(node: Big, found: Shapes) -> str | int:
    if node.high is None:
        found.lengths.add(f"#{node.index}")
        return f"#{node.index}"
    if isinstance(node.high, Number):
        if not node.high.text.isdigit() or int(node.high.text) > MAX_LENGTH:
            raise NotUnderstoodError(node.high.text, 0, "the range of a sum")
        return int(node.high.text)
    names = [part for part in walk(node.high) if isinstance(part, Name)]
    if len(names) != 1 or names[0].indices:
        raise NotUnderstoodError(node.index, 0, "the range of a sum")
    found.lengths.add(names[0].key)
    return names[0].key


def _scan_name(name: Name, bound: Mapping[str, str | int], found: Shapes) -> None:
    # x_0 is the first value of something more often than an element: it does not make a vector of x
    live = [
        (isinstance(index, Number) and index.text != "0") or (isinstance(index, Name) and index.key in bound)
        for index in name.indices
    ]
    if not any(live):
        return
    found.ranks[name.key] = max(found.ranks.get(name.key, 0), len(name.indices))
    for position, index in enumerate(name.indices):
        if isinstance(index, Number) and index.text.isdigit():
            reach: str | int = int(index.text)
        elif isinstance(index, Name) and index.key in bound:
            reach = bound[index.key]
        else:
            continue
        known = found.ranges.get((name.key, position))
        found.ranges[name.key, position] = _wider(known, reach)


def _wider(known: str | int | None, reach: str | int) -> str | int:
    """What is known best: a named length before a free index, the larger of two numbers."""
    if known is None:
        return reach
    if isinstance(known, int) and isinstance(reach, int):
        return max(known, reach)
    if isinstance(known, str) and known.startswith("#"):
        return reach
    return known if not isinstance(known, int) or str(reach).startswith("#") else reach


def _scan_products(node: Node, found: Shapes) -> None:
    """Vectors that are seen only as a whole: under a transpose, in a norm, beside a transposed one."""
    for part in walk(node):
        if isinstance(part, Transpose | Norm) and isinstance(part.operand, Name):
            _as_vector(part.operand, found)
        if isinstance(part, Binary) and part.operator in {"*", "dot"}:
            left = part.left
            while isinstance(left, Binary) and left.operator in {"*", "dot"}:
                left = left.right
            if isinstance(left, Transpose) and isinstance(left.operand, Name) and isinstance(part.right, Name):
                _as_vector(left.operand, found)
                _as_vector(part.right, found)
                _share(left.operand, part.right, found)
            if isinstance(left, Transpose) and isinstance(part.right, Power):
                raise NotUnderstoodError("^", 0, "a power behind a transposed vector")


def _as_vector(name: Name, found: Shapes) -> None:
    found.vectors.add(name.key)
    found.ranks[name.key] = max(found.ranks.get(name.key, 0), len(name.indices) + 1)


def _share(first: Name, second: Name, found: Shapes) -> None:
    """The last indices of two factors of a scalar product run equally far."""
    ends = [(name.key, found.ranks[name.key] - 1) for name in (first, second)]
    known = [found.ranges[end] for end in ends if end in found.ranges]
    if known:
        for end in ends:
            found.ranges.setdefault(end, known[0])
