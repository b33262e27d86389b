"""Blocks whose output rests on the clock, the machine, its files or its versions: a note cannot be held to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from notevault.checks.cells import Cell
from notevault.checks.compare import agrees
from notevault.checks.outcome import Outcome

_CALLED = (
    # the process and its memory
    "id", "hash", "getpid", "get_ident", "active_count", "getsizeof", "getrefcount", "get_traced_memory", "getrusage",
    "memory_usage", "locals", "globals", "vars", "dir",
    # clocks
    "now", "today", "utcnow", "localtime", "gmtime", "ctime", "time", "time_ns", "perf_counter", "perf_counter_ns",
    "process_time", "monotonic", "timeit", "clock", "default_timer",
    # files
    "listdir", "scandir", "walk", "glob", "rglob", "iglob", "iterdir", "getcwd", "cwd", "exists", "isfile", "isdir",
    "is_file", "is_dir", "abspath", "resolve", "stat", "getsize", "which",
    # the machine and what is installed on it
    "cpu_count", "getenv", "uname", "getlogin", "getuser", "gethostname",
    "python_version", "list_physical_devices", "finfo", "urandom", "getrandbits", "uuid1", "uuid4", "token_hex",
)  # fmt: skip
_DEPENDS = re.compile(
    rf"\b(?:{'|'.join(_CALLED)})\(|\b__version__\b|\b__file__\b|\.(?:nbytes|itemsize)\b|\bplatform\.\w+|\bos\.environ\b"
    r"|\bsys\.(?!stdout|stderr|exit|set|maxsize|float_info)\w+|\b(?:version_info|hexversion)\b"
    r"|\bprint\([^#\n]{0,200}\b(?:is_available|device_count)\("
    r"|\bprint\([^#\n]{0,200}\bis\b(?!\s+(?:not\s+)?(?:None|True|False)\b)"  # whether small values are one object
)
_OTHER_VERSION = re.compile(r"\bpython ?2\b|\b(?:older|earlier|previous|old) versions?\b", re.IGNORECASE)
_FREE_SIGNS = re.compile(r"\b(?:eig|eigh|eigs|eigsh|svd|svds|qr|schur|null_space|PCA|TruncatedSVD)\(")
_WIDTH = re.compile(r"\bu?int(?:32|64)\b|<U\d+")
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(.+)$", re.MULTILINE)


def depends_on_machine(source: str) -> bool:
    """Whether something in the code asks the machine, so that elsewhere, or later, it may print something else.

    >>> depends_on_machine("print(date.today())"), depends_on_machine("print(date(2024, 1, 1))")
    (True, False)
    """
    return _DEPENDS.search(source) is not None


def speaks_of_another_version(words: str) -> bool:
    """Whether the words above a block say that it is for a version that is not at hand."""
    return _OTHER_VERSION.search(words) is not None


def differs_by_platform(note: str, block: str, stated: str, printed: str) -> bool:
    """Whether two texts differ only in what the library or the platform is free to choose."""
    return differs_in_free_signs(note, stated, printed) or differs_in_width(block, stated, printed)


def differs_in_free_signs(source: str, stated: str, printed: str) -> bool:
    """Whether two texts differ in signs alone, where the code takes vectors that are known up to their sign.

    >>> differs_in_free_signs("q, r = np.linalg.qr(A)", "[-0.6 -0.8]", "[0.6 0.8]")
    True
    """
    return _FREE_SIGNS.search(source) is not None and agrees(stated.replace("-", ""), printed.replace("-", ""))


def differs_in_width(source: str, stated: str, printed: str) -> bool:
    """Whether two texts differ in the bits of numpy's integers alone, which the platform and the version decide.

    >>> differs_in_width("np.array([1]).dtype", "dtype('int32')", "dtype('int64')")
    True
    """
    free = not re.search(r"int32|int64|<U\d", re.sub(r"#.*", "", source))
    return free and agrees(_WIDTH.sub("int", stated), _WIDTH.sub("int", printed))


def machine_dependent(cells: Sequence[Cell], outcomes: Sequence[Outcome]) -> set[int]:
    """The cells that ask the machine, and those that use names which such a cell binds, other than by an import."""
    found: set[int] = set()
    names: set[str] = set()
    for index, (cell, outcome) in enumerate(zip(cells, outcomes, strict=True)):
        if depends_on_machine(cell.source) or names & set(outcome.needs):
            found.add(index)
            names |= set(outcome.binds) - _imported(cell.source)
        else:
            names -= set(outcome.binds)
    return found


def _imported(source: str) -> set[str]:
    return {name for names in _IMPORT.findall(source) for name in re.findall(r"\w+", names)}
