"""Gradients written as functions: `def loss(W): ...` and `def grad(W): return ...`, claims about any W."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, gradients, tensor
from notevault.frontends.backward.points import agree, array
from notevault.frontends.watching.claimed import Claimed, Plan, named, twin, usual_parameter
from notevault.frontends.watching.differences import is_difference_quotient
from notevault.frontends.watching.pairing import LOSSES, parameter_of
from notevault.frontends.watching.rerun import Assigned, Rerun

_GRADIENT = re.compile(
    r"(?:compute_|get_|calc_|calculate_)?"
    r"(?:(?:grad|gradient|gradients|grads|nabla|backward|backprop)(?:_(?:of_|wrt_)?(?P<of>\w+))?|d_?(?P<function>\w+))"
)
_OF = re.compile(r"(?P<of>\w+?)_?(?:grad|gradient|gradients|grads|prime|derivative|backward)")
_LOSS = re.compile(
    r"(?:compute_|get_|calc_|calculate_)?(?:loss|cost|objective|nll|mse|cross_entropy|log_loss)(?:_fn|_function|_func)?"
)

_TARGET = re.compile(r"y|t|y_?true|y_?real|y_?actual|y_?target|true|actual|targets?|labels?|y_?train|expected|desired")


def function_claims(
    tree: ast.Module, plan: Plan, rerun: Rerun, namespace: Mapping[str, Any]
) -> Iterator[list[Claimed]]:
    """For every gradient function, what it gives back and what it computes on the way, at the block's own arguments."""
    for gradient, loss in _function_pairs(rerun.functions):
        given = _given(tree, gradient, loss, plan, namespace)
        if given is None or is_difference_quotient(gradient, loss) or _is_of_one_sample(gradient, loss):
            continue
        rerun.leaves.clear()
        rerun.leaves.update({n: leaf for name, value in given.items() for n, leaf in _leaves(name, value)})
        known, value = rerun.enter(loss, {a.arg: given[a.arg] for a in loss.args.args})
        start = len(rerun.history)
        done, _ = rerun.enter(gradient, {a.arg: given[a.arg] for a in gradient.args.args})
        if known and done and isinstance(value, Tensor) and value.size == 1:
            scalar = value.reshape(()) if value.shape else value
            parts = _claims(gradient, loss, plan, rerun, scalar)
            yield sorted([*_on_the_way(rerun.history[start:], parts, plan), *parts], key=lambda c: c.statement.lineno)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, dict):
        yield from ((str(key), held) for key, held in value.items() if isinstance(held, Tensor))


def _on_the_way(history: list[Assigned], parts: list[Claimed], plan: Plan) -> Iterator[Claimed]:
    """The gradients inside the function that it does not give back, by the same nodes of the loss."""
    seen = {id(claim.value) for claim in parts}
    for entry in history:
        parameter = plan.pairs.get(entry.name)
        if parts and parameter is not None and id(entry.value) not in seen and isinstance(entry.value, Tensor):
            at = named(entry.names, parameter)
            node = None if at is None else twin(at, parts[0].loss)
            if node is not None:
                seen.add(id(entry.value))
                yield Claimed(entry.name, parameter, entry, node, parts[0].loss, parts[0].of, is_function=True)


def _function_pairs(functions: Mapping[str, ast.FunctionDef]) -> Iterator[tuple[ast.FunctionDef, ast.FunctionDef]]:
    """Gradient functions, each with the function that it is the gradient of."""
    losses = [name for name in functions if _LOSS.fullmatch(name) or name in LOSSES]
    for name, function in functions.items():
        for pattern in (_GRADIENT, _OF):
            match = pattern.fullmatch(name)
            if match is None or name in losses:
                continue
            of = match["of"] or match.groupdict().get("function") or ""
            if of in functions and of != name and not _is_elementwise(functions[of]):
                yield function, functions[of]
            elif len(losses) == 1 and (
                of in {"", "fn", "function", "loss", "cost", *LOSSES} or _of_argument(of, function)
            ):
                yield function, functions[losses[0]]
            else:
                continue
            break


def _is_of_one_sample(gradient: ast.FunctionDef, loss: ast.FunctionDef) -> bool:
    """Whether it takes a place in the data that the loss does not take: `def grad(w, i)`."""
    more = {a.arg for a in gradient.args.args} - {a.arg for a in loss.args.args}
    places = [node.slice for node in ast.walk(gradient) if isinstance(node, ast.Subscript)]
    return any(isinstance(node, ast.Name) and node.id in more for place in places for node in ast.walk(place))


def _of_argument(of: str, function: ast.FunctionDef) -> bool:
    return of in {a.arg for a in function.args.args}


def _is_elementwise(function: ast.FunctionDef) -> bool:
    """Whether it may be an activation: its derivative may be meant of its argument or of its value."""
    return len(function.args.args) == 1 and not _LOSS.fullmatch(function.name) and function.name not in LOSSES


