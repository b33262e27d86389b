"""What a formula means once it is read: a small tree, not yet bound to what the names stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

Node: TypeAlias = (
    "Number | Name | Call | Binary | Negative | Power | Big | Absolute | Norm | Cases | Comparison | Vector | Transpose"
    " | Derivative | At"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A numeral as it is written; `text` keeps its decimals."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    r"""A symbol: `w`, `\theta` ("theta"), `\hat{y}` ("y_hat"), `Loss`.

    `indices` are what stands below it or in `^{(i)}`: Names and Numbers. A subscript that is a word (`w_{new}`) is in
    `label`. `bold` marks a vector.
    """

    base: str
    indices: tuple[Node, ...] = ()
    label: str = ""
    bold: bool = False

    @property
    def key(self) -> str:
        """The name with its label, without its indices: `sigma_ReLU`, `w`."""
        return f"{self.base}_{self.label}" if self.label else self.base


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied; `primes` counts its derivatives. A known function has its name as in `grammar.FUNCTIONS`."""

    function: Name
    arguments: tuple[Node, ...]
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    """`operator` is one of + - * / and "dot", "odot"."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus a term."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Power:
    """A power."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Big:
    """A sum or product ("sum", "prod") over `index` from `low` to `high` (None where they are not written)."""

    kind: str
    index: str
    low: Node | None
    high: Node | None
    body: Node


@dataclass(frozen=True, slots=True)
class Absolute:
    """`|x|`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm of order 1 or 2."""

    operand: Node
    order: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left < right` and its like; only inside cases."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Cases:
    """Values with their conditions, all of which must hold; no condition is "otherwise"."""

    branches: tuple[tuple[Node, tuple[Comparison, ...]], ...]


@dataclass(frozen=True, slots=True)
class Vector:
    """Numbers in brackets."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Transpose:
    """A transposed vector."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Derivative:
    r"""A derivative of `function` by each of `variables` in turn; `()` is `\nabla` without a variable."""

    function: Node
    variables: tuple[Name, ...]
    partial: bool
    gradient: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """`operand` with names bound to values: an evaluation bar."""

    operand: Node
    bindings: tuple[tuple[Name, Node], ...]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly inside `node`."""
    for field in fields(node):
        yield from _nodes_in(getattr(node, field.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)
    elif hasattr(value, "__dataclass_fields__"):
        yield value  # type: ignore[misc]


def walk(node: Node) -> Iterator[Node]:
    """`node` and all nodes inside it."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(children(node))))


def rewrite(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The tree with every node for which `change` gives another replaced, from the outside in."""
    changed = change(node)
    if changed is not None:
        return changed
    changes: dict[str, Any] = {field.name: _rewrite_in(getattr(node, field.name), change) for field in fields(node)}
    return replace(node, **changes)


def _rewrite_in(value: object, change: Callable[[Node], Node | None]) -> object:
    if isinstance(value, tuple):
        return tuple(_rewrite_in(item, change) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return rewrite(value, change)  # type: ignore[arg-type]
    return value
