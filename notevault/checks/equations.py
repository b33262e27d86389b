"""The mathematics that a note states in its formulas: claims with verdicts, and a diagnostic for each that is wrong."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from notevault.checks.messages import refutation
from notevault.checks.model import Claim
from notevault.diagnostics import Diagnostic, Span
from notevault.frontends.claims import Finding, Outcome
from notevault.frontends.latex.assignments import definitions
from notevault.frontends.latex.claims import Passage, claims
from notevault.frontends.latex.context import Definition
from notevault.frontends.latex.surroundings import Surroundings
from notevault.notes.model import BlockKind, Note
from notevault.rules import RULES

_CODES = {"gradient": "NV402", "update-rule": "NV403", "equation": "NV404"}
_WORDY = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.HEADING, BlockKind.HTML})
_OTHER = re.compile(
    r"(?<!\\)\\\((?P<round>.+?)\\\)|(?<!\\)\\\[(?P<square>.+?)\\\]"
    r"|(?<![\\$])\$\s+(?P<padded>[^$]*?\\[a-zA-Z][^$]*?)\s*\$(?!\$)",
    re.DOTALL,
)
"""Formulas as other editors take them: in bracket commands, and in dollars with blanks around a LaTeX command."""


@dataclass(frozen=True, slots=True)
class _Formula:
    """A formula and where its LaTeX stands in the note; `exact` when the note has it there letter by letter."""

    latex: str
    start: int
    whole: Span
    exact: bool


def equation_claims(note: Note) -> tuple[tuple[Claim, ...], tuple[Diagnostic, ...]]:
    """The claims that the formulas of `note` make, in their order, and a diagnostic for each one that is refuted."""
    formulas = sorted(_formulas(note), key=lambda formula: formula.start)
    if not formulas:
        return (), ()
    surroundings = _Words(note)
    code = _code_definitions(note)
    passages = []
    for formula in formulas:
        defines: list[Definition] = []
        while code and code[0][0] <= formula.start:
            defines += code.pop(0)[1]
        passages.append(Passage(formula.latex, surroundings.around(formula), tuple(defines)))
    found: list[Claim] = []
    diagnostics: list[Diagnostic] = []
    for placed in claims(passages):
        finding = placed.finding
        span = _span(note, formulas[placed.passage], finding)
        claim = Claim(note.path, finding.kind, finding.source, finding.text, span, finding.verdict)
        found.append(claim)
        if finding.verdict.outcome is Outcome.REFUTED:
            rule = RULES[_CODES[claim.kind]]
            diagnostics.append(Diagnostic(rule.code, rule.severity, refutation(claim), note.path, span))
    return tuple(found), tuple(diagnostics)


def _formulas(note: Note) -> Iterator[_Formula]:
    """The note's formulas, and those that only other editors than Obsidian show."""
    for formula in note.formulas:
        exact = note.text[formula.content.start : formula.content.end] == formula.latex
        yield _Formula(formula.latex, formula.content.start, formula.span, exact)
    taken = [(formula.span.start, formula.span.end) for formula in note.formulas]
    for block in note.blocks:
        if block.kind not in _WORDY:
            continue
        for match in _OTHER.finditer(note.text, block.span.start, block.span.end):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                whole = note.source.span(match.start(), match.end())
                group = match.lastgroup or ""
                yield _Formula(match[group], match.start(group), whole, exact=True)


def _code_definitions(note: Note) -> list[tuple[int, list[Definition]]]:
    return [
        (block.span.end, definitions(block.source)) for block in note.code_blocks if block.language in {"python", "py"}
    ]


_NEAR = 2_000
"""Characters of a paragraph that count as around a formula: a paragraph may hold thousands of formulas."""


@dataclass(slots=True)
class _Words:
    """The words of a note, to be asked what stands around a place."""

    note: Note
    starts: list[int] = field(init=False)
    whole: str = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [block.span.start for block in self.note.blocks]
        tags = " ".join(tag.name for tag in self.note.tags)
        words = " ".join(block.plain for block in self.note.blocks if block.kind is not BlockKind.CODE)
        self.whole = f"{self.note.title} {tags} {words}"

    def around(self, formula: _Formula) -> Surroundings:
        """What stands around a formula."""
        place = bisect_right(self.starts, formula.whole.start) - 1
        if place < 0:
            return Surroundings(note=self.whole)
        block = self.note.blocks[place]
        text = self.note.text
        above = [b.plain for b in self.note.blocks[max(place - 2, 0) : place] if b.kind in _WORDY]
        inside = formula.whole.end <= block.span.end
        return Surroundings(
            before=text[max(block.span.start, formula.whole.start - _NEAR) : formula.whole.start] if inside else "",
            after=text[formula.whole.end : min(block.span.end, formula.whole.end + _NEAR)] if inside else "",
            above=" ".join([*block.headings, *above]),
            note=self.whole,
            section=tuple(block.headings),
        )


def _span(note: Note, formula: _Formula, finding: Finding) -> Span:
    if not formula.exact:
        return formula.whole
    rows = formula.latex.split("\n")

    def offset(line: int, column: int) -> int:
        return formula.start + sum(len(row) + 1 for row in rows[: line - 1]) + column - 1

    return note.source.span(offset(finding.line, finding.column), offset(finding.end_line, finding.end_column))
