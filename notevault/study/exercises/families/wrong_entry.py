"""Find the one wrong entry of a backward table, and correct it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from notevault.study.exercises.build import assemble
from notevault.study.exercises.families.backward_table import asked
from notevault.study.exercises.mistakes import wrong_adjoints
from notevault.study.exercises.passes import Pass
from notevault.study.exercises.points import pleasant
from notevault.study.exercises.show import backward_rows, forward_rows, number, point, rows, setting
from notevault.study.exercises.subject import ComputationSubject, Subject, random_of
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "wrong-entry"


def wrong_entry(subject: Subject, seed: int) -> Exercise | None:
    """A backward table in which one entry was spoilt by a mistake that people make."""
    if not isinstance(subject, ComputationSubject):
        return None
    random_ = random_of(subject, FAMILY, seed)
    done = pleasant(subject.computation, random_)
    spoilt = _spoilt(done, random_) if done else None
    if done is None or spoilt is None:
        return None
    label, wrong, why = spoilt
    shown = [(name, number(wrong if name == label else done.adjoint(name))) for name in asked(done)]
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


def _spoilt(done: Pass, random_: random.Random) -> tuple[str, float, str] | None:
    """An entry, its wrong value and the reason, such that no other entry could be taken for the wrong one.

    Only an input can be spoilt alone: nothing else is computed from its entry.
    """
    inputs = {node.label for node in done.trace.nodes if not node.parents and node.operation != "constant"}
    options: Sequence[tuple[str, float, str]] = [
        (label, value, mistake.feedback)
        for mistake, wrong in wrong_adjoints(done)
        for label, value in wrong.items()
        if label in inputs and abs(value - done.adjoint(label)) > 0.01 * (1 + abs(done.adjoint(label)))
    ]
    return random_.choice(options) if options else None
