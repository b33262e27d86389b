"""Derivatives of functions in autograd's words: `grad(fun, argnum)` and what is like it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff import apply
from notevault.frontends.other_libraries.autograd import tape
from notevault.frontends.other_libraries.autograd.primitives import defvjp_argnum, primitive
from notevault.frontends.other_libraries.autograd.spaces import vspace

Function = Callable[..., Any]


def name_of(function: Any) -> str:
    """What autograd calls a function."""
    return str(getattr(function, "__name__", "[unknown name]"))


def unary_to_nary(operator: Function) -> Callable[..., Function]:
    """An operator on functions of one argument, for the argument `argnum` of functions of many.

    argnum: a position, or several, which then are one argument, a tuple.
    """

    def nary_operator(fun: Function, argnum: Any = 0, *extra: Any, **options: Any) -> Function:
        if type(argnum) not in {int, tuple, list}:
            raise AssertionError(argnum)

        def nary_f(*args: Any, **kwargs: Any) -> Any:
            def unary_f(x: Any) -> Any:
                given = list(args)
                for place, value in [(argnum, x)] if isinstance(argnum, int) else zip(argnum, x, strict=True):
                    given[place] = value
                return fun(*given, **kwargs)

            unary_f.__name__ = name_of(fun)
            x = args[argnum] if isinstance(argnum, int) else tuple(args[k] for k in argnum)
            return operator(unary_f, x, *extra, **options)

        nary_f.__name__ = f"{name_of(operator)}_of_{name_of(fun)}_wrt_argnum_{argnum}"
        nary_f.__doc__ = (
            f"    {name_of(operator)} of function {name_of(fun)} with respect to argument number {argnum}. It takes "
            f"the same arguments as {name_of(fun)} and returns the {name_of(operator)}.\n    "
        )
        return nary_f

    nary_operator.__name__ = name_of(operator)
    nary_operator.__doc__ = operator.__doc__
    return nary_operator


make_vjp = unary_to_nary(tape.make_vjp)
make_jvp = unary_to_nary(tape.make_jvp)

NOT_SCALAR = "{} only applies to real scalar-output functions. Try jacobian, elementwise_grad or holomorphic_grad."


def _gradient(fun: Function, x: Any, name: str) -> tuple[Any, Any]:
    vjp, value = tape.make_vjp(fun, x)
    if vspace(value).size != 1:
        raise TypeError(NOT_SCALAR.format(name))
    return value, vjp(vspace(value).ones())


@unary_to_nary
def grad(fun: Function, x: Any) -> Any:
    """
    Returns a function which computes the gradient of `fun` by the argument at `argnum`, in the form of that argument.

    `fun` must give one real number; TypeError otherwise.
    """
    return _gradient(fun, x, "Grad")[1]


@unary_to_nary
def value_and_grad(fun: Function, x: Any) -> tuple[Any, Any]:
    """The value and the gradient."""
    return _gradient(fun, x, "value_and_grad")


@unary_to_nary
def elementwise_grad(fun: Function, x: Any) -> Any:
    """The sum of each column of the Jacobian: of a function that works element by element, its derivative."""
    vjp, value = tape.make_vjp(fun, x)
    if vspace(value).iscomplex:
        raise TypeError("Elementwise_grad only applies to real-output functions.")
    return vjp(vspace(value).ones())


@unary_to_nary
def deriv(fun: Function, x: Any) -> Any:
    """The derivative in the direction of ones, in forward mode."""
    return tape.make_jvp(fun, x)(vspace(x).ones())[1]


@unary_to_nary
def jacobian(fun: Function, x: Any) -> Any:
    """The derivative of every output element by every element of an array: shape of the output, then that of x."""
    vjp, value = tape.make_vjp(fun, x)
    space = vspace(value)
    rows = [vjp(unit) for unit in space.standard_basis()]
    shape = space.shape + vspace(x).shape
    return apply("reshape", apply("stack", *rows), shape=shape) if rows else np.zeros(shape)


@unary_to_nary
def holomorphic_grad(fun: Function, x: Any) -> Any:
    """The complex derivative of a holomorphic function."""
    return grad(lambda z: np.real(fun(z)))(x)


def grad_named(fun: Function, argname: str) -> Function:
    """The gradient by the argument of that name."""
    return grad(fun, inspect.getfullargspec(fun).args.index(argname))


@unary_to_nary
def hessian(fun: Function, x: Any) -> Any:
    """All second derivatives."""
    return jacobian(jacobian(fun))(x)


@unary_to_nary
def make_hvp(fun: Function, x: Any) -> Any:
    """(the function that multiplies the Hessian at x with a vector, the gradient at x)."""
    return tape.make_vjp(grad(fun), x)


def hessian_tensor_product(fun: Function, argnum: int = 0) -> Function:
    """A function of (*args, tensor): the Hessian times the tensor."""
    slope = grad(fun, argnum)

    def directional(*args: Any, **kwargs: Any) -> Any:
        *given, vector = args
        return np.tensordot(slope(*given, **kwargs), vector, np.ndim(vector))

    return grad(directional, argnum)


def tensor_jacobian_product(fun: Function, argnum: int = 0) -> Function:
    """A function of (*args, tensor): the tensor times the Jacobian."""

    def weighted(*args: Any, **kwargs: Any) -> Any:
        *given, vector = args
        return np.tensordot(vector, fun(*given, **kwargs), axes=np.ndim(vector))

    return jacobian(weighted, argnum)


@unary_to_nary
def make_jvp_reversemode(fun: Function, x: Any) -> Function:
    """The Jacobian times a vector from two reverse passes: a VJP is linear, and its own VJP is the JVP."""
    vjp, value = tape.make_vjp(fun, x)
    forward, _ = tape.make_vjp(vjp, vspace(value).zeros())
    return forward


def _half_square(x: Any) -> Any:
    return 0.5 * np.sum(x**2, axis=-1)


def make_ggnvp(f: Function, g: Function = _half_square, f_argnum: int = 0) -> Function:
    """The generalized Gauss-Newton matrix J^T H J times a vector: J of f, H the Hessian of g."""

    @unary_to_nary
    def product(fun: Function, x: Any) -> Function:
        f_vjp, value = tape.make_vjp(fun, x)
        g_hvp, slope = tape.make_vjp(grad(g), value)
        f_jvp = tape.make_vjp(f_vjp, vspace(slope).zeros())[0]
        return lambda v: f_vjp(g_hvp(f_jvp(v)))

    return product(f, f_argnum)


@unary_to_nary
def grad_and_aux(fun: Function, x: Any) -> tuple[Any, Any]:
    """(the gradient of the first output, the second output as it is)."""
    vjp, (value, extra) = tape.make_vjp(lambda z: tuple(fun(z)), x)
    return vjp((vspace(value).ones(), vspace(extra).zeros())), extra


def multigrad_dict(fun: Function) -> Function:
    """The gradients by all arguments, in a dict by their names."""
    signature = inspect.signature(fun)

    def gradients(*args: Any, **kwargs: Any) -> dict[str, Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def of_all(values: dict[str, Any]) -> Any:
            given = inspect.BoundArguments(signature, {**values})
            return fun(*given.args, **given.kwargs)

        made: dict[str, Any] = grad(of_all)(dict(bound.arguments))
        return made

    return gradients


def checkpoint(fun: Function) -> Function:
    """The function without its intermediate values: the backward pass computes them again."""
    wrapped = primitive(fun)
    defvjp_argnum(wrapped, lambda argnum, ans, args, kwargs: make_vjp(fun, argnum)(*args, **kwargs)[0])
    return wrapped
