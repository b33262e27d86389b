"""Small edits that may mend a block which does not compile: a table of makers, each for one way in which code breaks.

Most breaks come from the way of a text through Markdown and back: `**` and `*` are taken for emphasis, spaces become
no-break spaces, quotes become curly. A candidate is only a guess; `code` accepts it when the block compiles and runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from notevault.checks.outcome import Failure


@dataclass(frozen=True, slots=True)
class Replacement:
    """Replace columns `column` to `end_column` of one line of the block, 1-based."""

    line: int
    column: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A repair that may hold."""

    description: str
    replacements: tuple[Replacement, ...]

    @property
    def cost(self) -> int:
        """How many characters it puts in or takes out."""
        return sum(len(r.text) + r.end_column - r.column for r in self.replacements)

    def applied(self, source: str) -> str:
        """The source after the repair."""
        lines = source.split("\n")
        for r in sorted(self.replacements, key=lambda r: (r.line, r.column), reverse=True):
            line = lines[r.line - 1]
            lines[r.line - 1] = line[: r.column - 1] + r.text + line[r.end_column - 1 :]
        return "\n".join(lines)


Maker = Callable[[Sequence[str], Failure], Iterator[Candidate]]

_MOST_CANDIDATES = 24
_MOST_LINES = 2_000
_LONGEST_LINE = 1_000
_INDENT = "    "
_STRING = re.compile(r"""('[^'\n]*'|"[^"\n]*")|(#.*)$""")


def candidates(source: str, failure: Failure) -> list[Candidate]:
    """The repairs to try, the smallest first; in the order of the makers among equals."""
    lines = source.split("\n")
    if len(lines) > _MOST_LINES or max(map(len, lines)) > _LONGEST_LINE:
        return []  # nobody wrote this by hand
    found: dict[tuple[Replacement, ...], Candidate] = {}
    for make in MAKERS:
        for candidate in make(lines, failure):
            found.setdefault(candidate.replacements, candidate)
    return sorted(found.values(), key=lambda candidate: candidate.cost)[:_MOST_CANDIDATES]


def _code_only(line: str) -> str:
    """The line with its strings and its comment blanked, so that patterns find code alone."""
    return _STRING.sub(lambda match: " " * len(match[0]) if match[2] else '"' * len(match[0]), line)


def _by_pattern(pattern: re.Pattern[str], insert: str, description: str) -> Maker:
    """Put `insert` at the group "gap" of every match, on the failing line alone or in the whole block."""

    def make(lines: Sequence[str], failure: Failure) -> Iterator[Candidate]:
        everywhere = []
        for number, line in enumerate(lines, 1):
            for match in pattern.finditer(_code_only(line)):
                start, end = match.span("gap")
                everywhere.append(Replacement(number, start + 1, end + 1, insert))
        here = tuple(r for r in everywhere if r.line == failure.line)
        for replacement in here:
            yield Candidate(description, (replacement,))
        if len(here) > 1:
            yield Candidate(description, here)
        if here and len(everywhere) > len(here):
            yield Candidate(description, tuple(everywhere))

    return make


def _by_characters(table: dict[str, str], description: str) -> Maker:
    """Replace the characters of `table` wherever they stand: they come in numbers."""
    pattern = re.compile("|".join(map(re.escape, table)))

    def make(lines: Sequence[str], _failure: Failure) -> Iterator[Candidate]:
        found = [
            Replacement(number, match.start() + 1, match.end() + 1, table[match[0]])
            for number, line in enumerate(lines, 1)
            for match in pattern.finditer(line)
        ]
        if found:
            yield Candidate(description, tuple(found))

    return make


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indentation(lines: Sequence[str], failure: Failure) -> Iterator[Candidate]:
    """Give the failing line the indentation of a line above it."""
    if failure.type not in {"IndentationError", "TabError"} or "expected an indented block" in failure.message:
        return
    row = failure.line - 1
    here = _margin(lines[row])
    margins = {_margin(line) for line in lines[:row] if line.strip()}
    for margin in sorted(margins - {here}, key=lambda text: (abs(len(text) - len(here)), text)):
        change = (Replacement(failure.line, 1, len(here) + 1, margin),)
        yield Candidate("indent the line as the lines above", change)
        block = [n for n in range(row, len(lines)) if lines[n].startswith(here) and lines[n].strip()]
        run = tuple(Replacement(n + 1, 1, len(here) + 1, margin) for n in block)
        if here and len(run) > 1:
            yield Candidate("indent the lines as the lines above", run)


