"""numpy's ways to call a function, brought to what the engine's function for it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import numpy as np

from notevault.autodiff.errors import UnsupportedNumpyError

Function = Callable[..., Any]
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
UFUNC_DEFAULTS: Mapping[str, Any] = {"where": True, "casting": "same_kind", "order": "K", "subok": True}
"""What the options of a ufunc are when nothing is asked; those that are not here are None then."""


def called_as(function: Function, handler: Function) -> Function:
    """The handler with the parameters of numpy's function: by place and by name, and those at their default left out.

    The operands (what has no default) are matched by their order, the rest by name; a parameter that the handler does
    not have is an UnsupportedNumpyError.
    """
    prepared: Function | None = None

    @wraps(handler)
    def call(*args: Any, **options: Any) -> Any:
        nonlocal prepared
        if prepared is None:  # at the first call: to read the signatures of all takes a tenth of the import
            prepared = _matched(function, handler)
        return prepared(*args, **options)

    return call


def _matched(function: Function, handler: Function) -> Function:
    theirs = _signature(function)
    ours = inspect.signature(handler).parameters
    kinds = {parameter.kind for parameter in ours.values()}
    if theirs is None or inspect.Parameter.VAR_KEYWORD in kinds:
        return handler
    places = [name for name, parameter in theirs.parameters.items() if parameter.kind in POSITIONAL]
    if inspect.Parameter.VAR_POSITIONAL in {parameter.kind for parameter in theirs.parameters.values()}:
        return handler
    operands = [name for name in places if theirs.parameters[name].default is inspect.Parameter.empty]
    own = [name for name, parameter in ours.items() if parameter.kind in POSITIONAL]
    variadic = inspect.Parameter.VAR_POSITIONAL in kinds
    names = frozenset() if variadic else frozenset(ours) - frozenset(own[: len(operands)])
    direct = len(operands) + (0 if variadic else _leading(places[len(operands) :], own[len(operands) :]))

    def call(*args: Any, **options: Any) -> Any:
        if len(args) <= direct and options.keys() <= names:
            return handler(*args, **options)
        given = _given(theirs, args, options)
        first = [given.pop(name) for name in operands]
        unknown = sorted(given.keys() - names)
        if unknown:
            raise UnsupportedNumpyError(f"{function.__module__}.{function.__name__} with {unknown[0]}=")
        return handler(*first, **given)

    return call


def _signature(function: Function) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except ValueError:  # a function in C, before numpy 2.4
        return None


def _leading(theirs: list[str], ours: list[str]) -> int:
    """How many first parameters have the same names."""
    count = 0
    for a, b in zip(theirs, ours, strict=False):
        if a != b:
            break
        count += 1
    return count


def _given(signature: inspect.Signature, args: tuple[Any, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by name, without those that are what they are when left out."""
    bound = signature.bind(*args, **options).arguments
    found: dict[str, Any] = {}
    for name, value in bound.items():
        parameter = signature.parameters[name]
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            found.update(value)
        elif not (value is parameter.default or value is np._NoValue or _same_word(value, parameter.default)):
            found[name] = value
    return found


def _same_word(value: Any, default: Any) -> bool:
    return isinstance(value, str) and isinstance(default, str) and value == default


def asked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a ufunc that ask for something."""
    return {
        name: value
        for name, value in options.items()
        if not (value is None or value is np._NoValue or (name in UFUNC_DEFAULTS and value is UFUNC_DEFAULTS[name]))
    }
