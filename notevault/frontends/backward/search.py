"""The two sides of a refuted claim, and what the searches for its fault ask of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, gradients
from notevault.autodiff.sweep import active, recorded
from notevault.frontends.backward.points import Array, Points, array
from notevault.frontends.backward.wording import Wording

MAX_NODES = 80


@dataclass(frozen=True, slots=True)
class Line:
    """The line that made the claimed gradient: its expression, the names then in reach, and how to evaluate another."""

    expression: ast.expr | None
    names: Mapping[str, Any]
    evaluate: Callable[[ast.expr, Mapping[str, Any]], Any]
    made_of: Mapping[str, ast.expr] = field(default_factory=dict)
    """The expressions of the values on the way back that are no gradients of anything by their name."""


@dataclass
class Search:
    """A claimed gradient of `loss` by `at` that is not the right one. `name` and `parameter` are the note's words."""

    name: str
    parameter: str
    claimed: Any
    right: Tensor
    loss: Tensor
    at: Tensor
    points: Points
    wording: Wording
    line: Line
    of: str = "the loss"

    @property
    def here(self) -> tuple[Array, Array]:
        """The claimed and the right gradient where the block is."""
        return array(self.claimed), array(self.right)

    def is_claimed(self, candidate: Any) -> bool:
        """Whether a wrong gradient is the claimed one."""
        return self.points.same(self.claimed, candidate)

    def is_right(self, candidate: Any) -> bool:
        """Whether a changed claim is the right gradient."""
        return self.points.same(candidate, self.right)

    @property
    def product(self) -> type[ast.operator]:
        """How the line multiplies matrices."""
        return ast.MatMult

    def accepts(self, value: Any) -> bool:
        """Whether the value of a changed line is the right gradient."""
        is_array = isinstance(value, Tensor | np.ndarray)
        return is_array and array(value).size == self.right.size and self.is_right(value)

    @cached_property
    def nodes(self) -> list[Tensor]:
        """The nodes between the parameter and the loss, the last first."""
        between = active(recorded([self.loss]), [self.at])
        return [node for _, node in sorted(between.items(), reverse=True)][:MAX_NODES]

    @cached_property
    def _adjoints(self) -> dict[int, Tensor]:
        return {}

    def above(self, node: Tensor) -> Tensor:
        """The gradient of the loss by a node on the way."""
        if node.index not in self._adjoints:
            (self._adjoints[node.index],) = gradients(self.loss, [node])
        return self._adjoints[node.index]

    def through(self, node: Tensor, cotangent: Any) -> Tensor:
        """What a cotangent of `node` sends back to the parameter."""
        (sent,) = gradients(node, [self.at], cotangent=cotangent)
        return sent

    def consumers(self, node: Tensor) -> Sequence[tuple[Tensor, int]]:
        """The nodes on the way that are made from `node`, each with the place of the operand."""
        return [
            (user, place)
            for user in self.nodes
            if user is not self.at
            for place, operand in enumerate(user.operands)
            if operand is node
        ]
