"""Derivatives of functions: `torch.autograd.functional`, `torch.func`, and `gradcheck`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like.operations.methods import FUNCTIONS
from notevault.frontends.torch_like.recording import backward, tape
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


def _fresh(x: Tensor, create: bool) -> Tensor:
    """The tensor as something to differentiate by; part of the tape where the result is to be differentiated again."""
    if create and x.requires_grad:
        return Tensor.made(tape.run("identity", (x.operand,), {}), "ViewBackward0")
    return Tensor.of(x.array.copy(), requires_grad=True)


def _rows(output: Tensor, by: list[Tensor], create: bool) -> list[Tensor]:
    """For every input the derivatives of all elements of an output, of shape output.shape + input.shape."""
    flat = output.reshape(-1)
    found: list[list[Any]] = [[] for _ in by]
    for k in range(flat.array.size):
        slopes = backward.grad(
            flat[k], by, retain_graph=True, create_graph=create, allow_unused=True, materialize_grads=True
        ) if flat.requires_grad else [Tensor.of(np.zeros_like(x.array)) for x in by]  # fmt: skip
        for row, slope in zip(found, slopes, strict=True):
            row.append(slope)
    shape = output.array.shape
    return [FUNCTIONS["stack"](row).reshape(*shape, *x.array.shape) for row, x in zip(found, by, strict=True)]


def jacobian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, **_: Any) -> Any:
    """`torch.autograd.functional.jacobian`."""
    several = isinstance(inputs, tuple)
    by = [_fresh(x, create_graph) for x in (inputs if several else (inputs,))]
    with tape.recording(True):
        output = func(*by)
        outputs = output if isinstance(output, tuple) else (output,)
        made = [_rows(one, by, create_graph) for one in outputs]
    rows = [tuple(row) if several else row[0] for row in made]
    return tuple(rows) if isinstance(output, tuple) else rows[0]


def hessian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, **_: Any) -> Any:
    """`torch.autograd.functional.hessian`."""
    several = isinstance(inputs, tuple)
    by = [_fresh(x, create_graph) for x in (inputs if several else (inputs,))]
    with tape.recording(True):
        output = func(*by)
        if output.array.size != 1:
            raise RuntimeError("The Tensor returned by the function given to hessian should contain a single element")
        slopes = backward.grad(output, by, create_graph=True, allow_unused=True, materialize_grads=True)
        rows = [tuple(_rows(slope, by, create_graph)) for slope in slopes if slope is not None]
    return tuple(rows) if several else rows[0][0]


def vjp(func: Callable[..., Any], inputs: Any, v: Tensor | None = None, **_: Any) -> Any:
    """`torch.autograd.functional.vjp`: the output, and v times the Jacobian."""
    several = isinstance(inputs, tuple)
    by = [_fresh(x, False) for x in (inputs if several else (inputs,))]
    with tape.recording(True):
        output = func(*by)
        slopes = backward.grad(output, by, v, allow_unused=True, materialize_grads=True)
    return output.detach(), (slopes if several else slopes[0])


def jvp(func: Callable[..., Any], inputs: Any, v: Any = None, **_: Any) -> Any:
    """`torch.autograd.functional.jvp`: the output, and the Jacobian times v."""
    made = jacobian(func, inputs if isinstance(inputs, tuple) else (inputs,))
    directions = v if isinstance(v, tuple) else (v,)
    with tape.recording(False):
        output = func(*(inputs if isinstance(inputs, tuple) else (inputs,)))
        axes = [tuple(range(output.array.ndim, part.array.ndim)) for part in made]
        parts = [
            np.tensordot(part.array, direction.array, axes=(axis, tuple(range(direction.array.ndim))))
            for part, direction, axis in zip(made, directions, axes, strict=True)
        ]
    return output, Tensor.of(np.asarray(sum(parts), dtype=output.array.dtype))


AUTOGRAD_FUNCTIONAL: Mapping[str, Any] = {"jacobian": jacobian, "hessian": hessian, "vjp": vjp, "jvp": jvp}


def gradcheck(func: Callable[..., Any], inputs: Any, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3) -> bool:
    """`torch.autograd.gradcheck`: the tape against central differences, element by element."""
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    made = jacobian(func, given)
    for k, x in enumerate(given):
        if not x.requires_grad:
            continue
        columns = []
        for place in np.ndindex(x.array.shape):
            ends = []
            for step in (eps, -eps):
                moved = x.array.copy()
                moved[place] += step
                arguments = [Tensor.of(moved) if j == k else other.detach() for j, other in enumerate(given)]
                ends.append(func(*arguments).array)
            columns.append((ends[0] - ends[1]) / (2 * eps))
        numeric = np.stack(columns, axis=-1).reshape(made[k].array.shape)
        if not np.allclose(made[k].array, numeric, rtol=rtol, atol=atol):
            raise _GradcheckError("Jacobian mismatch for output 0 with respect to input " + str(k))
    return True


class _GradcheckError(RuntimeError):
    """What PyTorch raises where the two disagree."""


_GradcheckError.__name__ = "GradcheckError"


# -- torch.func -------------------------------------------------------------------------------------------------------


def _at(argnums: Any, arguments: tuple[Any, ...]) -> tuple[list[Tensor], Callable[[list[Any]], tuple[Any, ...]]]:
    places = [argnums] if isinstance(argnums, int) else list(argnums)

    def put(values: list[Any]) -> tuple[Any, ...]:
        changed = list(arguments)
        for place, value in zip(places, values, strict=True):
            changed[place] = value
        return tuple(changed)

    return [arguments[place] for place in places], put


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """`torch.func.grad_and_value`: can be nested."""

    def derivative(*arguments: Any, **options: Any) -> Any:
        chosen, put = _at(argnums, arguments)
        if any(isinstance(x, dict) for x in chosen):
            raise UnsupportedError("torch.func.grad over a dict")
        by = [_fresh(x, True) for x in chosen]
        with tape.recording(True):
            output = func(*put(list(by)), **options)
            value, extra = output if has_aux else (output, None)
            slopes = backward.grad(value, by, create_graph=any(x.requires_grad for x in chosen), materialize_grads=True)
        found = slopes[0] if isinstance(argnums, int) else slopes
        shown = value if any(x.requires_grad for x in chosen) else value.detach()
        return (found, (shown, extra)) if has_aux else (found, shown)

    return derivative


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """`torch.func.grad`."""

    def derivative(*arguments: Any, **options: Any) -> Any:
        found, rest = grad_and_value(func, argnums, has_aux)(*arguments, **options)
        return (found, rest[1]) if has_aux else found

    return derivative


def jacrev(func: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """`torch.func.jacrev`, and `jacfwd`, which gives the same."""

    def derivative(*arguments: Any, **options: Any) -> Any:
        chosen, put = _at(argnums, arguments)
        create = chosen[0].requires_grad
        return jacobian(lambda x: func(*put([x]), **options), chosen[0], create_graph=create)

    return derivative


def func_hessian(func: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """`torch.func.hessian`."""

    def derivative(*arguments: Any) -> Any:
        chosen, put = _at(argnums, arguments)
        return hessian(lambda x: func(*put([x])), chosen[0])

    return derivative


def vmap(func: Callable[..., Any], in_dims: Any = 0, out_dims: int = 0, **_: Any) -> Callable[..., Any]:
    """`torch.vmap`: the function at every element of a batch, one after the other, the results stacked."""

    def mapped(*arguments: Any) -> Any:
        dims = in_dims if isinstance(in_dims, tuple) else (in_dims,) * len(arguments)
        lengths = {x.array.shape[d] for x, d in zip(arguments, dims, strict=True) if d is not None}
        (length,) = lengths
        rows = [
            func(*(x if d is None else x.select(d, k) for x, d in zip(arguments, dims, strict=True)))
            for k in range(length)
        ]
        if isinstance(rows[0], tuple):
            return tuple(FUNCTIONS["stack"](list(parts), out_dims) for parts in zip(*rows, strict=True))
        return FUNCTIONS["stack"](rows, out_dims)

    return mapped


FUNC: Mapping[str, Any] = {
    "grad": grad, "grad_and_value": grad_and_value, "jacrev": jacrev, "jacfwd": jacrev, "hessian": func_hessian,
    "vmap": vmap,
}  # fmt: skip
