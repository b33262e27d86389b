"""The subjects of a vault: the computations that its notes state in code and formulas, each once, and its blocks."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from notevault.autodiff import AutodiffError
from notevault.checks.model import Claim, Report
from notevault.diagnostics import Span
from notevault.frontends.claims import Outcome
from notevault.frontends.comparison import identity
from notevault.frontends.latex.functions import Defined, functions
from notevault.frontends.straightline import (
    CONSTANTS,
    FUNCTIONS,
    Computation,
    NotStraightLineError,
    evaluate,
    read,
    read_expression,
)
from notevault.frontends.symbolic.expressions import Expr, decode
from notevault.notes.model import CodeBlock, Note
from notevault.study.exercises.points import is_count
from notevault.study.exercises.subject import BlockSubject, ComputationSubject, Subject, repaired
from notevault.vault.model import Vault

MOST_NODES = 14
MOST_INPUTS = 6

Stated = tuple[Computation, Span, Expr | None]
"""A computation, where it stands, and its value where it was read from a formula."""


def subjects(vault: Vault, report: Report) -> Iterator[Subject]:
    """Every subject of the vault, in the order of notes and places."""
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in report.claims:
        claims[claim.note].append(claim)
    computations = [s for note in vault.notes.values() for s in _computations(note, claims[note.path], report)]
    found: list[Subject] = [*_once(sorted(computations, key=_place)), *_blocks(vault, report)]
    yield from sorted(found, key=_place)


def _place(subject: Subject) -> tuple[str, int, str]:
    return subject.note.path, subject.span.start, type(subject).__name__


def _computations(note: Note, claims: Sequence[Claim], report: Report) -> Iterator[ComputationSubject]:
    """The computations of one note: those of its verified gradient claims, then its other formulas."""
    stated = list(_formulas(note, claims))
    by_place: dict[int, ComputationSubject] = {}
    for claim in claims:
        variable = claim.verdict.evidence.get("variable")
        if claim.kind != "gradient" or claim.verdict.outcome is not Outcome.VERIFIED:
            continue
        meant = _from_block(claim, note, report) or _from_formulas(claim, stated)
        if meant is None or variable not in meant[0].inputs or not _has_fit_size(meant[0]):
            continue
        computation, span, _ = meant
        known = by_place.get(span.start)
        wrt = (*known.wrt, variable) if known else (variable,)
        by_place[span.start] = ComputationSubject(note, span, computation, tuple(dict.fromkeys(wrt)))
    yield from by_place.values()
    for computation, span, _ in stated:
        wrt = tuple(name for name in computation.inputs if not is_count(name))
        if span.start not in by_place and _has_fit_size(computation):
            yield ComputationSubject(note, span, computation, wrt)


def _formulas(note: Note, claims: Sequence[Claim]) -> Iterator[Stated]:
    """The functions that the note defines in formulas, without those that a check refutes."""
    refuted = [claim.span for claim in claims if claim.verdict.outcome is Outcome.REFUTED]
    for defined in functions([formula.latex for formula in note.formulas]):
        formula = note.formulas[defined.index]
        start = formula.content.start + len(formula.latex) - len(formula.latex.lstrip())
        span = note.source.span(start, max(formula.content.end, start))
        if any(span.start < wrong.end and wrong.start < span.end for wrong in refuted):
            continue
        try:
            computation = read_expression(defined.source, _output(defined))
        except NotStraightLineError:
            continue
        if computation.output not in computation.inputs:
            yield computation, span, defined.value


def _output(defined: Defined) -> str:
    """The name of the result: a function that Python knows by the same name is called f."""
    return "f" if defined.name in FUNCTIONS or defined.name in CONSTANTS else defined.name


def _from_formulas(claim: Claim, stated: Sequence[Stated]) -> Stated | None:
    """The formula of the note whose derivative the claim gives."""
    encoded = claim.verdict.evidence.get("function")
    function = decode(encoded) if encoded else None
    if function is None:
        return None
    alike = (each for each in stated if each[2] is not None and each[2].free_symbols == function.free_symbols)
    return next((each for each in alike if identity.equal(each[2], function).equal), None)


def _from_block(claim: Claim, note: Note, report: Report) -> Stated | None:
    """The computation as the block writes it above the claim."""
    block = next((b for b in note.code_blocks if b.span.start <= claim.span.start < b.span.end), None)
    if block is None:
        return None
    try:
        match ast.parse(claim.text, mode="eval").body:
            case ast.Call(args=[ast.Name(id=output), *_]) | ast.Call(func=ast.Attribute(value=ast.Name(id=output))):
                computation = read(_running_source(block, report, note), output)
            case _:
                return None
    except (SyntaxError, ValueError, NotStraightLineError):
        return None
    first, last = computation.steps[0].expression.lineno, computation.steps[-1].expression
    span = note.source.span(block.offset(first, 1), block.offset(last.end_lineno or last.lineno, 10_000))
    return computation, span, None


def _running_source(block: CodeBlock, report: Report, note: Note) -> str:
    """The block's source, with its verified fix applied if it has one."""
    fix = next((r.fix for r in report.blocks if r.note == note.path and r.line == block.fence_line), None)
    return repaired(block, fix) if fix and fix.verified else block.source


def _has_fit_size(computation: Computation) -> bool:
    """Whether a person can do it on paper: a few nodes, and a value where every input is one half."""
    operations = (ast.BinOp, ast.UnaryOp, ast.Call)
    size = sum(isinstance(node, operations) for step in computation.steps for node in ast.walk(step.expression))
    if not 2 <= size <= MOST_NODES or not 1 <= len(computation.inputs) <= MOST_INPUTS:
        return False
    try:
        evaluate(computation, dict.fromkeys(computation.inputs, 0.5))
    except (NotStraightLineError, AutodiffError, ArithmeticError):
        return False
    return True


def _once(found: Iterable[ComputationSubject]) -> Iterator[ComputationSubject]:
    """The first of all subjects that compute the same under other names."""
    seen: set[str] = set()
    for subject in found:
        shape = _shape(subject.computation)
        if shape not in seen:
            seen.add(shape)
            yield subject


def _shape(computation: Computation) -> str:
    """The computation with its inputs and results numbered in order of appearance."""
    names = [*computation.inputs, *(step.name for step in computation.steps)]
    numbers = {name: f"v{number}" for number, name in enumerate(names)}
    tree = ast.parse(computation.source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = numbers.get(node.id, node.id)
    return ast.unparse(tree)


def _blocks(vault: Vault, report: Report) -> Iterator[BlockSubject]:
    sessions: set[str] = set()
    for result in report.blocks:
        note = vault.notes[result.note]
        block = next((b for b in note.code_blocks if b.fence_line == result.line), None)
        if block is not None:
            yield BlockSubject(note, block, result, result.session not in sessions)
        sessions.add(result.session)
