"""The gradients that a block claims: which name is the gradient of what, by what, and where it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.autodiff import Tensor
from notevault.autodiff.sweep import recorded
from notevault.frontends.watching.pairing import BARE, LOSSES, SURE, explicit_pair, parameter_of
from notevault.frontends.watching.rerun import Assigned, Rerun
from notevault.frontends.watching.statements import bound_in, keyed, statements_of, updates, used_in

_USUAL = ("w", "W", "theta", "Theta", "beta", "weights", "params", "coef", "x", "X", "A", "v", "u")
"""Parameters that a bare `grad` may belong to, the likeliest first."""

_GRADIENT_HOLDER = re.compile(r"(?i).*(?:grad|back|deriv|nabla).*|d|g|d_?(?:params|theta|weights)|deltas?")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the text of a block says before it runs: gradient names with their parameters, and explicit functions."""

    pairs: Mapping[str, str]
    explicit: Mapping[str, tuple[str, str]]
    bare: frozenset[str]
    known: frozenset[str]

    @property
    def sure(self) -> frozenset[str]:
        """The names that gradients say they belong to."""
        return frozenset({*self.pairs.values(), *(by for _, by in self.explicit.values())})

    @property
    def parameters(self) -> frozenset[str]:
        """The names that must be on the tape, even when they hold whole numbers."""
        usual = {name for name in _USUAL if name in self.known} if self.bare else set()
        return self.sure | usual

    @property
    def gradients(self) -> frozenset[str]:
        return frozenset({*self.pairs, *self.explicit, *self.bare} - self.parameters)

    def has_gradients(self, tree: ast.Module) -> bool:
        """Whether there is anything to look at: a gradient by name, in a dict, or a function that may be one."""
        return bool(self.gradients) or any(
            isinstance(node, ast.FunctionDef) and re.search("grad|back|^d_?[a-zA-Z]|prime|deriv|nabla", node.name)
            for node in tree.body
        )

    @classmethod
    def of(cls, tree: ast.Module, before: Mapping[str, Any]) -> Plan:
        """Read off the names of the block, given those of the blocks before it."""
        body = list(statements_of(tree.body, functions=True))
        assigned = {name for statement in body for name in bound_in([statement])}
        keys = {key for statement in body for key in keyed(statement)} | set(_dict_keys(tree))
        arguments = {a.arg for f in body if isinstance(f, ast.FunctionDef) for a in f.args.args}
        earlier = {name for name, value in before.items() if isinstance(value, np.ndarray | float)}
        known = assigned | keys | arguments | earlier
        claimed = (assigned | keys) - arguments
        explicit = {name: pair for name in claimed if (pair := explicit_pair(name, known)) and pair[0] in assigned}
        found = {name: parameter_of(name, known - {name}) for name in sorted(claimed - set(explicit))}
        gradients = {name for name, parameter in found.items() if parameter is not None}
        pairs = {name: p for name, p in found.items() if p is not None and p not in gradients}
        bare = {name for name in claimed & BARE if name not in pairs}
        for name, _, step in updates(tree):
            pairs |= dict.fromkeys(bare & used_in(step), name)
        return cls(pairs, explicit, frozenset(bare - set(pairs)), frozenset(known))


