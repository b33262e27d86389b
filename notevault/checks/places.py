"""From an exception to the lines and columns of the block that raised it, all 1-based and in code points."""

from __future__ import annotations

import traceback
from types import TracebackType

from notevault.checks.outcome import Failure

_LONGEST = 500


def _bases(error: BaseException) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in type(error).__mro__[1:-1])


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        text = ""  # an exception class of the block, whose own __str__ fails
    return text[:_LONGEST]


def of_syntax(error: BaseException, source: str) -> Failure:
    """The place that the compiler points to."""
    lines = source.split("\n")
    line = min(max(getattr(error, "lineno", None) or 1, 1), len(lines))
    message = getattr(error, "msg", None) or _message(error) or type(error).__name__
    if isinstance(error, IndentationError):  # it points to the end of the line, and speaks of its beginning
        margin = len(lines[line - 1]) - len(lines[line - 1].lstrip())
        return Failure(type(error).__name__, _bases(error), message[:_LONGEST], line, 1, line, max(margin, 1) + 1)
    width = len(lines[line - 1])
    column = min(max(getattr(error, "offset", None) or 1, 1), width + 1)
    end_line = min(max(getattr(error, "end_lineno", None) or line, line), len(lines))
    end_column = getattr(error, "end_offset", None) or column + 1
    if (end_line, end_column) <= (line, column):
        end_line, end_column = line, column + 1
    end_column = min(end_column, len(lines[end_line - 1]) + 1)
    return Failure(type(error).__name__, _bases(error), message[:_LONGEST], line, column, end_line, end_column)


def _missing_name(error: BaseException) -> str:
    """The name, module, file or variable that an exception misses."""
    match error:
        case NameError(name=str(name)) | ImportError(name=str(name)):
            return name
        case KeyError(args=(str(name), *_)):
            return name
        case OSError(filename=str(name)):
            return name
    return ""


def _through(trace: TracebackType | None) -> tuple[str, ...]:
    """The modules that the exception passed on its way to the block, outermost first."""
    names = [str(frame.f_globals.get("__name__", "")) for frame, _line in traceback.walk_tb(trace)]
    return tuple(dict.fromkeys(name.partition(".")[0] for name in names if name))


def of_exception(error: BaseException, source: str, filename: str, fallback: int) -> Failure:
    """The innermost place of the block that the exception passed; line `fallback` when it passed none."""
    lines = source.split("\n")
    place = (fallback, 1, fallback, len(lines[fallback - 1]) + 1)
    for summary in traceback.extract_tb(error.__traceback__):
        line = summary.lineno
        if summary.filename != filename or line is None or not 1 <= line <= len(lines):
            continue
        end = min(summary.end_lineno or line, len(lines))
        if summary.colno is None or summary.end_colno is None:
            place = (line, 1, line, len(lines[line - 1]) + 1)
        else:
            place = (line, _column(lines[line - 1], summary.colno), end, _column(lines[end - 1], summary.end_colno))
    name, through = _missing_name(error), _through(error.__traceback__)
    return Failure(type(error).__name__, _bases(error), _message(error), *place, name[:_LONGEST], through)


def _column(line: str, byte_offset: int) -> int:
    return len(line.encode()[:byte_offset].decode("utf-8", "replace")) + 1
