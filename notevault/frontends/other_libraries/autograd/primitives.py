"""Operations with rules of one's own: `primitive`, `defvjp`, `defjvp`, and the older ways to say the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from notevault.autodiff import Primitive, Tensor
from notevault.autodiff.trees import leaves, rebuild
from notevault.frontends.other_libraries.autograd.spaces import vspace
from notevault.frontends.other_libraries.autograd.tape import can_be_traced, getval

Function = Callable[..., Any]

primitive_vjps: dict[Function, Function] = {}
"""primitive -> maker(argnums, ans, args, kwargs), which gives the function from cotangent to cotangents."""

primitive_jvps: dict[Function, Function] = {}
"""primitive -> rule(argnums, tangents, ans, args, kwargs), which gives the tangent."""

_untraced: set[Function] = set()


def primitive(function: Function) -> Function:
    """The function as one operation of the tape; its derivatives are what `defvjp` and `defjvp` say.

    Its arguments and its result may be containers of arrays.
    """

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = [leaf for leaf in leaves(args) if isinstance(leaf, Tensor)]
        if not found or wrapped in _untraced:
            return function(*getval(args), **kwargs)
        value = wrapped(*getval(args), **kwargs)
        call = _Call(wrapped, args, kwargs, value)
        return rebuild(value, [call.node(k, part, found) for k, part in enumerate(leaves(value))])

    wrapped.__name__ = getattr(function, "__name__", "[unknown name]")
    wrapped.__doc__ = function.__doc__
    wrapped.fun = function  # type: ignore[attr-defined]
    return wrapped


class _Call:
    """One call of a primitive: the rows of the operation table that its outputs were made by."""

    def __init__(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], value: Any) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.value = value
        # of every traced leaf: the position of the argument that it is in, and its place there
        self.places = [
            (argnum, place)
            for argnum, argument in enumerate(args)
            for place, leaf in enumerate(leaves(argument))
            if isinstance(leaf, Tensor)
        ]

    def node(self, output: int, part: Any, operands: Sequence[Tensor]) -> Any:
        """The output's place on the tape; an output that has no derivative stays as it is."""
        if not can_be_traced(part):
            return part
        name = self.function.__name__
        row = Primitive(
            name=name,
            forward=lambda *values: leaves(self.function(*self._filled(values), **self.kwargs))[output],
            vjp=[self._vjp(output, argnum, place) for argnum, place in self.places],
            jvp=self._jvp(output),
            latex=rf"\operatorname{{{name}}}(#*)",
            complex_step=False,
        )
        return Tensor(part, row, tuple(operands), tuple(operand.value for operand in operands), {})

    def _filled(self, values: Sequence[Any]) -> Any:
        """The arguments with these values in the place of the traced ones."""
        remaining = iter(values)
        return rebuild(self.args, [next(remaining) if isinstance(x, Tensor) else x for x in leaves(self.args)])

    def _answer(self, y: Any, args: tuple[Any, ...]) -> Any:
        """The whole result; y, when it is all of it."""
        single = len(leaves(self.value)) == 1
        return rebuild(self.value, [y]) if single else self.function(*args, **self.kwargs)

    def _vjp(self, output: int, argnum: int, place: int) -> Function:
        def rule(g: Any, y: Any, *values: Any) -> Any:
            maker = primitive_vjps.get(self.function)
            if maker is None:
                raise NotImplementedError(f"VJP of {self.function.__name__} wrt argnums ({argnum},) not defined")
            args = self._filled(values)
            cotangent = leaves(vspace(self.value).zeros())
            cotangent[output] = g
            vjp = maker((argnum,), self._answer(y, args), args, self.kwargs)
            (pulled,) = vjp(rebuild(self.value, cotangent))
            return leaves(pulled)[place]

        return rule

    def _jvp(self, output: int) -> Function:
        def rule(tangents: Sequence[Any], y: Any, *values: Any) -> Any:
            maker = primitive_jvps.get(self.function)
            args = self._filled(values)
            moved: dict[int, list[Any]] = {}
            for (argnum, place), tangent in zip(self.places, tangents, strict=True):
                if tangent is not None:
                    still = moved.setdefault(argnum, leaves(vspace(self.args[argnum]).zeros()))
                    still[place] = tangent
            if maker is None:
                raise NotImplementedError(f"JVP of {self.function.__name__} wrt argnums {tuple(moved)} not defined")
            directions = [rebuild(self.args[argnum], parts) for argnum, parts in moved.items()]
            pushed = maker(tuple(moved), directions, self._answer(y, args), args, self.kwargs)
            return leaves(pushed)[output]

        return rule


def notrace_primitive(function: Function) -> Function:
    """The function on plain values: nothing is recorded."""

    def untraced(*args: Any, **kwargs: Any) -> Any:
        return function(*map(getval, args), **kwargs)

    untraced.__name__ = getattr(function, "__name__", "[unknown name]")
    return untraced


