"""The modules `jax`, `jax.numpy`, `jax.nn`, … as tables of names."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from notevault import autodiff
from notevault.frontends import chance
from notevault.frontends.imitation import imitation
from notevault.frontends.other_libraries.jax.activations import NN
from notevault.frontends.other_libraries.jax.array import Array, plain
from notevault.frontends.other_libraries.jax.control import LAX
from notevault.frontends.other_libraries.jax.functions import LINALG, NAMES
from notevault.frontends.other_libraries.jax.transforms import jit, jvp, transform, vjp, vmap
from notevault.frontends.other_libraries.jax.trees import TREE, TREE_UTIL, leaves, tree_map


def _drawn(value: Any) -> Array:
    return Array(np.asarray(value))


def _shuffled(key: Any, x: Any) -> Array:
    return _drawn(chance.generator().permutation(x if isinstance(x, int) else np.asarray(plain(x))))


RANDOM: Mapping[str, Any] = {
    "PRNGKey": lambda seed: Array(np.array([0, seed], dtype=np.uint32)),
    "key": lambda seed: Array(np.array([0, seed], dtype=np.uint32)),
    "split": lambda key, num=2: Array(chance.generator().integers(0, 2**32, (num, 2)).astype(np.uint32)),
    "normal": lambda key, shape=(): _drawn(chance.generator().standard_normal(shape)),
    "uniform": lambda key, shape=(), minval=0.0, maxval=1.0: _drawn(chance.generator().uniform(minval, maxval, shape)),
    "randint": lambda key, shape, minval, maxval: _drawn(chance.generator().integers(minval, maxval, shape)),
    "permutation": _shuffled,
    "bernoulli": lambda key, p=0.5, shape=(): _drawn(chance.generator().random(shape) < p),
}
"""What is a name of `jax.random`: the key says nothing here, the session has one stream."""


def modules() -> Mapping[str, ModuleType]:
    """Every module of the imitation by its name."""
    linalg = imitation("jax.numpy.linalg", LINALG)
    parts = {
        "numpy": {**NAMES, "linalg": linalg},
        "nn": NN,
        "random": RANDOM,
        "lax": LAX,
        "tree": TREE,
        "tree_util": TREE_UTIL,
    }
    made = {f"jax.{name}": imitation(f"jax.{name}", names) for name, names in parts.items()}
    names = {
        "grad": transform("grad", autodiff.grad),
        "value_and_grad": transform("value_and_grad", autodiff.value_and_grad),
        **{name: transform(name, autodiff.jacobian, scalar=False) for name in ("jacfwd", "jacrev", "jacobian")},
        "hessian": transform("hessian", autodiff.hessian),
        "jvp": jvp,
        "vjp": vjp,
        "jit": jit,
        "vmap": vmap,
        "tree_map": tree_map,
        "tree_leaves": leaves,
        "Array": Array,
        **{name.partition(".")[2]: module for name, module in made.items()},
    }
    whole = imitation("jax", names)
    return {"jax": whole, **made, "jax.numpy.linalg": linalg}