def _given(
    tree: ast.Module, gradient: ast.FunctionDef, loss: ast.FunctionDef, plan: Plan, namespace: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Fresh leaves for the arguments of both functions, from the names of the block or from a call in it."""
    wanted = [a.arg for f in (gradient, loss) for a in f.args.args]
    values = dict(namespace)
    for function in (loss, gradient):
        values |= _called_with(tree, function, namespace)
    if any(name not in values for name in wanted) or any(f.args.vararg or f.args.kwonlyargs for f in (gradient, loss)):
        return None
    parameters = [a.arg for a in gradient.args.args]
    return {name: _leaf(name, values[name], name in {*parameters[:1], *plan.parameters}) for name in wanted}


def _leaf(name: str, value: Any, parameter: bool) -> Any:
    if isinstance(value, dict):
        return {key: _leaf(f'{name}["{key}"]', held, parameter) for key, held in value.items()}
    array = np.asarray(value) if isinstance(value, int | float | np.ndarray | np.generic) else None
    if array is None or array.dtype.kind not in "fi" or not (parameter or array.dtype.kind == "f"):
        return value
    classes = not parameter and bool(np.all(np.isin(array, (0, 1, -1))))
    return value if classes else tensor(array.astype(float), name=name)


def _called_with(tree: ast.Module, function: ast.FunctionDef, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the first call of a function whose arguments are names or numbers."""
    places = [a.arg for a in function.args.args]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name:
            given: dict[str, Any] = {}
            for place, argument in zip(places, node.args, strict=False):
                if isinstance(argument, ast.Name) and argument.id in namespace:
                    given[place] = namespace[argument.id]
                elif isinstance(argument, ast.Constant):
                    given[place] = argument.value
            if len(given) == len(places):
                return given
    return {}


def _claims(gradient: ast.FunctionDef, loss: ast.FunctionDef, plan: Plan, rerun: Rerun, value: Tensor) -> list[Claimed]:
    arguments = [a.arg for a in gradient.args.args]
    parts = rerun.returned.get(gradient.name, [])
    found = []
    for position, entry in enumerate(parts):
        parameter = parameter_of(entry.name, {*entry.names} - {entry.name}) if entry.name else None
        itself = any(entry.value is leaf for leaf in rerun.leaves.values())  # `return b, a` of a * b
        if parameter is None and entry.name in entry.names and entry.name in arguments and not itself:
            parameter = entry.name
        if parameter is None and _key_of_dict(entry.name, entry.names):
            parameter = entry.name
        if parameter is None:
            alike = usual_parameter(value, rerun, entry.value.shape if isinstance(entry.value, Tensor) else ())
            several = len(parts) > 1 and position < len(arguments)
            parameter = arguments[position] if several else _differentiated_by(arguments, entry, value)
            first = named(entry.names, parameter)
            parameter = parameter if first is not None and twin(first, value) is not None else alike
        at = named(entry.names, parameter) if parameter else None
        node = twin(at, value) if at is not None else None
        if parameter and node is not None and isinstance(entry.value, Tensor | float | np.ndarray):
            versions = [e for e in rerun.history if e.name == entry.name and e.value is entry.value]
            written = _where_made(versions, entry)
            of = f"{loss.name}({', '.join(a.arg for a in loss.args.args)})"
            name = entry.name or f"{gradient.name}({', '.join(arguments)})"
            found.append(Claimed(name, parameter, written, node, value, of, (), is_function=True))
    return found


def _differentiated_by(arguments: list[str], entry: Assigned, value: Tensor) -> str:
    """The argument that a value given back is the gradient by: one whose gradient it is, else the likeliest."""
    candidates = _no_targets(arguments)
    if not isinstance(entry.value, Tensor | float | np.ndarray):
        return candidates[0]
    said = array(entry.value)
    nodes = {name: at for name in candidates if (at := named(entry.names, name)) is not None and at.shape == said.shape}
    for name, at in nodes.items() if len(candidates) > 1 else ():
        node = twin(at, value)
        if node is not None and agree(said, array(gradients(value, [node])[0])):
            return name
    return [*nodes, *candidates][0]


def _no_targets(arguments: list[str]) -> list[str]:
    """The arguments that are no targets by their names; of targets alone, those that may be a model's output.

    >>> _no_targets(["y_true", "y_pred"]), _no_targets(["w", "X", "y"]), _no_targets(["t", "y"])
    (['y_pred'], ['w', 'X'], ['y'])
    """
    others = [name for name in arguments if not _TARGET.fullmatch(name)]
    return others or [name for name in arguments if name == "y"] or arguments


def _key_of_dict(name: str, names: Mapping[str, Any]) -> bool:
    return any(isinstance(value, dict) and name in value for value in names.values())


def _where_made(versions: list[Assigned], returned: Assigned) -> Assigned:
    """The line that computed what is given back, where it is not the return statement itself."""
    return versions[0] if versions and isinstance(returned.expression, ast.Name) else returned
