"""Which names a block binds, and which it needs from somewhere else."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}

# What notes take for granted without an import: the name, and the module that it stands for.
CONVENTIONAL: Mapping[str, str] = {
    "np": "numpy",
    "numpy": "numpy",
    "pd": "pandas",
    "pandas": "pandas",
    "plt": "matplotlib.pyplot",
    "mpl": "matplotlib",
    "sns": "seaborn",
    "tf": "tensorflow",
    "keras": "keras",
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "optim": "torch.optim",
    "jax": "jax",
    "jnp": "jax.numpy",
    "sympy": "sympy",
    "scipy": "scipy",
    "sklearn": "sklearn",
    "sm": "statsmodels.api",
    "smf": "statsmodels.formula.api",
    "xgb": "xgboost",
    "lgb": "lightgbm",
    "nx": "networkx",
    "px": "plotly.express",
    "go": "plotly.graph_objects",
    "cv2": "cv2",
    "nltk": "nltk",
    "spacy": "spacy",
    "requests": "requests",
    "st": "streamlit",
    "pl": "polars",
    "math": "math",
    "random": "random",
    "os": "os",
    "sys": "sys",
    "re": "re",
    "json": "json",
    "time": "time",
    "itertools": "itertools",
    "functools": "functools",
    "collections": "collections",
    "heapq": "heapq",
    "logging": "logging",
    "sqlite3": "sqlite3",
    "csv": "csv",
    "Path": "pathlib",
}

_ROUGH_BINDING = re.compile(
    r"\s*+(?:(?:async\s+)?(?:def|class)\s+(\w+)|import\s+(\w+)\s*$|.*\bimport\b.*\bas\s+(\w+)|([\w ,]+?) *=(?!=))"
)
_LONGEST_LINE = 400


@dataclass(frozen=True, slots=True)
class Names:
    """`binds` at the level of the module; `needs` are read somewhere and not built in; `star` imports bind anything."""

    binds: frozenset[str]
    needs: frozenset[str]
    star: bool = False


def names_of(source: str, tree: ast.Module) -> Names:
    """The names of a block that compiles.

    >>> text = "def f(x): return a * x\\ny = f(b)"
    >>> found = names_of(text, ast.parse(text))
    >>> sorted(found.binds), sorted(found.needs)
    (['f', 'y'], ['a', 'b', 'f'])
    """
    table = symtable.symtable(source, "block", "exec")
    binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    needs = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    for inner in _below(table):
        for symbol in inner.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                needs.add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned():
                binds.add(symbol.get_name())
    star = any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree))
    return Names(frozenset(binds), frozenset(needs - BUILTINS), star)


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)


def rough_binds(source: str) -> frozenset[str]:
    """The names that a block would bind if it compiled, read off its lines.

    >>> sorted(rough_binds("import numpy as np\\nloss = (a - y)2\\nw, b = 1, 2"))
    ['b', 'loss', 'np', 'w']
    """
    lines = (line for line in source.split("\n") if len(line) <= _LONGEST_LINE)
    found = (name for line in lines if (match := _ROUGH_BINDING.match(line)) for name in match.groups() if name)
    return frozenset(name for text in found for name in re.findall(r"[A-Za-z_]\w*", text))
