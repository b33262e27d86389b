"""`autograd.numpy`: all of numpy's names; a function that the engine cannot record is unsupported on tensors."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from notevault.autodiff import Tensor
from notevault.autodiff.numpy_functions.linear_algebra import triangle_completed
from notevault.autodiff.numpy_functions.rearranging import joining
from notevault.autodiff.operations.eigenvalues import Triangle, eigh
from notevault.frontends.imitation import imitation
from notevault.frontends.other_libraries import arrays
from notevault.frontends.other_libraries.autograd.tape import getval, isbox

Function = Callable[..., Any]

LIBRARY = "autograd.numpy"
OF_SEQUENCES = frozenset(
    ("concatenate stack hstack vstack row_stack dstack column_stack block select einsum linalg.multi_dot").split()
)
"""Functions that take a sequence of arrays; to any other a sequence with tensors in it is an array."""
INTEGERS = ("int8", "int16", "int32", "int64", "intp", "uint8", "uint16", "uint32", "uint64")


def traced(name: str, function: Function) -> Function:
    """numpy's function on tensors, and on lists of them."""
    call = arrays.named(name, LIBRARY, function)
    if name in OF_SEQUENCES:
        return call

    def of_arrays(*args: Any, **options: Any) -> Any:
        return call(*map(_as_array, args), **options)

    of_arrays.__name__ = name.rpartition(".")[2]
    return of_arrays


def _as_array(value: Any) -> Any:
    return arrays.array(value) if isinstance(value, (list, tuple)) and isbox(value) else value


def _namespace(source: ModuleType, prefix: str = "") -> dict[str, Any]:
    """numpy's public names: functions on tensors, types and constants as they are."""
    names: dict[str, Any] = {}
    for name in dir(source):
        value = getattr(source, name)
        if name.startswith("_") or isinstance(value, ModuleType):
            continue
        names[name] = traced(prefix + name, value) if callable(value) and not isinstance(value, type) else value
    return names


def _integer(kind: type[Any]) -> type[Any]:
    """An integer type that makes plain integers of tensors: positions have no derivative."""
    return type(kind.__name__, (kind,), {"__new__": lambda cls, value=0: kind(getval(value))})


def _array(value: Any, dtype: Any = None, **options: Any) -> Any:
    made = arrays.array(value)
    if isinstance(made, Tensor):
        return made if dtype is None else made.astype(dtype)
    return np.array(value, dtype, **options)


class _Joined:
    """`np.r_` and `np.c_`."""

    def __init__(self, way: Any) -> None:
        self.way = way

    def __getitem__(self, index: Any) -> Any:
        parts = [np.r_[p] if isinstance(p, slice) else p for p in (index if isinstance(index, tuple) else (index,))]
        if not isbox(parts):
            return self.way[index]
        return joining(lambda arrays: self.way[tuple(arrays)])(parts)


def _full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    if not isinstance(fill_value, Tensor):
        return np.full(shape, fill_value, dtype, **options)
    made: Any = np.broadcast_to(fill_value, shape)
    return made if dtype is None else made.astype(dtype)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, **options: Any) -> Any:
    """As np.clip; at the limits themselves the derivative is 0, as autograd has it."""
    if not isinstance(a, Tensor):
        return np.clip(a, a_min, a_max, **options)
    clipped = np.clip(a.value, a_min, a_max, **options)
    above, below = (True if limit is None else clipped != limit for limit in (a_min, a_max))
    return np.where(np.logical_and(above, below), a, clipped)


def _eigh(a: Any, UPLO: Triangle = "L") -> Any:  # noqa: N803 (numpy's name)
    """As np.linalg.eigh; by one triangle, as autograd has it, whether or not the matrix is symmetric."""
    return eigh(triangle_completed(a, UPLO), UPLO) if isinstance(a, Tensor) else np.linalg.eigh(a, UPLO)


def _linalg() -> ModuleType:
    names = _namespace(np.linalg, "linalg.")
    names["eigh"] = _eigh
    names["T"] = lambda x: np.swapaxes(x, -1, -2)
    names["_dot"] = lambda a, b: np.einsum("...ij,...jk->...ik", a, b)
    return imitation(f"{LIBRARY}.linalg", names)


def _random() -> ModuleType:
    """numpy's random numbers, from the same global state; not on tensors."""
    return imitation(f"{LIBRARY}.random", _namespace(np.random, "random."))


def modules() -> list[ModuleType]:
    """autograd.numpy and the modules in it."""
    inner = {
        "linalg": _linalg(),
        "random": _random(),
        "fft": imitation(f"{LIBRARY}.fft", _namespace(np.fft, "fft.")),
    }
    names = _namespace(np) | {name: _integer(getattr(np, name)) for name in INTEGERS}
    names["array"] = names["asarray"] = _array
    names["row_stack"] = traced("row_stack", np.vstack)
    names["clip"], names["full"] = _clip, _full
    names["r_"], names["c_"] = _Joined(np.r_), _Joined(np.c_)
    names["make_diagonal"] = _make_diagonal
    whole = imitation(LIBRARY, names | inner)
    whole.__version__ = np.__version__  # type: ignore[attr-defined]
    return [whole, *inner.values()]


def _make_diagonal(d: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    if (offset, axis1, axis2) != (0, -1, -2):
        raise NotImplementedError("Currently make_diagonal only supports offset=0, axis1=-1, axis2=-2")
    return np.expand_dims(d, -1) * np.eye(np.shape(d)[-1])
