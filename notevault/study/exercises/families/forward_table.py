"""Fill in the value of every node of a computation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from notevault.autodiff import TraceNode
from notevault.study.exercises.build import assemble
from notevault.study.exercises.passes import Pass, true_operation, values
from notevault.study.exercises.points import pleasant
from notevault.study.exercises.show import forward_rows, number, operation, point, rows, setting
from notevault.study.exercises.subject import ComputationSubject, Subject, random_of
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "forward-table"


def forward_table(subject: Subject, seed: int) -> Exercise | None:
    """The values of all nodes at a point."""
    if not isinstance(subject, ComputationSubject):
        return None
    done = pleasant(subject.computation, random_of(subject, FAMILY, seed))
    if done is None:
        return None
    blank = rows(("node", "operation", "value"), [(n.label, f"`{operation(n, done)}`", "?") for n in done.steps])
    prompt = (
        f"{setting(subject.note.title, subject.computation.source)}\n\n"
        f"Let {point(done.at)}. Fill in the forward table.\n\n{blank}"
    )
    parts = tuple(Part(node.label, AnswerKind.NUMBER, number(float(node.value))) for node in done.steps)
    solution = forward_rows(done)
    return assemble(
        subject,
        FAMILY,
        seed,
        difficulty=1,
        prompt=prompt,
        parts=parts,
        solution=solution,
        misconceptions=_misconceptions(done),
    )


def _misconceptions(done: Pass) -> Iterator[Misconception]:
    for name, operation_, mistaken, feedback in _MISTAKES:

        def altered(
            node: TraceNode, operands: Sequence[float], name: str = operation_, wrong: _Wrong = mistaken
        ) -> float:
            return wrong(*operands) if node.operation == name else true_operation(node, operands)

        yield Misconception(name, {label: number(value) for label, value in values(done, altered).items()}, feedback)


_Wrong = Callable[[float, float], float]
_MISTAKES: tuple[tuple[str, str, _Wrong, str], ...] = (
    ("power as product", "pow", lambda u, n: u * n, "A power is not a product with its exponent: u ** 2 is u * u."),
    (
        "difference reversed",
        "sub",
        lambda a, b: b - a,
        "A difference was taken the other way round: a - b is not b - a.",
    ),
    ("sum for product", "mul", lambda a, b: a + b, "Two factors were added: a * b is a product."),
)