def _dict_keys(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield from [node.slice.value] if isinstance(node.slice.value, str) else []


@dataclass(slots=True)
class Claimed:
    """One gradient as the block gives it. `at` is the node that it is the gradient by; `versions` are the values the
    name had before; `of` says what the gradient is of, in the note's words."""

    name: str
    parameter: str
    entry: Assigned
    at: Tensor
    loss: Tensor
    of: str
    versions: tuple[Assigned, ...] = ()
    is_function: bool = False
    scale: float = 1.0
    """The number that later lines bring: 1/n, where they divide by n."""

    @property
    def statement(self) -> ast.stmt:
        return self.entry.statement

    @property
    def made(self) -> Any:
        """The value as the line made it."""
        return self.entry.value

    @property
    def value(self) -> Any:
        """The value that is compared with the gradient."""
        return self.made if self.scale == 1 else self.made * self.scale

    @property
    def is_leaf(self) -> bool:
        return self.at.primitive is None


def claims_in(plan: Plan, rerun: Rerun) -> list[Claimed]:
    """The claims of a block that was run, in the order of their lines."""
    loss = _loss(rerun.history)
    groups: dict[tuple[str, str], list[Assigned]] = {}
    for entry in rerun.history:
        group = groups.setdefault((entry.name, entry.holder), [])
        if not any(entry.value is earlier.value for earlier in group):
            group.append(entry)
    found: list[Claimed] = []
    for entries in groups.values():
        claim = _claim(plan, entries, loss, rerun)
        if claim is not None and not any(claim.value is other.value and claim.at is other.at for other in found):
            found.append(claim)
    return sorted(found, key=lambda claim: claim.statement.lineno)


def _claim(plan: Plan, entries: list[Assigned], loss: tuple[str, Tensor] | None, rerun: Rerun) -> Claimed | None:
    """The claim that the last of the values under one name makes; None where that is no gradient beyond doubt."""
    entry = entries[-1]
    name, holder = entry.name, entry.holder
    if name in plan.explicit:
        of, parameter = plan.explicit[name]
        value = entry.names.get(of)
        loss = (of, _scalar(value)) if isinstance(value, Tensor) and value.size == 1 else None
    elif name in plan.pairs:
        parameter = plan.pairs[name]
    elif holder and _GRADIENT_HOLDER.fullmatch(holder) and name in rerun.leaves:
        parameter = name
    elif name in plan.bare and loss is not None:
        parameter = usual_parameter(loss[1], rerun, np.shape(_plain(entry.value))) or ""
    else:
        return None
    at = named(entry.names, parameter)
    node = None if loss is None or at is None else twin(at, loss[1])
    if loss is None or node is None or node is loss[1] or parameter in LOSSES[:SURE] or not _is_number(entry.value):
        return None  # by a loss nothing is differentiated: `g_loss` and `d_loss` are losses of their own
    shown = f'{holder}["{name}"]' if holder in entry.names and holder else name
    return Claimed(shown, parameter, entry, node, loss[1], loss[0], tuple(entries[:-1]))


def usual_parameter(loss: Tensor, rerun: Rerun, shape: tuple[int, ...]) -> str | None:
    """The parameter that a gradient without a name belongs to: the only one, or the usual one if it has that shape.

    The shape alone says nothing: `g` is often the gradient on the way, by an output that is shaped as the targets are.
    """
    behind = {node.index for node in recorded([loss])}
    names = [name for name, leaf in rerun.leaves.items() if leaf.index in behind]
    if len(names) == 1:
        return names[0]
    usual = [name for name in names if name in _USUAL[:9]]
    return usual[0] if len(usual) == 1 and rerun.leaves[usual[0]].shape in (shape, shape[::-1]) else None


def _loss(history: Sequence[Assigned]) -> tuple[str, Tensor] | None:
    """The only scalar called a loss, or the one that the others are parts of; the block's own before its functions'."""
    for surest in (LOSSES[:SURE], LOSSES[SURE:]):
        found: dict[str, Assigned] = {}
        for entry in history:
            if entry.name in surest and isinstance(entry.value, Tensor) and entry.value.size == 1:
                before = found.get(entry.name)
                if before is None or entry.depth <= before.depth:
                    found[entry.name] = entry
        values = {name: _scalar(entry.value) for name, entry in found.items()}
        whole = {
            name: value
            for name, value in values.items()
            if not any(value is not other and _is_behind(found[name].value, other) for other in values.values())
        }
        if len(whole) == 1:
            return next(iter(whole.items()))
        if whole:
            return None
    return None


def _scalar(value: Tensor) -> Tensor:
    return value.reshape(()) if value.shape else value


def _is_behind(node: Tensor, output: Tensor) -> bool:
    return any(part is node for part in recorded([output]))


def named(names: Mapping[str, Any], parameter: str) -> Tensor | None:
    """The tensor of this name, or under this key of a dict."""
    held = [value[parameter] for value in names.values() if isinstance(value, dict) and parameter in value]
    for value in (names.get(parameter), *held):
        if isinstance(value, Tensor):
            return value
    return None


def twin(at: Tensor, loss: Tensor) -> Tensor | None:
    """The node itself where the loss was made from it, else the node behind the loss that computes the same."""
    behind = recorded([loss])
    if any(node is at for node in behind):
        return at
    for node in reversed(behind):
        alike = node.primitive is at.primitive is not None and node.shape == at.shape
        if alike and np.array_equal(np.asarray(node.value), np.asarray(at.value)):
            return node
    return None


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Tensor) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, Tensor | float | int | np.ndarray | np.generic)


def added_gradients(tree: ast.Module) -> Collection[str]:
    """The gradients that are added to their parameters: `w += rate * grad_w`, `w = w + rate * grad_w`."""
    found: set[str] = set()
    for _, operation, step in updates(tree):
        if isinstance(operation, ast.Add) and not ast.unparse(step).startswith("-"):
            found |= used_in(step)
    return found