def register_notrace(trace_type: Any, function: Function) -> None:
    """From now on nothing is recorded when this primitive is called."""
    _untraced.add(function)


def defvjp_argnums(function: Function, maker: Function) -> None:
    """The rule for all arguments at once: maker(argnums, ans, args, kwargs) -> (g -> cotangents)."""
    primitive_vjps[function] = maker


def defvjp_argnum(function: Function, maker: Function) -> None:
    """One rule that is told the position: maker(argnum, ans, args, kwargs) -> (g -> cotangent)."""

    def of_all(argnums: Sequence[int], *rest: Any) -> Function:
        pulls = [maker(argnum, *rest) for argnum in argnums]
        return lambda g: [pull(g) for pull in pulls]

    defvjp_argnums(function, of_all)


def defvjp(function: Function, *makers: Any, argnums: Any = None) -> None:
    """A rule an argument: maker(ans, *args, **kwargs) -> (g -> cotangent), or None where no cotangent passes."""
    by_position = dict(zip(count() if argnums is None else argnums, makers, strict=False))

    def pull(argnum: int, ans: Any, args: Any, kwargs: Any) -> Function:
        if argnum not in by_position:
            raise NotImplementedError(f"VJP of {function.__name__} wrt argnum {argnum} not defined")
        maker = by_position[argnum]
        if maker is None:
            return lambda g: vspace(args[argnum]).zeros()
        made: Function = maker(ans, *args, **kwargs)
        return made

    defvjp_argnum(function, pull)


def defjvp_argnums(function: Function, rule: Function) -> None:
    """The rule for all arguments at once: rule(argnums, tangents, ans, args, kwargs) -> tangent."""
    primitive_jvps[function] = rule


def _total(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = vspace(total).add(total, term)
    return total


def defjvp_argnum(function: Function, rule: Function) -> None:
    """One rule that is told the position: rule(argnum, tangent, ans, args, kwargs) -> tangent."""
    defjvp_argnums(
        function,
        lambda argnums, gs, ans, args, kwargs: _total(
            [rule(argnum, g, ans, args, kwargs) for argnum, g in zip(argnums, gs, strict=True)]
        ),
    )


def _replaced(args: tuple[Any, ...], argnum: int, value: Any) -> tuple[Any, ...]:
    return (*args[:argnum], value, *args[argnum + 1 :])


def defjvp(function: Function, *rules: Any, argnums: Any = None) -> None:
    """A rule an argument: rule(g, ans, *args, **kwargs); "same" of a linear one; None where no tangent passes."""
    by_position = dict(zip(count() if argnums is None else argnums, rules, strict=False))

    def push(argnum: int, g: Any, ans: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if argnum not in by_position:
            raise NotImplementedError(f"JVP of {function.__name__} wrt argnum {argnum} not defined")
        rule = by_position[argnum]
        if rule is None:
            return vspace(ans).zeros()
        if rule == "same":
            return function(*_replaced(args, argnum, g), **kwargs)
        return rule(g, ans, *args, **kwargs)

    defjvp_argnum(function, push)


def def_linear(function: Function) -> None:
    """The function is linear in every argument: its JVP is itself."""
    defjvp_argnum(function, lambda argnum, g, ans, args, kwargs: function(*_replaced(args, argnum, g), **kwargs))


DEPRECATED = (
    "The {} method is deprecated. See the update guide and tutorial:\n"
    "https://github.com/HIPS/autograd/blob/master/docs/updateguide.md\n"
    "https://github.com/HIPS/autograd/blob/master/docs/tutorial.md"
)


def primitive_with_deprecation_warnings(function: Function) -> Function:
    """`primitive`, with the methods by which rules were given before `defvjp` was a function."""
    made = primitive(function)
    rules: dict[int, Any] = {}

    def give(name: str, argnum: int, maker: Any) -> None:
        warnings.warn(DEPRECATED.format(name), stacklevel=3)
        rules[argnum] = maker
        defvjp(made, *rules.values(), argnums=tuple(rules))

    def defgrad(maker: Function, argnum: int = 0) -> None:
        give("defgrad", argnum, maker)

    def defvjp_method(rule: Function, argnum: int = 0) -> None:
        def maker(ans: Any, *args: Any, **kwargs: Any) -> Function:
            return lambda g: rule(g, ans, vspace(args[argnum]), vspace(g), *args, **kwargs)

        give("defvjp", argnum, maker)

    def defvjp_is_zero(argnums: Sequence[int] = (0,)) -> None:
        for argnum in argnums:
            give("defvjp_is_zero", argnum, None)

    vars(made).update(defgrad=defgrad, defvjp=defvjp_method, defvjp_is_zero=defvjp_is_zero)
    return made
