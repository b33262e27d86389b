"""Give a derivative as a formula."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Expr

from notevault.autodiff import Trace
from notevault.frontends.straightline import Computation
from notevault.study.exercises.build import assemble
from notevault.study.exercises.passes import Pass
from notevault.study.exercises.points import pleasant
from notevault.study.exercises.show import local_formula, operation, rows, setting
from notevault.study.exercises.subject import ComputationSubject, Subject, random_of
from notevault.study.exercises.symbols import derivative_of, expression_of, typed
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "symbolic-gradient"
MOST_PATHS = 3


def symbolic_gradient(subject: Subject, seed: int) -> Exercise | None:
    """The derivative by one of the variables whose gradient the note states; the seed chooses which."""
    if not isinstance(subject, ComputationSubject):
        return None
    random_ = random_of(subject, FAMILY, seed)
    derivatives = {name: derivative_of(subject.computation, name) for name in subject.wrt}
    worth = [name for name, derivative in derivatives.items() if derivative is not None and derivative.free_symbols]
    done = pleasant(subject.computation, random_) if worth else None
    if done is None:
        return None
    variable = random_.choice(worth)
    key = derivatives[variable]
    answer = typed(key, subject.computation)
    output = subject.computation.output
    prompt = (
        f"{setting(subject.note.title, subject.computation.source)}\n\n"
        f"Give the derivative of `{output}` with respect to `{variable}` as a formula in "
        f"{', '.join(f'`{name}`' for name in subject.computation.inputs)}."
    )
    parts = (Part("derivative", AnswerKind.EXPRESSION, answer, subject.computation.inputs),)
    solution = f"{_chain(done, variable)}\n\nIn the inputs alone this is `{answer}`."
    wrong = _misconceptions(subject.computation, key, variable)
    return assemble(
        subject, FAMILY, seed, difficulty=2, prompt=prompt, parts=parts, solution=solution, misconceptions=wrong
    )


def _misconceptions(computation: Computation, key: Expr, variable: str) -> Iterator[Misconception]:
    for name, wrong, feedback in _wrong(computation, key, variable):
        yield Misconception(name, {"derivative": typed(wrong, computation)}, feedback)


def _wrong(computation: Computation, key: Expr, variable: str) -> Iterator[tuple[str, Expr, str]]:
    """Each wrong way: its name, the formula that it leads to, and what to tell the student."""
    function = expression_of(computation)
    yield "sign", -key, "The sign of the whole derivative is wrong."
    if isinstance(function, sympy.Pow) and function.exp.is_Integer and function.exp != -1:
        outer = function.exp * function.base ** (function.exp - 1)
        feedback = (
            f"That is the derivative of the outer power only: the derivative of `{function.base}` with respect to "
            f"`{variable}` is missing as a factor."
        )
        yield "missing inner derivative", outer, feedback
        yield "missing exponent", key / function.exp, f"The exponent {function.exp} is missing as a factor."
    for other in computation.inputs:
        wrong = derivative_of(computation, other) if other != variable else None
        if wrong is not None:
            yield "other variable", wrong, f"That is the derivative with respect to `{other}`."


def _chain(done: Pass, variable: str) -> str:
    """The nodes with their local derivatives, and the products along the paths from the output to the variable."""
    trace = done.trace
    body = [
        (
            node.label,
            f"`{operation(node, done)}`",
            ", ".join(
                f"by `{trace.nodes[parent].label}`: ${local_formula(node, k, done)}$"
                for k, (parent, sent) in enumerate(zip(node.parents, node.contributions, strict=True))
                if sent is not None
            ),
        )
        for node in done.steps
    ]
    paths = list(_paths(trace, variable))
    products = [_product(done, path) for path in paths[:MOST_PATHS]]
    together = " + ".join(products) + (" + …" if len(paths) > MOST_PATHS else "")
    return (
        f"{rows(('node', 'operation', 'local derivatives'), body)}\n\n"
        f"By the chain rule the local derivatives are multiplied along each path from `{trace.output.label}` to "
        f"`{variable}`{', and the paths are added' if len(paths) > 1 else ''}:\n\n$${together}$$"
    )


def _paths(trace: Trace, variable: str) -> Iterator[tuple[tuple[int, int], ...]]:
    """Every path as pairs of (node, which parent), from the output to the variable."""
    target = trace.node(variable).index
    pending: list[tuple[int, tuple[tuple[int, int], ...]]] = [(trace.output.index, ())]
    while pending:
        index, path = pending.pop()
        if index == target:
            yield path
        for k, parent in reversed([*enumerate(trace.nodes[index].parents)]):
            if trace.nodes[index].contributions[k] is not None:
                pending.append((parent, (*path, (index, k))))


def _product(done: Pass, path: tuple[tuple[int, int], ...]) -> str:
    return r" \cdot ".join(f"({local_formula(done.trace.nodes[index], k, done)})" for index, k in path)
