"""Sorting failures by cause: what became of a block, and whose doing it is.

Most blocks of real notes fail for a reason that is not a mistake of the note: a package that is not here, a file, a
name of an earlier block. Only what is left after these are sorted out is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from notevault.checks.model import Status
from notevault.checks.outcome import Failure, Outcome, State
from notevault.checks.syntax import explain

LIMITS: Mapping[str, str] = {
    "time": "it was stopped because it took too long",
    "memory": "it was stopped because it took too much memory",
    "output": "it was stopped because it printed too much",
    "disk": "it was stopped because it wrote too much to disk",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a name would come from: the line of a block that did not run, and why that one did not."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rest of the note: names lost by blocks above, all names bound above, and names bound below with the line."""

    lost: Mapping[str, Origin]
    above: frozenset[str]
    below: Mapping[str, int]
    star: Origin | None


PLACEHOLDER = "`...` where a value was left out"

_MAPS_MUCH = re.compile(r"\b(?:jax|jnp|tensorflow|tf)\b")
"""Names of libraries that abort where address space is limited: no fault of the note."""
_TOO_LARGE = 'the installed library ended the process; `check.frontend = "always"` runs the imitation instead'
_NO_ROOM = (
    "the installed library does not fit into the memory that a block may use; "
    '`check.frontend = "always"` runs the imitation instead, where there is one'
)
_ENDS = re.compile(r"\b(?:_exit|abort|kill|ctypes|exec[lv]\w*|fork)\b")

Judgement = tuple[Status, str]


def judge(outcome: Outcome, around: Surroundings, source: str) -> Judgement | None:
    """The status and the reason of a block that did not come to its end; `None` when it did."""
    failure = outcome.failure
    match outcome.state:
        case State.DONE | State.SKIPPED:
            return None
        case State.SYNTAX if failure:
            return Status.SYNTAX, explain(failure, source)
        case State.STOPPED if failure and failure.name in LIMITS:
            return Status.LIMIT, LIMITS[failure.name]
    if failure is None or outcome.state is State.STOPPED:
        if _MAPS_MUCH.search(source) and not _ENDS.search(source):
            return Status.UNSUPPORTED, _TOO_LARGE
        return Status.ERROR, "it ends the process that it runs in"
    for cause in _CAUSES:
        judgement = cause(failure, outcome, around)
        if judgement is not None:
            return judgement
    line = _line(source, failure.line)
    return Status.ERROR, f"{failure.type}: {first_sentence(failure.message)}" + (f" (at `{line}`)" if line else "")


def first_sentence(message: str) -> str:
    """The first line of an exception's message, cut to a readable length."""
    line = next((text.strip() for text in message.split("\n") if text.strip()), "no message")
    return line if len(line) <= 160 else f"{line[:157]}…"


def _line(source: str, number: int) -> str:
    lines = source.split("\n")
    line = lines[number - 1].strip() if 1 <= number <= len(lines) else ""
    return line if len(line) <= 60 else f"{line[:57]}…"


def quoted(names: Sequence[str]) -> str:
    """`a`, `b` and `c`.

    >>> quoted(["a", "b", "c"]), quoted(["a"])
    ('`a`, `b` and `c`', '`a`')
    """
    marked = [f"`{name}`" for name in names]
    return " and ".join([", ".join(marked[:-1]), marked[-1]] if len(marked) > 1 else marked)


def _is(failure: Failure, *types: str) -> bool:
    return any(name in types for name in (failure.type, *failure.bases))


