r"""compile: a function, traced once for each combination of shapes, becomes numpy source without a trace of a tape.

The seed of it all, the squared error of a line, with its gradients:

>>> def loss(w, x, b, y):
...     y_hat = w * x + b
...     return (y_hat - y) ** 2
>>> fast = compile(loss, argnums=(0, 2))
>>> fast(2.0, 3.0, 1.0, 5.0)
(4.0, (12.0, 4.0))
>>> print(fast.source)
def loss(w, x, b, y):
    y_hat = w * x + b
    v1 = y_hat - y
    d_y_hat = 2 * v1
    d_w = d_y_hat * x
    return v1 * v1, (d_w, d_y_hat)
<BLANKLINE>
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from types import CodeType
from typing import Any

import numpy as np

from notevault.autodiff.calls import positions_of
from notevault.autodiff.compiler.arrays import ArrayWriter
from notevault.autodiff.compiler.expressions import returned
from notevault.autodiff.compiler.levels import LevelProgram, is_wide
from notevault.autodiff.compiler.program import Program
from notevault.autodiff.compiler.scalars import is_scalar_program, scalar_namespace, scalar_source
from notevault.autodiff.compiler.tracing import Traced, trace_function
from notevault.autodiff.graph import Graph, Node
from notevault.autodiff.primitive import PRIMITIVES
from notevault.autodiff.trees import form, leaves, rebuild

__all__ = ["Compiled", "compile"]


def compile(function: Callable[..., Any], argnums: int | tuple[int, ...] | None = None) -> Compiled:
    """A function that does the same, faster, from the second call with the same shapes and types on.

    argnums: return (value, gradients by these arguments) instead. The function must not branch on values and must
    compute the same operations at every call; what it reads from outside (globals, enclosing variables, random numbers,
    the `.value` of a tensor) is read at the first call with arguments of a kind, and kept. A branch, an index, a
    sorting or a test that depends on a value is a TapeCutError, an operation that is not in the table a
    NotCompiledError. Whole numbers come in as real ones. Calls from several threads run one after the other.

    Inputs are taken to be finite: where a number is infinite, or overflows, and meets a zero cotangent in a product
    whose factors are finite for finite inputs, the compiled result may be NaN where the traced one is 0.
    """
    return Compiled(function, argnums)


KEPT = 256
"""Programs that are kept at most, each for arguments of other shapes, with the places that it works in."""


class Compiled:
    """What `compile` returns; `source` is that of the latest call."""

    def __init__(self, function: Callable[..., Any], argnums: int | tuple[int, ...] | None) -> None:
        self.function = function
        self.argnums = argnums
        self.source = ""
        self._ready: dict[tuple[Any, ...], tuple[Callable[..., Any], str]] = {}

    def __call__(self, *arguments: Any) -> Any:
        flat = [leaf for argument in arguments for leaf in leaves(argument)]
        key = (*map(_kind, flat), *map(form, arguments))
        ready = self._ready.get(key)
        if ready is None:
            if len(self._ready) >= KEPT:
                del self._ready[next(iter(self._ready))]
            ready = self._ready[key] = self._make(arguments)
        run, self.source = ready
        return run(*flat)

    def _make(self, arguments: Sequence[Any]) -> tuple[Callable[..., Any], str]:
        positions = None if self.argnums is None else positions_of(self.argnums, len(arguments))
        traced = trace_function(self.function, arguments, positions)
        slopes = None
        if positions is not None:
            chosen = tuple(arguments[k] for k in positions)
            slopes = chosen[0] if isinstance(self.argnums, int) else chosen

        def spelt(words: Sequence[str]) -> str:
            value = spell(traced.result, words[: traced.results])
            return value if slopes is None else f"{value}, {spell(slopes, words[traced.results :])}"

        if can_be_spelt(traced.result) and can_be_spelt(slopes):
            return _written(traced, spelt)
        # containers of other types are filled after the call
        whole = traced.result if slopes is None else (traced.result, slopes)
        run, source = _written(traced, lambda words: f"[{', '.join(words)}]")
        return lambda *inputs: rebuild(whole, run(*inputs)), source


def _written(traced: Traced, form: Callable[[Sequence[str]], str]) -> tuple[Callable[..., Any], str]:
    """The program as a function, and its source."""
    program = traced.program
    if not is_scalar_program(program):
        source, bound = array_source(program, traced.name, form)
        return _one_call_at_a_time(load(source, traced.name, bound)), source
    if is_wide(program):
        run, source = _by_levels(program, form)
        return _one_call_at_a_time(run), source
    source = scalar_source(program, traced.name, form)
    run = load(source, traced.name, scalar_namespace())
    return _with_infinities(run, traced, form), source


def _one_call_at_a_time(run: Callable[..., Any]) -> Callable[..., Any]:
    """The function for any number of threads: all calls of one program work in the same places.

    Python's numbers become numpy's, which give an infinity where Python's raise.
    """
    lock = Lock()

    def call(*inputs: Any) -> Any:
        with lock:
            return run(*[np.float64(x) if x.__class__ is float or x.__class__ is int else x for x in inputs])

    return call


def _by_levels(program: Program, form: Callable[[Sequence[str]], str]) -> tuple[Callable[..., Any], str]:
    scheduled = LevelProgram(program)
    words = [f"o{k}" for k in range(len(program.outputs))]
    shape = load(f"def form({', '.join(words)}):\n    return {form(words)}\n", "form", {})
    return lambda *inputs: shape(*scheduled(*inputs)), scheduled.source


def _kind(leaf: Any) -> tuple[Any, ...]:
    """What a program depends on: a leaf's shape and type."""
    if leaf.__class__ is float or leaf.__class__ is int:
        return FLOAT
    if isinstance(leaf, np.ndarray):
        return (leaf.shape, leaf.dtype.str)
    return FLOAT if isinstance(leaf, np.float64) else ((), type(leaf).__name__)


