"""What exercises are made from: a computation or a code block of a note, with its place."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from notevault.autodiff import AutodiffError
from notevault.checks.model import BlockResult, Claim, Report
from notevault.diagnostics import Fix, Span
from notevault.frontends.claims import Outcome
from notevault.frontends.expressions import ExpressionError, decode
from notevault.frontends.latex.functions import functions
from notevault.frontends.straightline import Computation, NotStraightLineError, evaluate, read, read_expression
from notevault.notes.model import CodeBlock, Note
from notevault.vault.model import Vault

MOST_NODES = 14
_LOSSES = frozenset({"loss", "Loss", "L", "J", "E", "cost", "Cost", "cal_L", "cal_J", "mse", "MSE"})
_PARAMETER = re.compile(r"(?:w|W|b|theta|beta|weight|bias)(?:_?\d+)?$")


@dataclass(frozen=True, slots=True)
class ComputationSubject:
    """A scalar computation of the note, with the inputs whose derivatives are asked for.

    These are the variables of the note's verified gradient claims, or all inputs where it states none.
    """

    note: Note
    span: Span
    computation: Computation
    wrt: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those of `wrt` that look like parameters of a model, where the output looks like a loss."""
        is_loss = self.computation.output in _LOSSES or self.wrt != self.computation.inputs
        return tuple(name for name in self.wrt if is_loss and _PARAMETER.match(name))


@dataclass(frozen=True, slots=True)
class BlockSubject:
    """A code block with what became of it; `starts_session` when it needs no block above it."""

    note: Note
    block: CodeBlock
    result: BlockResult
    starts_session: bool

    @property
    def span(self) -> Span:
        """Where the block stands."""
        return self.block.span


Subject = ComputationSubject | BlockSubject


def subjects(vault: Vault, report: Report) -> Iterator[Subject]:
    """Every subject of the vault, in the order of notes and places."""
    claimed = [*_computations(vault, report)]
    known = {(subject.note.path, subject.computation.source) for subject in claimed}
    stated = [s for s in _formulas(vault) if (s.note.path, s.computation.source) not in known]
    found: list[Subject] = [*claimed, *stated, *_blocks(vault, report)]
    yield from sorted(found, key=lambda subject: (subject.note.path, subject.span.start, type(subject).__name__))


def random_of(subject: Subject, family: str, seed: int) -> random.Random:
    """The generator of one exercise: it depends on nothing but these three."""
    return random.Random(f"{seed}\x1f{family}\x1f{subject.note.path}\x1f{subject.span.start}")  # noqa: S311


def _computations(vault: Vault, report: Report) -> Iterator[ComputationSubject]:
    by_source: dict[tuple[str, str], ComputationSubject] = {}
    for claim in report.claims:
        if claim.kind != "gradient" or claim.verdict.outcome is not Outcome.VERIFIED:
            continue
        note = vault.notes[claim.note]
        computation = _computation(claim, note, report)
        variable = claim.verdict.evidence.get("variable")
        if computation is None or variable not in computation.inputs or not _has_fit_size(computation):
            continue
        key = note.path, computation.source
        if known := by_source.get(key):
            wrt = tuple(dict.fromkeys((*known.wrt, variable)))
            by_source[key] = ComputationSubject(note, known.span, computation, wrt)
        else:
            by_source[key] = ComputationSubject(note, claim.span, computation, (variable,))
    yield from by_source.values()


def _formulas(vault: Vault) -> Iterator[ComputationSubject]:
    """The functions that notes define in formulas, each once a note."""
    for note in vault.notes.values():
        seen: set[str] = set()
        for index, name, expression in functions([formula.latex for formula in note.formulas]):
            try:
                computation = read_expression(str(expression), name if name.isidentifier() else "f")
            except NotStraightLineError:
                continue
            if _has_fit_size(computation) and computation.source not in seen and name not in computation.inputs:
                seen.add(computation.source)
                yield ComputationSubject(note, note.formulas[index].span, computation, computation.inputs)


def _computation(claim: Claim, note: Note, report: Report) -> Computation | None:
    """The computation as the block writes it where it can be read there, else as the claim's function reads."""
    return _from_block(claim, note, report) or _from_function(claim)


def _from_block(claim: Claim, note: Note, report: Report) -> Computation | None:
    block = next((b for b in note.code_blocks if b.span.start <= claim.span.start < b.span.end), None)
    if block is None:
        return None
    try:
        match ast.parse(claim.text, mode="eval").body:
            case ast.Call(args=[ast.Name(id=output), *_]):
                return read(_running_source(block, report, note), output)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=output))):
                return read(_running_source(block, report, note), output)
    except (SyntaxError, ValueError, NotStraightLineError):
        return None
    return None


def _from_function(claim: Claim) -> Computation | None:
    try:
        return read_expression(str(decode(claim.verdict.evidence["function"])), "f")
    except (KeyError, ExpressionError, NotStraightLineError):
        return None


def _has_fit_size(computation: Computation) -> bool:
    """Whether a person can do it on paper: a few nodes, and a value where every input is one half."""
    operations = (ast.BinOp, ast.UnaryOp, ast.Call)
    size = sum(isinstance(node, operations) for step in computation.steps for node in ast.walk(step.expression))
    if not 2 <= size <= MOST_NODES or not 1 <= len(computation.inputs) <= 6:
        return False
    try:
        evaluate(computation, dict.fromkeys(computation.inputs, 0.5))
    except (NotStraightLineError, AutodiffError, ArithmeticError):
        return False
    return True


def _blocks(vault: Vault, report: Report) -> Iterator[BlockSubject]:
    sessions: set[str] = set()
    for result in report.blocks:
        note = vault.notes[result.note]
        block = next((b for b in note.code_blocks if b.fence_line == result.line), None)
        if block is not None:
            yield BlockSubject(note, block, result, result.session not in sessions)
        sessions.add(result.session)


def _running_source(block: CodeBlock, report: Report, note: Note) -> str:
    """The block's source, with its verified fix applied if it has one."""
    fix = next((r.fix for r in report.blocks if r.note == note.path and r.line == block.fence_line), None)
    return repaired(block, fix) if fix and fix.verified else block.source


def repaired(block: CodeBlock, fix: Fix) -> str:
    """The block's source with `fix` applied; unchanged where the fix reaches out of the block's lines."""
    lines = block.source.split("\n")
    for edit in sorted(fix.edits, key=lambda edit: edit.span.start, reverse=True):
        row = max(i for i, offset in enumerate(block.line_offsets) if offset <= edit.span.start)
        column, width = edit.span.start - block.line_offsets[row], edit.span.end - edit.span.start
        if column + width > len(lines[row]):
            return block.source
        lines[row] = lines[row][:column] + edit.text + lines[row][column + width :]
    return "\n".join(lines)
