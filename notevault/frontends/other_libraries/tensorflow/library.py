"""The modules `tensorflow`, `tensorflow.math`, `tensorflow.nn`, … as tables of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from notevault.frontends import chance
from notevault.frontends.imitation import imitation
from notevault.frontends.other_libraries.tensorflow.operations import FUNCTIONS, computed
from notevault.frontends.other_libraries.tensorflow.tape import GradientTape
from notevault.frontends.other_libraries.tensorflow.tensor import (
    DTYPES,
    DType,
    InvalidArgumentError,
    Tensor,
    TensorShape,
    Variable,
    converted,
)
from notevault.frontends.unsupported import UnsupportedError

_ALSO_IN_TENSORFLOW = (
    "abs", "add", "add_n", "argmax", "argmin", "atan2", "broadcast_to", "cast", "clip_by_value", "concat", "cos",
    "cosh", "cumsum", "divide", "einsum", "equal", "exp", "expand_dims", "floor", "gather", "greater",
    "greater_equal", "less", "less_equal", "logical_and", "logical_or", "matmul", "maximum", "minimum", "multiply",
    "negative", "norm", "not_equal", "pow", "reduce_all", "reduce_any", "reduce_logsumexp", "reduce_max",
    "reduce_mean", "reduce_min", "reduce_prod", "reduce_sum", "reshape", "round", "sigmoid", "sign", "sin", "sinh",
    "sqrt", "square", "squeeze", "stack", "stop_gradient", "subtract", "tan", "tanh", "tensordot", "tile", "transpose",
    "unstack", "where", "asin", "acos", "atan",
)  # fmt: skip
"""The functions that are names of `tf` itself; `tf.math` has them all."""


def _lengths(shape: Any) -> tuple[int, ...]:
    plain = shape.plain if isinstance(shape, Tensor) else shape
    return tuple(int(n) for n in np.atleast_1d(np.asarray(plain, dtype=int))) if np.size(plain) else ()


def _filled(make: Callable[..., Any]) -> Callable[..., Tensor]:
    return lambda shape, dtype=DTYPES["float32"], name=None: Tensor(make(_lengths(shape), dtype=dtype.numpy))


def _constant(value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Tensor:
    made = converted(value, dtype)
    return made if shape is None else Tensor(np.broadcast_to(made.plain, shape).reshape(shape).copy())


def _range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = None) -> Tensor:
    first, last = (0, start) if limit is None else (start, limit)
    numbers = [x.numpy() if isinstance(x, Tensor) else x for x in (first, last, delta)]
    kind = np.int32 if all(isinstance(n, int | np.integer) for n in numbers) else np.float32
    return Tensor(np.arange(*numbers).astype(dtype.numpy if dtype is not None else kind))


def _one_hot(indices: Any, depth: int, dtype: DType = DTYPES["float32"], **options: Any) -> Tensor:
    if options:
        raise UnsupportedError(f"tensorflow.one_hot({', '.join(options)})")
    return Tensor((converted(indices).plain[..., None] == np.arange(depth)).astype(dtype.numpy))


def _linspace(start: float, stop: float, num: int) -> Tensor:
    return Tensor(np.linspace(start, stop, num, dtype=np.float32))


def _function(inner: Any = None, **_: Any) -> Any:
    """`tf.function`: the function itself, where it computes the same; what it prints while traced would differ."""
    if inner is None:
        return _function
    if "print" in inner.__code__.co_names:
        raise UnsupportedError("tensorflow.function of a function that prints")
    return inner


def _like(make: Callable[..., Any]) -> Callable[..., Tensor]:
    return lambda x, dtype=None: Tensor(make(converted(x).plain, dtype=getattr(dtype, "numpy", None)))


# -- tf.nn ------------------------------------------------------------------------------------------------------------


def _softmax(logits: Any, axis: int = -1, name: Any = None) -> Tensor:
    return computed("softmax", converted(logits), axis=axis)


def _log_softmax(logits: Any, axis: int = -1, name: Any = None) -> Tensor:
    return computed("log_softmax", converted(logits), axis=axis)


def _softmax_cross_entropy(labels: Any, logits: Any, axis: int = -1, name: Any = None) -> Tensor:
    """-sum(labels * log_softmax(logits)) along an axis."""
    shares = FUNCTIONS["multiply"](labels, _log_softmax(logits, axis))
    return computed("neg", computed("sum", shares, axis=axis))


def _sparse_softmax_cross_entropy(labels: Any, logits: Any, name: Any = None) -> Tensor:
    scores = converted(logits)
    return _softmax_cross_entropy(_one_hot(labels, scores.shape[-1], scores.dtype), scores)


def _sigmoid_cross_entropy(labels: Any = None, logits: Any = None, name: Any = None) -> Tensor:
    scores = converted(logits)
    return computed("bce_logits", scores, converted(labels, scores.dtype), reduction="none")


def _l2_loss(t: Any, name: Any = None) -> Tensor:
    return FUNCTIONS["divide"](computed("sum", computed("square", converted(t))), 2)  # type: ignore[no-any-return]


_NN: Mapping[str, Any] = {
    **{name: FUNCTIONS[name] for name in ("relu", "sigmoid", "tanh", "softplus", "log_sigmoid")},
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "leaky_relu": lambda x, alpha=0.2: computed("leaky_relu", converted(x), slope=alpha),
    "elu": lambda x: computed("elu", converted(x), alpha=1.0),
    "gelu": lambda x, approximate=False: computed("gelu", converted(x), approximate=approximate),
    "silu": lambda x: computed("silu", converted(x)),
    "swish": lambda x: computed("silu", converted(x)),
    "softmax_cross_entropy_with_logits": _softmax_cross_entropy,
    "sparse_softmax_cross_entropy_with_logits": _sparse_softmax_cross_entropy,
    "sigmoid_cross_entropy_with_logits": _sigmoid_cross_entropy,
    "l2_loss": _l2_loss,
}

_LINALG: Mapping[str, Any] = {
    "matmul": FUNCTIONS["matmul"],
    "norm": FUNCTIONS["norm"],
    "inv": lambda x: computed("inv", converted(x)),
    "det": lambda x: computed("det", converted(x)),
    "trace": lambda x: computed("trace", converted(x)),
    "solve": lambda a, b: computed("solve", converted(a), converted(b)),
    "diag": lambda x: computed("diag", converted(x)),
    "diag_part": lambda x: computed("diag", converted(x)),
}


# -- tf.random --------------------------------------------------------------------------------------------------------


def _normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: DType = DTYPES["float32"], **_: Any) -> Tensor:
    drawn = mean + stddev * chance.generator().standard_normal(_lengths(shape))
    return Tensor(np.asarray(drawn, dtype=dtype.numpy))


def _uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: DType = DTYPES["float32"], **_: Any) -> Tensor:
    if dtype.numpy.kind in "iu":
        return Tensor(chance.generator().integers(minval, maxval, _lengths(shape)).astype(dtype.numpy))
    drawn = chance.generator().uniform(minval, 1 if maxval is None else maxval, _lengths(shape))
    return Tensor(np.asarray(drawn, dtype=dtype.numpy))


def _shuffle(value: Any, seed: Any = None) -> Tensor:
    x = converted(value)
    return computed("getitem", x, index=chance.generator().permutation(x.shape[0]))


def _set_seed(seed: int) -> None:
    chance.seed(seed)


def modules() -> dict[str, ModuleType]:
    """Every module of the imitation by its name."""
    parts = {
        "math": {**FUNCTIONS, "softmax": _softmax, "log_softmax": _log_softmax},
        "nn": _NN,
        "linalg": _LINALG,
        "random": {"normal": _normal, "uniform": _uniform, "shuffle": _shuffle, "set_seed": _set_seed},
        "errors": {"InvalidArgumentError": InvalidArgumentError},
        "dtypes": DTYPES,
        "config": {"list_physical_devices": lambda kind=None: []},
    }
    made = {f"tensorflow.{name}": imitation(f"tensorflow.{name}", names) for name, names in parts.items()}
    names: dict[str, Any] = {
        **{name: FUNCTIONS[name] for name in _ALSO_IN_TENSORFLOW},
        **DTYPES,
        **{name.partition(".")[2]: module for name, module in made.items()},
        "DType": DType, "Tensor": Tensor, "TensorShape": TensorShape, "Variable": Variable,
        "GradientTape": GradientTape, "function": _function, "constant": _constant, "convert_to_tensor": _constant,
        "zeros": _filled(np.zeros), "ones": _filled(np.ones), "range": _range, "one_hot": _one_hot,
        "linspace": _linspace, "zeros_like": _like(np.zeros_like), "ones_like": _like(np.ones_like),
        "fill": lambda dims, value: Tensor(np.full(_lengths(dims), converted(value).plain)),
        "eye": lambda n, m=None, dtype=DTYPES["float32"]: Tensor(np.eye(n, m, dtype=dtype.numpy)),
        "identity": lambda x: Tensor(converted(x).node),
        "shape": lambda x: Tensor(np.asarray(converted(x).plain.shape, np.int32)),
        "size": lambda x: Tensor(np.asarray(converted(x).plain.size, np.int32)),
        "rank": lambda x: Tensor(np.asarray(converted(x).plain.ndim, np.int32)),
        "is_tensor": lambda x: isinstance(x, Tensor),
        "executing_eagerly": lambda: True,
        "newaxis": None,
        "__version__": "2.19.0",
    }  # fmt: skip
    made["tensorflow"] = imitation("tensorflow", names)
    return made
