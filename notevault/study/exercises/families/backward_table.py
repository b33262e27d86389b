"""Fill in the derivative of the output with respect to every node."""

from __future__ import annotations

from collections.abc import Iterator

from notevault.study.exercises.build import assemble
from notevault.study.exercises.mistakes import wrong_adjoints
from notevault.study.exercises.passes import Pass
from notevault.study.exercises.points import is_count, pleasant
from notevault.study.exercises.show import backward_rows, forward_rows, number, point, setting, sums
from notevault.study.exercises.subject import ComputationSubject, Subject, random_of
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "backward-table"


def backward_table(subject: Subject, seed: int) -> Exercise | None:
    """The adjoints of all nodes and inputs at a point, from the output back."""
    if not isinstance(subject, ComputationSubject):
        return None
    done = pleasant(subject.computation, random_of(subject, FAMILY, seed)) if subject.wrt else None
    if done is None:
        return None
    labels = asked(done, subject)
    prompt = (
        f"{setting(subject.note.title, subject.computation.source)}\n\nLet {point(done.at)}. "
        f"The forward pass gives\n\n{forward_rows(done)}\n\nDo the backward pass: what is the derivative of "
        f"`{done.trace.output.label}` with respect to each of {', '.join(f'`{label}`' for label in labels)}?"
    )
    parts = tuple(Part(label, AnswerKind.NUMBER, number(done.adjoint(label))) for label in labels)
    solution = (
        "Each node sends to each of its inputs the upstream gradient times the local derivative:\n\n"
        f"{backward_rows(done)}\n\nWhat reaches a node is added up:\n\n{sums(done, labels)}"
    )
    exercise = assemble(
        subject,
        FAMILY,
        seed,
        difficulty=2,
        prompt=prompt,
        parts=parts,
        solution=solution,
        misconceptions=_misconceptions(done, labels),
    )
    return exercise if exercise.misconceptions or not _is_trivial(done) else None


def _is_trivial(done: Pass) -> bool:
    """Whether every local derivative is 1 or -1."""
    return all(local.value in {1.0, -1.0} for node in done.steps for local in node.local_derivatives)


def asked(done: Pass, subject: ComputationSubject) -> list[str]:
    """The labels of all nodes but the output, the constants and the counts, from the output back to the inputs."""
    counts = {name for name in subject.computation.inputs if is_count(name) and name not in subject.wrt}
    nodes = [n for n in reversed(done.trace.nodes[:-1]) if n.operation != "constant" and n.label not in counts]
    return [node.label for node in nodes if node.parents] + [node.label for node in reversed(nodes) if not node.parents]


def _misconceptions(done: Pass, labels: list[str]) -> Iterator[Misconception]:
    for mistake, wrong in wrong_adjoints(done):
        yield Misconception(mistake.name, {label: number(wrong[label]) for label in labels}, mistake.feedback)
