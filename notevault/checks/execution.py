"""Inside the jail: one block, run statement by statement, with what it prints and shows."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import errno
import inspect
import re
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from notevault.checks import places
from notevault.checks.denials import without_denials
from notevault.checks.expressions import compared_as_expressions, names_something_else
from notevault.checks.names import names_of
from notevault.checks.outcome import Compared, Failure, Outcome, State
from notevault.checks.recorder import Printed, Recorder, StoppedError
from notevault.checks.stated import Stated
from notevault.checks.timer import time_limit

_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_DISK = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_ANNOUNCES = re.compile(
    r"\b(?:raises?|throws?|(?:will|would|this) (?:fail|crash|raise|error)|fails|an? error|not allowed|illegal)\b"
    r"|^\W*errors?\b\W*$|^\W*errors?\s*[!:]|❌",
    re.IGNORECASE,
)
_TELLING = 8
"""Characters of a message from which on a comment that repeats it can mean nothing else."""
_ASSERTS = re.compile(r"^assert_\w+$")


def parse_block(source: str, filename: str) -> tuple[ast.Module, int]:
    """The tree of a block that compiles, with the flags of its `from __future__` imports.

    Compiled as a whole too: `return` outside a function parses and does not compile.
    """
    tree = ast.parse(source, filename)
    flags = compile(source, filename, "exec", flags=_AWAIT, dont_inherit=True).co_flags
    future = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            import __future__

            future |= sum(getattr(__future__, alias.name).compiler_flag for alias in node.names)
    return tree, future & flags


@dataclass(slots=True)
class Execution:
    """A block that is run once, by `run`."""

    source: str
    filename: str
    tree: ast.Module
    flags: int
    namespace: dict[str, Any]
    seconds: float
    output: int
    stated: list[Stated] = field(default_factory=list)
    wants: tuple[tuple[int, int, int, str], ...] = ()
    shown: dict[int, str] = field(default_factory=dict)
    agreed: list[str] = field(default_factory=list)
    done: int = 0
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.filename, self.output)

    def run(self) -> Outcome:
        """Run the statements in order until one fails in a way that no comment announces."""
        failure = None
        errors = Recorder(self.filename, self.output)
        with contextlib.redirect_stdout(self.recorder), contextlib.redirect_stderr(errors):
            for statement in self.tree.body:
                failure = self._failure_of(statement)
                if failure is not None and not self._is_announced(failure, statement):
                    break
                failure = None
                self.done += 1
        stopped = failure is not None and failure.type == StoppedError.__name__
        state = State.DONE if failure is None else State.STOPPED if stopped else State.FAILED
        return Outcome(
            0,
            state,
            self.recorder.text(),
            failure,
            agreed=tuple(self.agreed),
            assertions=self._assertions(),
            compared=tuple(self._compared()),
        )

    def _failure_of(self, statement: ast.stmt) -> Failure | None:
        """Run one statement; an exception becomes data."""
        try:
            with time_limit(self.seconds):
                self._execute(statement)
        except SystemExit as error:
            if "argparse" in (failure := self._place(error, statement)).through:
                return failure
            self.done = len(self.tree.body)  # the block ends itself
            return None
        except StoppedError as error:
            return self._limit(error, error.limit, statement)
        except MemoryError as error:
            return self._limit(error, "memory", statement)
        except OSError as error:
            return self._limit(error, "disk", statement) if error.errno in _DISK else self._place(error, statement)
        except BaseException as error:
            # Code of a stranger: whatever it raises, KeyboardInterrupt too, is a fact about the block.
            return self._place(error, statement)
        return None

    def _place(self, error: BaseException, statement: ast.stmt) -> Failure:
        return places.of_exception(error, self.source, self.filename, statement.lineno)

    def _limit(self, error: BaseException, limit: str, statement: ast.stmt) -> Failure:
        at = self._place(error, statement)
        span = (at.line, at.column, at.end_line, at.end_column)
        return Failure(StoppedError.__name__, ("BaseException",), "", *span, limit)

    def _execute(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Expr) and self._is_asked_for(statement):
            value = self._evaluate(ast.Expression(statement.value), "eval")
            if value is not None:
                self._show(statement, repr(value))
            return
        self._evaluate(ast.Module([statement], []), "exec")
        if isinstance(statement, ast.Assign) and self._is_asked_for(statement):
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                self.shown[statement.lineno] = repr(self.namespace[target.id])

    def _evaluate(self, tree: ast.Expression | ast.Module, mode: str) -> Any:
        code = compile(tree, self.filename, mode, flags=self.flags | _AWAIT, dont_inherit=True)
        result = eval(code, self.namespace)  # noqa: S307  (inside the jail)
        if code.co_flags & inspect.CO_COROUTINE:
            return asyncio.run(result)
        return result

    def _is_asked_for(self, statement: ast.stmt) -> bool:
        lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
        stated = any(s.first in lines and s.shows in {"value", "name"} for s in self.stated)
        return stated or any(want[0] in lines for want in self.wants)

    def _show(self, statement: ast.Expr, text: str) -> None:
        """An interactive interpreter shows the value of an expression; so does a transcript."""
        self.shown[statement.lineno] = text
        if self.wants:
            self.recorder.pieces.append(Printed((statement.lineno,), text + "\n"))

    def _is_announced(self, failure: Failure, statement: ast.stmt) -> bool:
        """Whether the note says, beside the statement or right below, that it raises this."""
        if failure.type == StoppedError.__name__:
            return False
        end = statement.end_lineno or statement.lineno
        lines = self.source.split("\n")
        said = [line.partition("#")[2] for line in lines[failure.line - 1 : end]]
        if end < len(lines) and lines[end].lstrip().startswith("#"):
            said.append(lines[end].partition("#")[2])
        said = [without_denials(text) for text in said]
        said += [want[3] for want in self.wants if statement.lineno <= want[0] <= end]
        names = (failure.type, *(base for base in failure.bases if base.endswith("Error")))
        quoted = len(failure.message) >= _TELLING and any(failure.message in text for text in said)
        if quoted or any(name in text for text in said for name in names) or any(map(_ANNOUNCES.search, said)):
            self.agreed.append(f"line {failure.line} raises {failure.type}")
            return True
        return False

    def _assertions(self) -> int:
        """The assertions at the level of the module that were reached; the one that fails ends the block."""
        held = 0
        for statement in self.tree.body[: self.done]:
            match statement:
                case ast.Assert():
                    held += 1
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name))):
                    held += bool(_ASSERTS.match(name))
        return held

    def _compared(self) -> list[Compared]:
        found = []
        since = 1
        for stated in self.stated:
            lines = range(stated.first, stated.last + 1)
            if stated.shows == "prints":
                actual = [self.recorder.from_lines(lines)]
                if not stated.beside:
                    actual.append(self.recorder.from_lines(range(since, stated.line)))
                    since = stated.end_line + 1 if stated.marked or not stated.loose else since
            else:
                actual = [self.shown.get(stated.first, ""), self.recorder.from_lines(lines)]
            found.append(self._comparison(stated, actual))
        for statement, line, end_line, text in self.wants:
            actual = [self.recorder.from_lines(range(self._begin(statement), statement + 1))]
            if not text.lstrip().startswith("Traceback"):
                end = len(text.split("\n")[-1]) + 1
                printed = tuple(piece for piece in actual if piece.strip())
                found.append(Compared(text, line, 1, end_line, end, True, True, printed))
        return found

    def _comparison(self, stated: Stated, actual: list[str]) -> Compared:
        span = (stated.line, stated.column, stated.end_line, stated.end_column)
        texts = tuple(text for text in actual if text.strip())
        remark = stated.loose
        if not (stated.marked or remark) and texts and compared_as_expressions(stated.text, texts[0]) is False:
            remark = names_something_else(stated.text, self.tree, stated.first, self.namespace)
        return Compared(stated.text, *span, stated.marked, False, texts, remark)

    def _begin(self, last_line: int) -> int:
        """The first line of the statement that ends on `last_line`."""
        ends = (s.lineno for s in self.tree.body if s.lineno <= last_line <= (s.end_lineno or s.lineno))
        return next(ends, last_line)

    def imports(self) -> list[CodeType]:
        """The imports that the block did not come to, or that failed."""
        left = [s for s in self.tree.body[self.done :] if isinstance(s, ast.Import | ast.ImportFrom)]
        return [compile(ast.Module([s], []), self.filename, "exec", flags=self.flags, dont_inherit=True) for s in left]

    def binds_left(self) -> frozenset[str]:
        """The names that the statements which did not come to their end would have bound."""
        left = ast.Module(self.tree.body[self.done :], [])
        return names_of(ast.unparse(left), left).binds

    def has_placeholder(self) -> bool:
        """Whether `...` stands where a value is meant: in `x = [...]` or `f(...)`, not in `x[..., 0]` or as a body."""
        nodes = list(ast.walk(self.tree))
        slices = {id(node.slice) for node in nodes if isinstance(node, ast.Subscript)}
        holders = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call, ast.Assign, ast.keyword, ast.BinOp)
        return any(
            isinstance(child, ast.Constant) and child.value is ...
            for node in nodes
            if isinstance(node, holders) and id(node) not in slices
            for child in ast.iter_child_nodes(node)
        )

    def attributes(self) -> set[str]:
        """The names behind a dot anywhere in the block."""
        return {node.attr for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}
