"""A block run again on the engine, statement by statement: its arrays are leaves of the tape, all else follows.

What every statement gave a name is kept, with the names that were in reach: functions of the block are walked into, so
that their lines are there too. A loop that changes the parameters is run once. What the engine cannot follow takes the
names it binds away, so that nothing is concluded from it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, tensor
from notevault.frontends.watching.on_tape import WORDS, on_tape
from notevault.frontends.watching.statements import bound_in, keyed, statements_of, targets_of

MAX_STATEMENTS = 3000
MAX_DEPTH = 6
Names = dict[str, Any]
RETURNED = "return"
"""The holder of what a function gives back."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A value that a statement gave a name (or a key of a dict), where it stands, and the names then in reach."""

    name: str
    value: Any
    statement: ast.stmt
    expression: ast.expr | None
    names: Mapping[str, Any]
    holder: str = ""
    """The dict, where `name` is a key of one."""
    depth: int = 0
    """0 for the block's own lines, more for those of its functions."""


class _Stop(Exception):  # noqa: N818 - not an error: the rest of the block is not to be run
    """The parameters have changed; what follows is about other values."""


class _Return(Exception):  # noqa: N818 - how a function ends
    """A return statement was reached."""

    def __init__(self, value: Any, statement: ast.Return) -> None:
        self.value, self.statement = value, statement
        super().__init__()