def _unsupported(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    if not _is(failure, "UnsupportedError"):
        return None
    return Status.UNSUPPORTED, f"it needs {first_sentence(failure.message)}, which the imitation of the library lacks"


def _missing_module(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    if not _is(failure, "ModuleNotFoundError"):
        return None
    package = failure.name.partition(".")[0] or first_sentence(failure.message)
    return Status.NEEDS_PACKAGE, f"it needs the package {package}, which is not installed"


def _optional_dependency(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    """A package that asks for another one in words: "`Import lxml` failed", "requires the 'x' package"."""
    found = re.search(
        r"(?:[Mm]issing optional dependency|requires?|[Ii]nstall|pip install)\s+'?`?([\w.-]+)", failure.message
    )
    if not _is(failure, "ImportError") or found is None:
        return None
    return Status.NEEDS_PACKAGE, f"it needs the package {found[1]}, which is not installed"


def _unloadable(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    """An installed library that is larger than the address space of the jail."""
    too_large = re.search(r"failed to map segment|[Cc]annot allocate memory", failure.message)
    return (Status.UNSUPPORTED, _NO_ROOM) if _is(failure, "ImportError", "OSError") and too_large else None


def _undefined(failure: Failure, outcome: Outcome, around: Surroundings) -> Judgement | None:
    if not _is(failure, "NameError") or _is(failure, "UnboundLocalError"):
        return None
    name = failure.name
    modules = dict(text.split(" ", 1) for text in outcome.missing)
    if name in modules:
        package = modules[name].partition(".")[0]
        return Status.NEEDS_PACKAGE, f"it needs the package {package} (as `{name}`), which is not installed"
    if name in around.lost or (around.star is not None and name not in outcome.binds):
        origin = around.lost.get(name, around.star)
        if origin is not None:
            return Status.CASCADE, f"it needs `{name}` of the block at line {origin.line}, where {origin.reason}"
    if name in around.above:
        return None  # bound by a block that ran, perhaps in a branch that was not taken
    if name in outcome.binds:
        return Status.UNDEFINED, f"it uses `{name}` before it defines it"
    if name in around.below:
        return Status.UNDEFINED, f"it uses `{name}`, which only the block below at line {around.below[name]} defines"
    known = {*outcome.binds, *around.above, *around.lost, *modules}
    supplied = {text.partition(" ")[0] for text in outcome.supplied}
    others = [n for n in outcome.needs if n != name and n not in known | supplied]
    return Status.UNDEFINED, f"it uses {quoted([name, *others])}, which the note defines nowhere"


def _cascade(failure: Failure, outcome: Outcome, around: Surroundings) -> Judgement | None:
    """An exception of any kind in a block that builds on one which did not run is not its own."""
    used = sorted(name for name in outcome.needs if name in around.lost)
    if not used:
        return None
    origin = around.lost[used[0]]
    return Status.CASCADE, f"it needs {quoted(used)} of the block at line {origin.line}, where {origin.reason}"


def _input(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    through = set(failure.through)
    for wanted, what in _INPUTS:
        if wanted(failure, through):
            return Status.NEEDS_INPUT, f"it needs {what(failure)}"
    return None


def _process(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    starts = {"subprocess", "multiprocessing", "concurrent", "pty"}.intersection(failure.through)
    if not _is(failure, "OSError") or not starts:
        return None
    return Status.SKIPPED, "it starts another process, which the jail does not allow"


def _forbidden(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    """The filter of system calls answers EPERM, and Python gives no file name with it."""
    if not _is(failure, "PermissionError") or failure.name:
        return None
    return Status.SKIPPED, "it does something that the jail does not allow"


def _placeholder(failure: Failure, outcome: Outcome, _around: Surroundings) -> Judgement | None:
    if outcome.placeholder or "ellipsis" in failure.message:
        return Status.UNDEFINED, f"it has {PLACEHOLDER}"
    return None


def _assertion(failure: Failure, _outcome: Outcome, _around: Surroundings) -> Judgement | None:
    if failure.type != "AssertionError":
        return None
    said = f": {first_sentence(failure.message)}" if failure.message.strip() else ""
    return Status.ERROR, f"an assertion does not hold{said}"


_NETWORK_TYPES = ("URLError", "HTTPError", "gaierror", "ConnectionError", "RequestException", "herror")
_NETWORK_MODULES = {"socket", "urllib", "http", "requests", "ssl", "smtplib", "ftplib", "websockets", "urllib3"}

_Test = Callable[[Failure, set[str]], bool]
_Words = Callable[[Failure], str]

_INPUTS: Sequence[tuple[_Test, _Words]] = (
    (lambda f, _: _is(f, "EOFError") and "reading a line" in f.message, lambda _: "something typed in"),
    (
        lambda f, through: _is(f, "OSError", "EOFError", "termios.error") and "getpass" in through,
        lambda _: "a password",
    ),
    (lambda f, _: _is(f, *_NETWORK_TYPES), lambda _: "the network"),
    (lambda f, through: _is(f, "OSError") and bool(through & _NETWORK_MODULES), lambda _: "the network"),
    (lambda f, _: _is(f, "TclError"), lambda _: "a display"),
    (lambda f, through: _is(f, "SystemExit") and "argparse" in through, lambda _: "arguments of a command line"),
    (lambda f, through: _is(f, "KeyError") and "os" in through, lambda f: f"the environment variable {f.name}"),
    (lambda f, _: _is(f, "OSError") and bool(f.name), lambda f: f"the file {f.name}"),
    (lambda f, _: _is(f, "FileNotFoundError"), lambda f: f"a file: {first_sentence(f.message)}"),
    (lambda f, _: _is(f, "OSError") and "Read-only file system" in f.message, lambda _: "to write outside its folder"),
    (
        lambda f, _: _is(f, "OperationalError", "DatabaseError") and "no such table" in f.message,
        lambda f: f"a database with the table {f.message.partition(':')[2].strip()}",
    ),
    (
        lambda f, _: _is(f, "OperationalError") and "unable to open database" in f.message,
        lambda _: "a file of a database",
    ),
    (lambda f, _: "not found on" in f.message and _is(f, "LookupError"), lambda _: "data that is not installed"),
)

# In order: the first that recognises the failure decides.
_CAUSES: Sequence[Callable[[Failure, Outcome, Surroundings], Judgement | None]] = (
    _unsupported,
    _missing_module,
    _optional_dependency,
    _unloadable,
    _undefined,
    _process,
    _cascade,
    _input,
    _forbidden,
    _placeholder,
    _assertion,
)
