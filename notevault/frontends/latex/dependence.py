"""Which names of a note are formulas in others, and one name put in the place of another."""

from __future__ import annotations

from notevault.frontends.latex.context import Context
from notevault.frontends.latex.nodes import Name, Node, rewrite, walk
from notevault.frontends.latex.symbols import opaque
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.latex.vectors import Value, Vec


def is_formula(name: Name, variable: Name, context: Context) -> bool:
    """Whether the note defines `name`, which is not the variable, by a formula in the variable."""
    definition = context.find(name) if name != variable else None
    return definition is not None and definition.body is not None and variable in walk(definition.body)


def check_held(value: Value, variable: Name, context: Context) -> None:
    """Raises NotUnderstoodError where the variable of a total derivative is itself a formula in a name of the function.

    With Q = 100 - 2P, the derivative of PQ by Q depends on whether P is held fixed.
    """
    definition = context.find(variable)
    if definition is None or definition.body is None or isinstance(value, Vec):
        return
    others = {symbol.name for symbol in value.free_symbols} - {opaque(variable)}
    for part in walk(definition.body):
        if isinstance(part, Name) and opaque(part) in others:
            raise NotUnderstoodError(opaque(variable), 0, f"it changes with {opaque(part)}")


def substitute(node: Node, name: Name, by: Node) -> Node:
    """`node` with every occurrence of `name` replaced; also as an index."""
    wanted = opaque(name)

    def change(part: Node) -> Node | None:
        return by if isinstance(part, Name) and opaque(part) == wanted else None

    return rewrite(node, change)