def _missing_indent(lines: Sequence[str], failure: Failure) -> Iterator[Candidate]:
    """Indent what follows a colon: one line, or all to the next empty line."""
    if "expected an indented block" not in failure.message:
        return
    row = failure.line - 1
    length = next((n for n in range(row, len(lines)) if not lines[n].strip()), len(lines)) - row
    for count in dict.fromkeys((1, length)):
        numbers = range(failure.line, failure.line + count)
        yield Candidate("indent the body", tuple(Replacement(n, 1, 1, _INDENT) for n in numbers))


def _colon(lines: Sequence[str], failure: Failure) -> Iterator[Candidate]:
    """Put the colon at the end of a line that opens a block."""
    line = _code_only(lines[failure.line - 1]).rstrip()
    if re.match(r"\s*(?:if|elif|else|for|while|def|class|with|try|except|finally|match|case|async)\b", line):
        at = len(line) + 1
        if not line.endswith(":"):
            yield Candidate("add the colon", (Replacement(failure.line, at, at, ":"),))


def _brackets(lines: Sequence[str], failure: Failure) -> Iterator[Candidate]:
    """Close a bracket that stays open, or take out one that closes nothing."""
    unclosed = re.match(r"'([(\[{])' was never closed", failure.message)
    if unclosed:
        closing = {"(": ")", "[": "]", "{": "}"}[unclosed[1]]
        for number in dict.fromkeys((failure.line, len(lines))):
            at = len(_code_only(lines[number - 1]).rstrip()) + 1
            yield Candidate(f"close the bracket with `{closing}`", (Replacement(number, at, at, closing),))
    surplus = re.match(r"unmatched '([)\]}])'", failure.message)
    if surplus:
        line = lines[failure.line - 1]
        for at in (m.start() + 1 for m in re.finditer(re.escape(surplus[1]) + "+", line)):
            count = len(line[at - 1 :]) - len(line[at - 1 :].lstrip(surplus[1]))
            for taken in range(1, count + 1):
                yield Candidate(
                    f"take out the surplus `{surplus[1]}`", (Replacement(failure.line, at, at + taken, ""),)
                )


def _print_statement(lines: Sequence[str], failure: Failure) -> Iterator[Candidate]:
    """`print x` of Python 2, everywhere in the block."""
    found = []
    for number, line in enumerate(lines, 1):
        match = re.match(r"\s*print(\s+)(?=[^\s(=])", line)
        end = len(_code_only(line).rstrip())
        if match:
            found += [
                Replacement(number, match.start(1) + 1, match.end(1) + 1, "("),
                Replacement(number, end + 1, end + 1, ")"),
            ]
    if found and "print" in lines[failure.line - 1]:
        yield Candidate("give `print` its brackets", tuple(found))


_LOST_POWER = re.compile(r"(?<=[)\]])(?P<gap>\s?)(?=[2-9](?![\w.(]))")
_LOST_TIMES = (
    re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?P<gap>)(?=[A-Za-z_(])(?![eEjJxXbBoO_]\w)"),  # 2x, 2(x)
    re.compile(r"(?<=\))(?P<gap>)(?=[A-Za-z_]\w*\s*(?:[-+*/)\],]|$))"),  # (a + b)x
)
_LOST_SPACED_TIMES = re.compile(r"(?<=[\w)\]])(?P<gap>  )(?=[A-Za-z_(]|\d+\.\d|\d\d)")
_SPACES = dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " ")
_INVISIBLE = dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
_QUOTES = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"}
_OPERATORS = {"–": "-", "−": "-", "×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!="}

MAKERS: Sequence[Maker] = (
    _by_pattern(_LOST_POWER, "**", "put back the lost `**`"),
    *(_by_pattern(pattern, "*", "put back the lost `*`") for pattern in _LOST_TIMES),
    _by_pattern(_LOST_SPACED_TIMES, " * ", "put back the lost `*`"),
    _by_characters(_SPACES, "make the no-break spaces ordinary spaces"),
    _by_characters(_INVISIBLE, "take out the invisible characters"),
    _by_characters(_QUOTES, "make the curly quotes straight"),
    _by_characters(_OPERATORS, "write the operators as Python does"),
    _colon,
    _brackets,
    _indentation,
    _missing_indent,
    _print_statement,
)
"""Every way in which a block breaks that we know how to mend; adding one is one more row."""
