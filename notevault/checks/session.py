"""Inside the jail: the blocks of one note, run in order in one namespace, each observed.

`serve` is the entry of the worker that checks code. A session sends one `Outcome` per block ahead, so that what came
before a block that had to be killed is not lost.
"""

from __future__ import annotations

import importlib
import linecache
import random
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from notevault.checks import places
from notevault.checks.execution import Execution, parse_block
from notevault.checks.names import CONVENTIONAL, Names, names_of, rough_binds
from notevault.checks.observation import Watchers
from notevault.checks.outcome import Outcome, State
from notevault.checks.stated import stated_outputs
from notevault.checks.timer import time_limit
from notevault.frontends import imitations

_LARGEST_BLOCK = 200_000
_CHANCE = frozenset(
    {
        "random", "rand", "randn", "randint", "choice", "choices", "shuffle", "sample", "default_rng", "uniform",
        "normal", "permutation", "randperm", "manual_seed", "uuid", "uuid1", "uuid4", "secrets", "urandom", "time",
        "time_ns", "perf_counter", "process_time", "monotonic", "timeit", "now", "today", "utcnow", "localtime",
        "ctime", "getpid", "id", "hash",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A block as it is asked for: `wants` are (statement, line, end line, text) of a transcript."""

    index: int
    source: str
    skip: bool
    wants: tuple[tuple[int, int, int, str], ...]


def serve(request: Any, emit: Callable[[object], None]) -> object:
    """The entry of the worker: {"compile": [source, …]} says why each does not, {"blocks": […], …} runs a session.

    Compiling too is done in the jail: the compiler can be made to use all memory, or to crash.
    """
    match request:
        case {"compile": list(sources)}:
            return [_syntax_failure(source) for source in sources]
    run_session(request, emit)
    return None


def _syntax_failure(source: str) -> dict[str, Any] | None:
    try:
        parse_block(source, "candidate")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return asdict(places.of_syntax(error, source))
    return None


def run_session(request: Any, emit: Callable[[object], None]) -> None:
    """Run the blocks of `request` ({"blocks": […], "seed", "seconds", "output", "frontend"}), an outcome for each."""
    session = Session(request["seed"], request["seconds"], request["output"], request["frontend"])
    for given in request["blocks"]:
        wants = tuple((want[0], want[1], want[2], want[3]) for want in given["wants"])
        emit(session.run(Block(given["index"], given["source"], given["skip"], wants)).as_json())


class Session:
    """One namespace, and what the blocks before have done to it."""

    def __init__(self, seed: int, seconds: float, output: int, frontend: str = "when-missing") -> None:
        self.module = types.ModuleType("__main__")
        self.namespace: dict[str, Any] = vars(self.module)
        self.namespace["__file__"] = "note.py"
        self.bound: set[str] = set()
        self.seconds = seconds
        self.output = output
        self.watchers = Watchers()
        sys.modules["__main__"] = self.module
        sys.argv = ["note.py"]
        sys.path_importer_cache.clear()
        warnings.simplefilter("ignore")
        imitations.install(frontend)
        self.watchers.start(self.namespace)
        random.seed(seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(seed)

    def run(self, block: Block) -> Outcome:
        """Run one block; every way in which that can end is an outcome."""
        if block.skip:
            return self._not_run(Outcome(block.index, State.SKIPPED), block.source)
        filename = f"<block {block.index}>"
        lines = block.source.splitlines(keepends=True)
        linecache.cache[filename] = (len(block.source), None, lines, filename)  # for tracebacks and inspect.getsource
        try:
            if len(block.source) > _LARGEST_BLOCK:
                raise SyntaxError("the block is too long")
            tree, flags = parse_block(block.source, filename)
            names = names_of(block.source, tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            failure = places.of_syntax(error, block.source)
            return self._not_run(Outcome(block.index, State.SYNTAX, failure=failure), block.source)
        supplied, missing = self._supply(names)
        before = self.namespace.keys() & names.binds
        execution = Execution(block.source, filename, tree, flags, self.namespace, self.seconds, self.output)
        execution.stated = stated_outputs(block.source, tree)
        execution.wants = block.wants
        findings, outcome = self.watchers.around(block.index, filename, execution, self.namespace)
        lost: set[str] = set()
        if outcome.state is not State.DONE:
            self._salvage_imports(execution.imports())
            lost = {name for name in execution.binds_left() if name not in self.namespace or name in before}
        self.bound |= names.binds
        return replace(
            outcome,
            index=block.index,
            binds=tuple(sorted(names.binds)),
            needs=tuple(sorted(names.needs)),
            lost=tuple(sorted(lost)),
            star=names.star,
            supplied=tuple(supplied),
            missing=tuple(missing),
            unsettled=bool((names.needs | execution.attributes()) & _CHANCE),
            placeholder=execution.has_placeholder(),
            findings=tuple(findings),
        )

    def _not_run(self, outcome: Outcome, source: str) -> Outcome:
        binds = rough_binds(source)
        self.bound |= binds
        names = tuple(sorted(binds))
        return replace(outcome, binds=names, lost=names)

    def _supply(self, names: Names) -> tuple[list[str], list[str]]:
        """Bind the conventional names that the block needs and that nothing has bound, where their module is there."""
        supplied, missing = [], []
        for name in sorted(names.needs & CONVENTIONAL.keys()):
            if name in names.binds or name in self.bound or name in self.namespace:
                continue
            module = CONVENTIONAL[name]
            try:
                with time_limit(self.seconds):
                    value = importlib.import_module(module)
            except ImportError:
                missing.append(f"{name} {module}")
                continue
            self.namespace[name] = value.Path if name == "Path" else value
            supplied.append(f"{name} ({module})")
        return supplied, missing

    def _salvage_imports(self, imports: Sequence[types.CodeType]) -> None:
        """After a block that failed, run the imports that it did not come to: the blocks below mean to use them."""
        for code in imports:
            try:
                with time_limit(self.seconds):
                    exec(code, self.namespace)  # noqa: S102  (inside the jail)
            except Exception:  # noqa: S112
                continue  # what it would have bound stays unbound, and a block that needs it says so
