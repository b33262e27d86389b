"""The computation that a note differentiates, read from its code without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from notevault.frontends.straightline import Computation, NotStraightLineError, read
from notevault.notes.model import CodeBlock, Note

_DIFFERENTIATING = frozenset({"diff", "grad", "gradient", "Derivative"})
_LOSS_NAMES = ("loss", "L", "cost", "J", "error", "mse")


def computations(note: Note) -> Iterator[tuple[CodeBlock, Computation]]:
    """For each Python block, what it differentiates, or else the loss that it computes, if that is plain arithmetic."""
    for block in note.code_blocks:
        if block.language in {"python", "py"}:
            for name in _outputs(block.source):
                try:
                    yield block, read(block.source, name)
                except NotStraightLineError:
                    continue
                break


def _outputs(source: str) -> list[str]:
    """The names that may be the output, the likeliest first."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    differentiated = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *_]) if function in _DIFFERENTIATING:
                differentiated.append(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="diff" | "backward")):
                differentiated.append(name)
    return [*dict.fromkeys((*differentiated, *_LOSS_NAMES))]
