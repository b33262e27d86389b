"""One step of an optimiser on a parameter of the note's own computation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from notevault.study.exercises.build import assemble
from notevault.study.exercises.points import pleasant
from notevault.study.exercises.show import number, point, setting
from notevault.study.exercises.subject import ComputationSubject, Subject, random_of
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "optimiser-step"
RATES = (0.5, 0.2, 0.1, 0.05, 0.01)
EPSILON = 1e-8


@dataclass(frozen=True, slots=True)
class State:
    """What an optimiser starts a step with: the parameter, its gradient, the rate, and what it kept."""

    w: float
    g: float
    rate: float
    kept: float


@dataclass(frozen=True, slots=True)
class Optimiser:
    """A rule with its formulas, its steps (label and value, the last one the new parameter) and its mistakes.

    `rule` and `steps` follow Sutskever et al. 2013 (momentum, as in PyTorch), Tieleman and Hinton 2012 (RMSprop) and
    Kingma and Ba 2015 (Adam).
    """

    name: str
    rule: str
    kept: str
    steps: Callable[[State], Mapping[str, float]]
    mistakes: tuple[tuple[str, Callable[[State], Mapping[str, float]], str], ...]


def _sgd(s: State) -> Mapping[str, float]:
    return {"new value": s.w - s.rate * s.g}


def _momentum(s: State, *, damped: bool = False) -> Mapping[str, float]:
    v = 0.9 * s.kept + (0.1 if damped else 1.0) * s.g
    return {"v": v, "new value": s.w - s.rate * v}


def _rmsprop(s: State, *, rooted: bool = True) -> Mapping[str, float]:
    m = 0.9 * s.kept + 0.1 * s.g**2
    scale = math.sqrt(m) if rooted else m
    return {"s": m, "new value": s.w - s.rate * s.g / (scale + EPSILON)}


def _adam(s: State, *, corrected: bool = True) -> Mapping[str, float]:
    m, v = 0.1 * s.g, 0.001 * s.g**2
    m_hat, v_hat = (m / 0.1, v / 0.001) if corrected else (m, v)
    return {"m": m, "v": v, "new value": s.w - s.rate * m_hat / (math.sqrt(v_hat) + EPSILON)}


def _uphill(steps: Callable[[State], Mapping[str, float]]) -> Callable[[State], Mapping[str, float]]:
    return lambda s: {**steps(s), "new value": 2 * s.w - steps(s)["new value"]}


_ASCENT = "The step goes up the gradient: it has to be subtracted."

OPTIMISERS = (
    Optimiser("SGD", "w ← w - η·g", "", _sgd, (("ascent", _uphill(_sgd), _ASCENT),)),
    Optimiser(
        "SGD with momentum", "v ← 0.9·v + g, then w ← w - η·v", "v", _momentum,
        (
            ("ascent", _uphill(_momentum), _ASCENT),
            ("damped gradient", lambda s: _momentum(s, damped=True), "Here the gradient enters whole."),
        ),
    ),
    Optimiser(
        "RMSprop", "s ← 0.9·s + 0.1·g², then w ← w - η·g / (√s + 1e-8)", "s", _rmsprop,
        (
            ("ascent", _uphill(_rmsprop), _ASCENT),
            ("missing root", lambda s: _rmsprop(s, rooted=False), "The gradient is divided by the root of s."),
        ),
    ),
    Optimiser(
        "Adam",
        "m ← 0.9·m + 0.1·g, v ← 0.999·v + 0.001·g², then w ← w - η·m̂ / (√v̂ + 1e-8) with m̂ = m / (1 - 0.9ᵗ) and "
        "v̂ = v / (1 - 0.999ᵗ), where t = 1 and m = v = 0 before the step",
        "", _adam,
        (
            ("ascent", _uphill(_adam), _ASCENT),
            ("no bias correction", lambda s: _adam(s, corrected=False), "m and v have to be divided by 1 - βᵗ first."),
        ),
    ),
)  # fmt: skip


def optimiser_step(subject: Subject, seed: int) -> Exercise | None:
    """The gradient at a point, and one step from there; the seed chooses the optimiser, the parameter and the rate."""
    if not isinstance(subject, ComputationSubject) or not subject.parameters:
        return None
    random_ = random_of(subject, FAMILY, seed)
    optimiser, parameter = random_.choice(OPTIMISERS), random_.choice(subject.parameters)
    done = pleasant(subject.computation, random_)
    if done is None or not done.adjoint(parameter):
        return None
    kept = float(random_.choice((1, 2, 4))) if optimiser.kept else 0.0
    state = State(done.at[parameter], done.adjoint(parameter), random_.choice(RATES), kept)
    before = f" Before the step, {optimiser.kept} = {number(kept)}." if optimiser.kept else ""
    prompt = (
        f"{setting(subject.note.title, subject.computation.source)}\n\nLet {point(done.at)}. "
        f"Do one step of {optimiser.name} on `{parameter}` to make `{subject.computation.output}` smaller, with the "
        f"learning rate η = {number(state.rate)}:\n\n> {optimiser.rule}\n\n"
        f"Here w is `{parameter}` and g is the derivative of `{subject.computation.output}` with respect to it."
        f"{before} Give {', '.join(['g', *_labels(optimiser, state)[:-1]])} and the new value of `{parameter}`."
    )
    keys = {"g": state.g, **optimiser.steps(state)}
    parts = tuple(Part(label, AnswerKind.NUMBER, number(value)) for label, value in keys.items())
    solution = f"The backward pass gives g = {number(state.g)}. {optimiser.rule}:\n\n" + "\n".join(
        f"- {label} = {number(value)}" for label, value in list(keys.items())[1:]
    )
    wrong = _misconceptions(optimiser, state)
    return assemble(
        subject, FAMILY, seed, difficulty=3, prompt=prompt, parts=parts, solution=solution, misconceptions=wrong
    )


def _labels(optimiser: Optimiser, state: State) -> list[str]:
    return list(optimiser.steps(state))


def _misconceptions(optimiser: Optimiser, state: State) -> Iterator[Misconception]:
    for name, steps, feedback in optimiser.mistakes:
        answers = {label: number(value) for label, value in steps(state).items()}
        yield Misconception(name, {"g": number(state.g), **answers}, feedback)
