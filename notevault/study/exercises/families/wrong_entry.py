"""Find the one wrong entry of a backward table, and correct it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from notevault.autodiff import TraceNode
from notevault.study.exercises.build import assemble
from notevault.study.exercises.families.backward_table import asked
from notevault.study.exercises.mistakes import MISTAKES
from notevault.study.exercises.passes import Pass, operand_values, true_local
from notevault.study.exercises.points import pleasant
from notevault.study.exercises.show import backward_rows, forward_rows, number, operation, point, rows, setting
from notevault.study.exercises.subject import ComputationSubject, Subject, random_of
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "wrong-entry"


def wrong_entry(subject: Subject, seed: int) -> Exercise | None:
    """A backward table in which one entry was spoilt by a mistake that people make."""
    if not isinstance(subject, ComputationSubject):
        return None
    random_ = random_of(subject, FAMILY, seed)
    done = pleasant(subject.computation, random_)
    spoilt = _spoilt(done, subject, random_) if done else None
    if done is None or spoilt is None:
        return None
    label, wrong, why = spoilt
    shown = [(name, number(wrong if name == label else done.adjoint(name))) for name in asked(done, subject)]
    prompt = (
        f"{setting(subject.note.title, subject.computation.source)}\n\nLet {point(done.at)}. "
        f"The forward pass is right:\n\n{forward_rows(done)}\n\nIn the derivatives of `{done.trace.output.label}` "
        f"exactly one entry is wrong. Which one, and what should it be?\n\n{rows(('node', 'derivative'), shown)}"
    )
    parts = (
        Part("node", AnswerKind.TEXT, label),
        Part("derivative", AnswerKind.NUMBER, number(done.adjoint(label))),
    )
    solution = (
        f"The entry of `{label}` is wrong: it should be {number(done.adjoint(label))}. {why}\n\n{backward_rows(done)}"
    )
    as_shown = Misconception(
        "entry kept",
        {"node": label, "derivative": number(wrong)},
        "The node is the right one, but this is the wrong value that the table shows.",
    )
    return assemble(
        subject,
        FAMILY,
        seed,
        difficulty=2,
        prompt=prompt,
        parts=parts,
        solution=solution,
        misconceptions=[as_shown],
    )


def _spoilt(done: Pass, subject: ComputationSubject, random_: random.Random) -> tuple[str, float, str] | None:
    """An entry, its wrong value and the reason, such that no other entry could be taken for the wrong one.

    Only an input can be spoilt alone: nothing else is computed from its entry. The mistake is made in the operations
    that use this input, and the reason names one of them.
    """
    inputs = [label for label in asked(done, subject) if not done.trace.node(label).parents]
    options = [option for label in inputs for option in _wrong_values(done, label)]
    return random_.choice(options) if options else None


def _wrong_values(done: Pass, label: str) -> Iterator[tuple[str, float, str]]:
    """What mistakes make of the entry of `label`, with the operation that each concerns."""
    index, right = done.trace.node(label).index, done.adjoint(label)
    uses = [(node, k) for node in done.steps for k, parent in enumerate(node.parents) if parent == index]
    for mistake in MISTAKES:
        sent = [float(node.adjoint) * mistake.local(node, k, operand_values(done, node)) for node, k in uses]
        value = sent[-1] if mistake.first_path_only else sum(sent)
        node = next((n for n, k in uses if _differs(mistake.local(n, k, operand_values(done, n)), n, k)), uses[-1][0])
        if math.isfinite(value) and abs(value - right) > 0.01 * (1 + abs(right)):
            yield label, value, f"It is used in `{node.label} = {operation(node, done)}`. {mistake.feedback}"


def _differs(value: float, node: TraceNode, k: int) -> bool:
    return value != true_local(node, k, [])
