"""`jax.grad` and its family, `jvp`, `vjp`, `vmap`, `jit`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault import autodiff
from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply
from notevault.frontends.other_libraries.jax.array import Array, plain, unwrapped, wrapped
from notevault.frontends.other_libraries.jax.functions import is_weak
from notevault.frontends.other_libraries.jax.trees import leaves, tree_map
from notevault.frontends.unsupported import UnsupportedError


def transform(name: str, of_engine: Callable[..., Any], *, scalar: bool = True) -> Callable[..., Any]:
    """A transform of the engine, for functions on jax arrays."""

    def transformed(fun: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, **options: Any) -> Any:
        if options:
            raise UnsupportedError(f"jax.{name}({next(iter(options))})")

        @functools.wraps(fun)
        def call(*arguments: Any, **keywords: Any) -> Any:
            places = [argnums] if isinstance(argnums, int) else list(argnums)
            _check_types(name, [arguments[k] for k in places])
            aux: list[Any] = []

            def on_nodes(*nodes: Any) -> Any:
                given = [_as_given(before, after) for before, after in zip(arguments, nodes, strict=True)]
                made = fun(*given, **keywords)
                if has_aux:
                    made, extra = made
                    aux[:] = [extra]
                if scalar and not np.size(_value(made)) == 1:
                    raise autodiff.NotScalarError(np.shape(_value(made)))
                return unwrapped(made)

            inner = of_engine(on_nodes, argnums)
            try:
                found = inner(*(_float32(unwrapped(tree_map(_itself, argument))) for argument in arguments))
            except autodiff.NotScalarError as error:
                shape = f"Output had shape: {error.shape}."
                raise TypeError(f"Gradient only defined for scalar-output functions. {shape}") from error
            return _shown(name, found, arguments, argnums, [_fixed(extra) for extra in aux])

        return call

    return transformed


def _itself(leaf: Any) -> Any:
    """For a copy of a tree whose dicts are in jax's order."""
    return leaf


def _value(made: Any) -> Any:
    return made.plain if isinstance(made, Array) else made


def _check_types(name: str, arguments: list[Any]) -> None:
    for leaf in (leaf for argument in arguments for leaf in leaves(argument)):
        kind = np.asarray(leaf.plain if isinstance(leaf, Array) else leaf).dtype
        if kind.kind != "f":
            shown = {"int64": "int32"}.get(kind.name, kind.name)
            raise TypeError(
                f"{name} requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but "
                f"got {shown}. If you want to use Boolean- or integer-valued inputs, use vjp or set allow_int to True."
            )


def _as_given(before: Any, after: Any) -> Any:
    """The argument as an array of jax, as weak as it was given."""
    if before is None or isinstance(before, str):
        return before

    def one(old: Any, new: Any) -> Any:
        made = wrapped(new)
        if isinstance(made, Array):
            made.weak = is_weak(old)
        return made

    return tree_map(one, before, after)


def _shown(name: str, found: Any, arguments: Any, argnums: Any, aux: list[Any]) -> Any:
    """The result in jax's arrays; a gradient is as weak as what it is taken by."""
    value, slopes = found if name == "value_and_grad" else (None, found)
    if name in {"grad", "value_and_grad"}:
        chosen = arguments[argnums] if isinstance(argnums, int) else tuple(arguments[k] for k in argnums)
        slopes = tree_map(_weakened, _as_tree(slopes, chosen), chosen)
    else:
        slopes = wrapped(slopes)
    if name == "value_and_grad":
        value = wrapped(value)
        return ((value, aux[0]) if aux else value), slopes
    return (slopes, aux[0]) if aux else slopes


def _as_tree(slopes: Any, like: Any) -> Any:
    return tuple(slopes) if isinstance(like, tuple) and isinstance(slopes, list) else slopes


def _weakened(slope: Any, x: Any) -> Any:
    kind = np.asarray(x.plain if isinstance(x, Array) else x).dtype
    made = wrapped(slope if isinstance(slope, Node) else np.asarray(slope, dtype=kind))
    if isinstance(made, Array):
        made.weak = is_weak(x)
    return made


def _fixed(extra: Any) -> Any:
    """What a function gave beside its value, without the tape."""
    return tree_map(lambda leaf: Array(leaf.plain, leaf.weak) if isinstance(leaf, Array) else leaf, extra)


def _float32(value: Any) -> Any:
    return tree_map(lambda leaf: np.float32(leaf) if isinstance(leaf, float) else leaf, value)


def jvp(fun: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """The value and the derivative along a direction."""
    value, slope = autodiff.jvp(lambda *xs: unwrapped(fun(*wrapped(list(xs)))), _numbers(primals), _numbers(tangents))
    return wrapped(value), wrapped(slope)


def _numbers(values: Any) -> tuple[Any, ...]:
    return tuple(_float32(unwrapped(list(values))))


def vjp(fun: Callable[..., Any], *primals: Any) -> Any:
    """The value, and the function from cotangents to gradients."""
    if any(isinstance(x, dict | list | tuple) for x in primals):
        raise UnsupportedError("jax.vjp of trees")
    value, pull = autodiff.vjp(lambda *xs: unwrapped(fun(*wrapped(list(xs)))), *_numbers(primals))

    def back(cotangent: Any) -> Any:
        found = pull(unwrapped(cotangent))
        return tuple(wrapped(list(found))) if isinstance(found, list | tuple) else (wrapped(found),)

    return wrapped(value), back


def vmap(fun: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0, **_: Any) -> Callable[..., Any]:
    """The function at every slice of its arguments, one after the other, the results stacked."""

    @functools.wraps(fun)
    def call(*arguments: Any) -> Any:
        axes = in_axes if isinstance(in_axes, list | tuple) else (in_axes,) * len(arguments)
        if any(not isinstance(axis, int | None) for axis in axes):
            raise UnsupportedError("jax.vmap(in_axes) over parts of a tree")
        lengths = {
            leaf.shape[axis]
            for argument, axis in zip(arguments, axes, strict=True)
            if axis is not None
            for leaf in leaves(argument)
        }
        if len(lengths) != 1:
            raise ValueError("vmap got inconsistent sizes for array axes to be mapped")
        rows = [
            fun(*(_slice(argument, axis, k) for argument, axis in zip(arguments, axes, strict=True)))
            for k in range(lengths.pop())
        ]
        return tree_map(lambda *parts: _stacked(parts, out_axes), rows[0], *rows[1:])

    return call


def _slice(argument: Any, axis: int | None, k: int) -> Any:
    if axis is None:
        return argument
    return tree_map(lambda leaf: leaf[(slice(None),) * (axis % leaf.ndim) + (k,)], argument)


def _stacked(parts: Any, axis: int) -> Array:
    made = [plain(part) for part in parts]
    return Array(apply("stack", *(p if isinstance(p, Node) else np.asarray(p) for p in made), axis=axis))


def jit(fun: Callable[..., Any] | None = None, **_: Any) -> Any:
    """The function, its numbers as arrays: it computes the same, slower; what it prints while traced would differ."""
    if fun is None:
        return jit
    if "print" in getattr(getattr(fun, "__code__", None), "co_names", ()):
        raise UnsupportedError("jax.jit of a function that prints")
    return fun