@dataclass(slots=True)
class Rerun:
    """The block on the tape. `parameters` are the names that gradients belong to; `history` is what was assigned."""

    filename: str
    names: Names
    parameters: frozenset[str]
    gradients: frozenset[str]
    leaves: dict[str, Tensor] = field(default_factory=dict)
    history: list[Assigned] = field(default_factory=list)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    returned: dict[str, list[Assigned]] = field(default_factory=dict)
    steps: int = 0
    depth: int = 0

    def run(self, tree: ast.Module) -> None:
        """Run the block to its end, or until the parameters that gradients were computed for have changed."""
        self.names.update(WORDS)
        for name in list(self.names):
            self._make_leaf(name, self.names)
        try:
            self._body(tree.body, self.names)
        except (_Stop, _Return):
            return

    # -- statements -----------------------------------------------------------------------------------------------

    def _body(self, body: Sequence[ast.stmt], names: Names) -> None:
        for statement in body:
            self.steps += 1
            if self.steps > MAX_STATEMENTS:
                raise _Stop
            self._statement(statement, names)

    def _statement(self, statement: ast.stmt, names: Names) -> None:
        match statement:
            case ast.For() | ast.While():
                self._loop(statement, names)
            case ast.If(test=test, body=body, orelse=other):
                known, value = self._value(test, names)
                if known:
                    self._body(body if value else other, names)
                else:
                    self._forget(bound_in([statement]), names)
            case ast.With(body=body):
                self._body(body, names)
            case ast.Return(value=value):
                known, result = self._value(value or ast.Constant(None), names)
                raise _Return(result if known else None, statement)
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
                return
            case ast.FunctionDef(name=name):
                self.functions[name] = statement
                self._execute(statement, names)
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                self._assign(statement, names)
            case _:
                self._execute(statement, names)

    def _loop(self, loop: ast.For | ast.While, names: Names) -> None:
        bound = bound_in(loop.body)
        trains = names is self.names and any(self._changes_parameters(s) for s in statements_of(loop.body))
        rounds = self._rounds(loop, names)
        if rounds is None:
            self._forget(bound, names)
            return
        for item in rounds:
            if isinstance(loop, ast.For):
                names["__tape_item_now"] = item
                self._statement(_first_line(loop), names)
            self._body(loop.body, names)
            if trains:
                raise _Stop  # what stands behind the loop sees parameters that were trained

    def _rounds(self, loop: ast.For | ast.While, names: Names) -> Iterator[Any] | None:
        if isinstance(loop, ast.While):
            return iter(lambda: bool(self._value(loop.test, names)[1]), False)
        known, values = self._value(loop.iter, names)
        try:
            return iter(values) if known else None
        except TypeError:
            return None

    def _changes_parameters(self, statement: ast.stmt) -> bool:
        """Whether a statement trains: a loop that only adds up gradients is run to its end."""
        changed = targets_of(statement)
        if any(name in self.parameters and name in self.leaves for name in [*changed, *keyed(statement)]):
            return True
        held = [self.names[name] for name in changed if isinstance(self.names.get(name), dict)]
        leaves = {leaf.index for name, leaf in self.leaves.items() if name in self.parameters}
        return any(isinstance(v, Tensor) and v.index in leaves for values in held for v in values.values())

    def _assign(self, statement: ast.Assign | ast.AugAssign | ast.AnnAssign, names: Names) -> None:
        judged = any(entry.name in self.gradients for entry in self.history)
        if judged and names is self.names and self._changes_parameters(statement):
            raise _Stop
        value = statement.value
        if isinstance(statement, ast.Assign) and isinstance(value, ast.Call):
            known, result = self._call(value, names)
            if known:
                names["__tape_result"] = result
                module = ast.Assign(statement.targets, ast.Name("__tape_result", ast.Load()))
                self._execute(ast.copy_location(module, statement), names)
                self._note(statement, names, value)
                return
        if self._execute(statement, names):
            self._note(statement, names, value)

    def _note(self, statement: ast.stmt, names: Names, expression: ast.expr | None) -> None:
        """Keep what was assigned, and put new arrays on the tape."""
        for name in targets_of(statement):
            self._make_leaf(name, names)
            if name in names:
                if isinstance(names[name], dict) and isinstance(expression, ast.Dict):
                    self._note_dict(name, statement, expression, names)
                self._keep(name, names[name], expression, (statement, names))
        for key in keyed(statement):
            holder = targets_of(statement)[0]
            if isinstance(names.get(holder), dict) and key in names[holder]:
                self._keep(key, names[holder][key], expression, (statement, names), holder)

    def _note_dict(self, holder: str, statement: ast.stmt, expression: ast.Dict, names: Names) -> None:
        for key, value in zip(expression.keys, expression.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in names[holder]:
                self._keep(str(key.value), names[holder][key.value], value, (statement, names), holder)

    def _keep(self, name: str, value: Any, part: ast.expr | None, at: tuple[ast.stmt, Names], holder: str = "") -> None:
        statement, names = at
        self.history.append(Assigned(name, value, statement, part, _copied(names), holder, self.depth))

    # -- functions of the block -----------------------------------------------------------------------------------

    def _call(self, call: ast.Call, names: Names) -> tuple[bool, Any]:
        """The value of a call of a function that the block defines, walked line by line; (False, None) for others."""
        function = self.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if function is None or function.decorator_list or self.depth >= MAX_DEPTH:
            return False, None
        given = self._arguments(function, call, names)
        return (False, None) if given is None else self.enter(function, given)

    def enter(self, function: ast.FunctionDef, given: Mapping[str, Any]) -> tuple[bool, Any]:
        """The value of a function of the block for these arguments, each of its lines in the history."""
        inside = {**self.names, **given}
        before = len(self.history)
        self.depth += 1
        try:
            self._body(function.body, inside)
            value = None
        except _Return as end:
            value = end.value
            self._note_returned(function, end, inside)
        except _Stop:
            del self.history[before:]
            return False, None
        finally:
            self.depth -= 1
        return True, value

    def _note_returned(self, function: ast.FunctionDef, end: _Return, names: Names) -> None:
        """What a function gives back, part by part, with the name each part has."""
        expression = end.statement.value
        values, parts = [end.value], [expression]
        if isinstance(expression, ast.Tuple) and isinstance(end.value, tuple):
            values, parts = list(end.value), list(expression.elts)
        kept: list[Assigned] = []
        for value, part in zip(values, parts, strict=True):
            pieces = [(part.id if isinstance(part, ast.Name) else "", value, part)]
            if isinstance(part, ast.Dict) and isinstance(value, dict):
                keys = [key.value if isinstance(key, ast.Constant) else None for key in part.keys]
                pieces = [(str(k), value[k], p) for k, p in zip(keys, part.values, strict=True) if k in value]
            for name, held, piece in pieces:
                kept.append(Assigned(name, held, end.statement, piece, _copied(names), RETURNED, self.depth))
        self.returned[function.name] = kept
        self.history += [entry for entry in kept if entry.name and not isinstance(entry.expression, ast.Name)]

    def _arguments(self, function: ast.FunctionDef, call: ast.Call, names: Names) -> dict[str, Any] | None:
        wanted = function.args
        places = [argument.arg for argument in (*wanted.posonlyargs, *wanted.args)]
        every = [*places, *(argument.arg for argument in wanted.kwonlyargs)]
        plain = not (wanted.vararg or wanted.kwarg or any(isinstance(a, ast.Starred) for a in call.args))
        if not plain or any(keyword.arg not in every for keyword in call.keywords) or len(call.args) > len(places):
            return None
        expressions = dict(zip(reversed(places), reversed(wanted.defaults), strict=False))
        expressions |= {a.arg: d for a, d in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True) if d is not None}
        expressions |= dict(zip(places, call.args, strict=False))
        expressions |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
        found = {name: self._value(expression, names) for name, expression in expressions.items()}
        if set(found) != set(every) or not all(known for known, _ in found.values()):
            return None
        return {name: value for name, (_, value) in found.items()}

    # -- running --------------------------------------------------------------------------------------------------

    def evaluate(self, expression: ast.expr, names: Mapping[str, Any]) -> Any:
        """The value of an expression on the tape; raises whatever it raises."""
        code = compile(ast.Expression(on_tape(expression)), self.filename, "eval")
        return eval(code, {**names})  # noqa: S307 - inside the jail, as the block itself

    def _value(self, expression: ast.expr, names: Names) -> tuple[bool, Any]:
        if isinstance(expression, ast.Call):
            known, value = self._call(expression, names)
            if known:
                return True, value
        for chosen in (names, self._without_data(names)):
            try:
                return True, self.evaluate(expression, chosen)
            except (_Return, _Stop):
                raise
            except Exception:  # noqa: S112 - a stranger's code may raise anything; then it is not known
                continue
        return False, None

    def _execute(self, statement: ast.stmt, names: Names) -> bool:
        """Run one statement; where the tape does not know an operation, on plain data as far as that is possible."""
        code = compile(ast.Module([on_tape(statement)], type_ignores=[]), self.filename, "exec")
        try:
            exec(code, names)  # noqa: S102 - inside the jail, as the block itself
        except Exception:
            plain = self._without_data(names)
            try:
                exec(code, plain)  # noqa: S102
            except Exception:
                self._forget(bound_in([statement]), names)
                return False
            names.update({name: plain[name] for name in bound_in([statement]) if name in plain})
        return True

    def _forget(self, bound: Sequence[str], names: Names) -> None:
        for name in bound:
            names.pop(name, None)
            if names is self.names:
                self.leaves.pop(name, None)

    def _without_data(self, names: Names) -> Names:
        """The names with plain arrays for all that no parameter has entered."""
        chosen = [leaf.index for name, leaf in self.leaves.items() if name in self.parameters]
        return {
            name: value.value if isinstance(value, Tensor) and not _rests_on(value, chosen) else value
            for name, value in names.items()
        }

    # -- leaves ---------------------------------------------------------------------------------------------------

    def _make_leaf(self, name: str, names: Names) -> None:
        value = names.get(name)
        if name.startswith("__") or name in self.gradients:
            return
        if isinstance(value, dict):
            for key, held in value.items():
                if isinstance(key, str) and key not in self.gradients and _is_array(held, key in self.parameters):
                    value[key] = self.leaves[key] = tensor(held, name=f'{name}["{key}"]')
        elif _is_array(value, name in self.parameters):
            names[name] = self.leaves[name] = tensor(value, name=name)


def _copied(names: Names) -> Names:
    """The names as they are now: a dict of the note may be changed by the lines that follow."""
    return {name: dict(value) if isinstance(value, dict) else value for name, value in names.items()}


def _is_array(value: Any, parameter: bool) -> bool:
    """Whether a value is one to differentiate by; of whole numbers and classes (0, 1) only parameters are."""
    if isinstance(value, float | np.floating):
        return True
    if not isinstance(value, np.ndarray) or not value.size:
        return False
    if value.dtype.kind == "i":
        return parameter
    return value.dtype.kind == "f" and (parameter or not bool(np.all(np.isin(value, (0, 1, -1)))))


def _rests_on(value: Tensor, chosen: Sequence[int]) -> bool:
    seen: set[int] = set()
    pending = [value]
    while pending:
        node = pending.pop()
        if node.index in chosen:
            return True
        if node.index not in seen:
            seen.add(node.index)
            pending.extend(operand for operand in node.operands if isinstance(operand, Tensor))
    return False


def _first_line(loop: ast.For) -> ast.stmt:
    """The assignment that a round of the loop begins with."""
    head = ast.Assign([loop.target], ast.Name("__tape_item_now", ast.Load()))
    return ast.fix_missing_locations(ast.copy_location(head, loop))
