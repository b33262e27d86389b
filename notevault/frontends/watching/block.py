"""A block as an observer sees it, and the place of a call in it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol

from notevault.frontends.claims import Finding, Verdict


class BlockCode(Protocol):
    """A block that runs: its place in the session, its source, and the name its code objects carry."""

    @property
    def index(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def filename(self) -> str: ...


class Observer(Protocol):
    """What watches a session; `after` says what was found in the block that just ran."""

    def start(self, namespace: dict[str, Any]) -> None: ...
    def before(self, block: BlockCode) -> None: ...
    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a block: 1-based lines and columns in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def text(self, source: str) -> str:
        """The source there, on one line."""
        lines = source.split("\n")[self.line - 1 : self.end_line]
        lines[-1] = lines[-1][: self.end_column - 1]
        lines[0] = lines[0][self.column - 1 :]
        return " ".join(line.strip() for line in lines)

    def finding(self, kind: str, origin: str, source: str, verdict: Verdict) -> Finding:
        """A finding at this place of the block's source."""
        return Finding(kind, origin, self.text(source), self.line, self.column, self.end_line, self.end_column, verdict)


def place_of_call(frame: FrameType, source: str) -> Place:
    """Where the call stands that `frame` is executing."""
    positions = list(frame.f_code.co_positions())
    line, end_line, column, end_column = positions[frame.f_lasti // 2]
    line = line or frame.f_lineno
    rows = source.split("\n")
    return Place(
        line,
        _code_points(rows, line, column or 0) + 1,
        end_line or line,
        _code_points(rows, end_line or line, end_column or 0) + 1,
    )


def place_of_node(node: ast.expr | ast.stmt, source: str) -> Place:
    """Where a piece of the syntax tree stands."""
    rows = source.split("\n")
    end_line = node.end_lineno or node.lineno
    return Place(
        node.lineno,
        _code_points(rows, node.lineno, node.col_offset) + 1,
        end_line,
        _code_points(rows, end_line, node.end_col_offset or 0) + 1,
    )


def _code_points(rows: list[str], line: int, offset: int) -> int:
    """Python counts columns in bytes of UTF-8; editors and this project in code points."""
    return len(rows[line - 1].encode()[:offset].decode(errors="replace")) if line <= len(rows) else offset