FLOAT = ((), "float")


def can_be_spelt(tree: Any) -> bool:
    """Whether a nested value is made of plain lists, tuples, and dicts whose keys are words or whole numbers."""
    if isinstance(tree, dict):
        plain = type(tree) is dict and all(type(key) in (str, int) for key in tree)
        return plain and all(map(can_be_spelt, tree.values()))
    return not isinstance(tree, (list, tuple)) or (type(tree) in (list, tuple) and all(map(can_be_spelt, tree)))


def spell(tree: Any, words: Sequence[str]) -> str:
    """A nested value as source, with `words` for its leaves.

    >>> spell((1.0, {"w": [2.0]}), ["a", "b"])
    "(a, {'w': [b]})"
    """
    remaining = iter(words)

    return _spell(tree, remaining)


def _spell(tree: Any, remaining: Any) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key!r}: {_spell(branch, remaining)}" for key, branch in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(_spell(branch, remaining) for branch in tree) + "]"
    if isinstance(tree, tuple):
        return "(" + ", ".join(_spell(branch, remaining) for branch in tree) + ("," if len(tree) == 1 else "") + ")"
    word: str = next(remaining)
    return word


def array_source(program: Program, name: str, form: Callable[[Sequence[str]], str]) -> tuple[str, Mapping[str, Any]]:
    """The source of a function of the program's inputs, and the objects it refers to."""
    writer = ArrayWriter(program, name)
    source = writer.write()
    words = []
    given: set[int] = set()
    loose = _loosely_typed(program)
    for index in program.outputs:
        node, root = program.instructions[index], writer.root[index]
        if node.op == "constant" and not node.shape:
            plain = node.dtype == np.float64 or node.dtype.kind in "iub"
            words.append(returned(node.value, writer.text[index]) if plain else writer.bind(node.value))
            continue
        # an input, a constant and an array that was returned already belong to somebody else
        foreign = program.instructions[root].op in ("input", "constant") or root in given
        given.add(root)
        if index in loose and node.dtype.kind == "f":
            words.append(f"engine.cast({writer.text[index]}, dtype=np.{node.dtype.name})")
            continue
        # an input without axes may be an array too
        text = writer.text[index]
        copied = f"{text}.copy()" if node.shape else f"engine.cast({text}, dtype=np.{node.dtype.name})"
        words.append(copied if foreign else text)
    arguments = ", ".join(program.names[k] for k in program.inputs)
    body = [f"    {line}" for line in [*source.lines, f"return {form(words)}"]]
    return "\n".join([*source.head(), f"def {name}({arguments}):", *body, ""]), source.bound


def _loosely_typed(program: Program) -> set[int]:
    """Single numbers that are whole numbers of Python's in one branch of a `where` only."""
    found: set[int] = set()
    for index, node in enumerate(program.instructions):
        weak = [k in found or not hasattr(program.instructions[k].value, "dtype") for k in node.operands]
        choosing = node.op == "where" and any(weak[1:])
        if not node.shape and node.operands and (choosing or all(weak)):
            found.add(index)
    return found


@lru_cache(maxsize=512)
def _code(source: str) -> CodeType:
    return builtins.compile(source, "<compiled by notevault.autodiff>", "exec")


def load(source: str, name: str, bound: Mapping[str, Any]) -> Callable[..., Any]:
    """The function that the source defines; what it refers to are the bound objects.

    The lines before the function show how its places came to be; they were made already and are not run again.
    """
    namespace: dict[str, Any] = dict(bound)
    definition = source[source.index(f"def {name}(") :]
    exec(_code(definition), namespace)  # noqa: S102 (source written by this package, from a trace)
    function: Callable[..., Any] = namespace[name]
    return function


def _with_infinities(
    run: Callable[..., Any], traced: Traced, form: Callable[[Sequence[str]], str]
) -> Callable[..., Any]:
    """Python's own numbers raise where numpy's give an infinity or NaN: there the program is replayed with numpy's."""
    program = traced.program
    nodes = tuple(
        Node(k, node.op, node.operands, node.parameters, None, node.value)
        for k, node in enumerate(program.instructions)
    )
    replayed = Graph(nodes, program.inputs, program.outputs)
    functions = {name: row.forward for name, row in PRIMITIVES.items()}
    words = [f"v{k}" for k in range(len(program.outputs))]
    rebuild = load(f"def form({', '.join(words)}):\n    return {form(words)}\n", "form", {})

    def call(*values: float) -> Any:
        try:
            return run(*map(float, values))
        except (ZeroDivisionError, OverflowError, ValueError):
            with np.errstate(all="ignore"):
                return rebuild(*replayed.replay([np.float64(v) for v in values], functions))

    return call
