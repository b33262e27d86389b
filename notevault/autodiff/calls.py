"""One call of a function that is being differentiated, and both passes over what it recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import index as whole_number
from typing import Any

from notevault.autodiff.errors import OutputError
from notevault.autodiff.nesting import RUNNING, uses_outer_variables
from notevault.autodiff.primitive import Value
from notevault.autodiff.rules import row_of
from notevault.autodiff.sweep import like_value_of, pull_back, push_forward, refuse_complex, unit_cotangent, zeros_like
from notevault.autodiff.tensor import Tensor, record, tensor
from notevault.autodiff.trees import BRANCHES, leaves, leaves_like, map_leaves, rebuild

Positions = int | Sequence[int]


class Call:
    """One call of a function on fresh leaves in the place of the chosen arguments.

    wrt: these leaves, from left to right. outputs: the leaves of what the function returned, which may be nested.
    recording: whether a derivative is taken around this one, so that results stay on the tape.
    """

    def __init__(
        self, function: Callable[..., Any], argnums: Positions, arguments: Sequence[Any], options: Mapping[str, Any]
    ) -> None:
        self.single = isinstance(argnums, int)
        self.positions = positions_of(argnums, len(arguments))
        self.trees = [arguments[k] for k in self.positions]
        flat = [leaves(tree) for tree in self.trees]
        self.counts = [len(part) for part in flat]
        chosen = [leaf for part in flat for leaf in part]
        others = [a for k, a in enumerate(arguments) if k not in self.positions]
        self.recording = any(isinstance(leaf, Tensor) for leaf in chosen) or any(
            isinstance(leaf, Tensor) for argument in (*others, *options.values()) for leaf in leaves(argument)
        )
        self.wrt = [fresh(leaf) for leaf in chosen]
        filled = list(arguments)
        for k, part in zip(self.positions, self._parts(self.wrt), strict=True):
            filled[k] = part
        running = RUNNING.variables
        running.append(self.wrt)
        try:
            self.output = function(*filled, **options)
        finally:
            running.pop()
        self.outputs = leaves(self.output)
        if running and not self.recording:
            self.recording = uses_outer_variables([y for y in self.outputs if isinstance(y, Tensor)])

    def _parts(self, values: Sequence[Value]) -> list[Any]:
        """Values for the fresh leaves, in the form of each chosen argument."""
        parts, start = [], 0
        for tree, count in zip(self.trees, self.counts, strict=True):
            parts.append(rebuild(tree, values[start : start + count]))
            start += count
        return parts

    def form(self, values: Sequence[Value]) -> Any:
        """Values for the fresh leaves, as one argument or as a tuple of arguments."""
        parts = self._parts(values)
        return parts[0] if self.single else tuple(parts)

    def scalar(self) -> Tensor | None:
        """The one output that a gradient is of; None where it is a plain number, which depends on nothing."""
        output = self.output
        if isinstance(output, BRANCHES):
            raise OutputError(f"a {type(output).__name__}", "return one number, or use vjp or jacobian")
        if isinstance(output, Tensor):
            refuse_complex(output, self.wrt)
            return output
        unit_cotangent(numbers_of(output))
        return None

    def gradient(self) -> list[Value]:
        """The gradient of the one output by every fresh leaf."""
        output = self.scalar()
        if output is None:
            return [zeros_like(w) for w in self.wrt]
        pulled = pull_back([output], [unit_cotangent(output)], self.wrt, recording=self.recording)
        return [zeros_like(w) if g is None else g for g, w in zip(pulled, self.wrt, strict=True)]

    def pull(self, outputs: Sequence[Any], cotangents: Sequence[Any]) -> list[Value]:
        """The cotangents of the fresh leaves, given those of the outputs."""
        pairs = [(y, like_value_of(y, c)) for y, c in zip(outputs, cotangents, strict=True) if isinstance(y, Tensor)]
        recording = self.recording or any(isinstance(c, Tensor) for _, c in pairs)
        pulled = pull_back([y for y, _ in pairs], [c for _, c in pairs], self.wrt, recording=recording)
        return [zeros_like(w) if g is None else g for g, w in zip(pulled, self.wrt, strict=True)]

    def push(self, outputs: Sequence[Any], tangents: Sequence[Value]) -> list[Value]:
        """The tangents of the outputs, given those of the fresh leaves."""
        traced = [y for y in outputs if isinstance(y, Tensor)]
        recording = self.recording or any(isinstance(t, Tensor) for t in tangents)
        pushed = iter(push_forward(traced, self.wrt, tangents, recording=recording))
        made = [next(pushed) if isinstance(y, Tensor) else None for y in outputs]
        return [zeros_like(numbers_of(y)) if t is None else t for t, y in zip(made, outputs, strict=True)]

    def tangents_like(self, given: Sequence[Any]) -> list[Value]:
        """Tangents for the fresh leaves, from one for each chosen argument in its form; dicts are matched by key."""
        if len(given) != len(self.trees):
            raise ValueError(f"{len(given)} tangents for {len(self.trees)} arguments")
        flat = [leaf for tree, like in zip(given, self.trees, strict=True) for leaf in leaves_like(tree, like)]
        return [like_value_of(w, t, "tangent") for t, w in zip(flat, self.wrt, strict=True)]

    def value(self) -> Any:
        """What the function returned: on the tape where a derivative is taken around this one, else plain."""
        output = self.output
        if self.recording:
            return output
        if isinstance(output, Tensor):
            return output.value
        return map_leaves(lambda leaf: leaf.value if isinstance(leaf, Tensor) else leaf, output)


def positions_of(argnums: Positions, count: int) -> tuple[int, ...]:
    """The positions of arguments, counted from 0; ValueError where one is out of range or named twice."""
    if isinstance(argnums, int) and 0 <= argnums < count:
        return (argnums,)
    asked = (argnums,) if isinstance(argnums, int) else tuple(map(whole_number, argnums))
    if any(not -count <= k < count for k in asked):
        raise ValueError(f"argument {argnums} of a call with {count} positional arguments")
    found = tuple(k % count for k in asked)
    if len(set(found)) < len(found):
        raise ValueError(f"an argument is named twice in {argnums}")
    return found


def numbers_of(output: Any) -> Tensor:
    """A plain output as a leaf; OutputError where it holds no numbers."""
    try:
        return tensor(output)
    except TypeError as error:
        what = "None" if output is None else f"a {type(output).__name__}"
        raise OutputError(what, "return numbers or arrays") from error


def fresh(leaf: Any) -> Tensor:
    """A new node to differentiate by; that of a tensor stays connected to it, for higher orders."""
    if isinstance(leaf, Tensor):
        alias: Tensor = record(row_of("identity"), (leaf,), {})
        return alias
    return tensor(leaf)
