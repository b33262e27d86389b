"""The claims that the formulas of a note make, each with its verdict: derivatives, steps of descent, plain sums."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from notevault.frontends.claims import Finding, Outcome, Verdict
from notevault.frontends.latex import arithmetic, links, updates
from notevault.frontends.latex.context import Context, Definition, definition, vocabulary
from notevault.frontends.latex.quadratic import judge_form
from notevault.frontends.latex.statements import Statement, statements
from notevault.frontends.latex.surroundings import Surroundings

_CALCULUS = re.compile(
    r"\\partial|∂|\\nabla|∇|\\frac\s*\{\s*d[^{}]*\}\s*\{\s*d|[a-zA-Z}]'\s*\(|[)\]]'|\bd[a-zA-Z]\s*/\s*d[a-zA-Z]\b"
)

_SPACING = re.compile(r"\\(?:left|right|[,;! ])|\s+")
_OF_SIGMA = re.compile(r"(\\hat\{?[a-z]\}?|(?<![\\\w])[a-zA-Z](?:_\w)?)=(?:\\sigma|σ)\(")


@dataclass(frozen=True, slots=True)
class Passage:
    """A formula of a note with the words around it; `defines` are definitions that code above it makes."""

    latex: str
    around: Surroundings = field(default_factory=Surroundings)
    defines: tuple[Definition, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and the formula (by its place in the list of passages) that it was found in."""

    passage: int
    finding: Finding


def claims(passages: Sequence[Passage]) -> list[Placed]:
    r"""The claims in the formulas of one note, in their order.

    >>> note = [Passage(r"f(x) = x^3"), Passage(r"f'(x) = 3x")]
    >>> [(placed.passage, str(placed.finding.verdict.outcome)) for placed in claims(note)]
    [(1, 'refuted')]
    """
    return list(_Judge(passages).findings())


class _Judge:
    """Goes through the formulas of a note in order, with the definitions met so far."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.found = [statements(passage.latex) for passage in passages]
        code_names = (d.name.key for passage in passages for d in passage.defines)
        known = vocabulary((s for group in self.found for s in group), code_names)
        said = " ".join({passage.around.note for passage in passages}).lower()
        logistic = re.search(r"sigmoid|logistic", said) or _has_cross_entropy_of_sigma(passages)
        self.context = Context(known, sigmoid=bool(logistic))
        self.all_definitions = [
            made
            for place, group in enumerate(self.found)
            for statement in group
            if (made := definition(statement, known, place)) is not None
        ]
        self.before: links.Chain | None = None

    def findings(self) -> Iterator[Placed]:
        for place, (passage, group) in enumerate(zip(self.passages, self.found, strict=True)):
            for defined in passage.defines:
                self.context.define(replace(defined, place=place))
            for statement in group:
                finding = self.judge(passage, statement)
                if finding is not None:
                    yield Placed(place, finding)
                made = definition(statement, self.context.vocabulary, place)
                if made is not None:
                    self.context.define(made)

    def derivative(self, chain: links.Chain, passage: Passage, rest: str) -> Verdict:
        """The verdict on a chain with a derivative; a refutation must hold for every definition that the note gives.

        `rest` is what stands behind the statement in its formula.
        """
        verdict = _judged(chain, self.context, passage.around)
        if verdict.outcome in {Outcome.VERIFIED, Outcome.INCONCLUSIVE}:
            return verdict
        if verdict.outcome is Outcome.REFUTED and passage.around.limited_by(rest):
            return Verdict(Outcome.NOT_CHECKABLE, reason="said to hold under a condition only")
        for other in self.other_definitions(chain):
            context = replace(self.context, definitions=[*self.context.definitions, other])
            alternative = _judged(chain, context, passage.around)
            if alternative.outcome is Outcome.VERIFIED:
                if verdict.outcome is Outcome.REFUTED:
                    reason = f"true of another definition of {other.name.key} in the note"
                    return Verdict(Outcome.INCONCLUSIVE, reason=reason)
                return alternative
        if verdict.diagnosis == "not localised" and self.defined_elsewhere(chain, passage.around):
            return Verdict(Outcome.INCONCLUSIVE, reason="the function is defined under another heading only")
        return verdict

    def defined_elsewhere(self, chain: links.Chain, around: Surroundings) -> bool:
        """Whether a function of the chain has its nearest definition in another section: it may mean another there."""
        used = [self.context.find(name) for name in links.differentiated(chain)]
        return any(d is not None and self.passages[d.place].around.section != around.section for d in used)

    def other_definitions(self, chain: links.Chain) -> list[Definition]:
        """The definitions of the functions in the chain that are not the nearest one before it, nearest first."""
        names = links.differentiated(chain)
        used = [self.context.find(name) for name in names]
        keys = {name.key for name in names}
        return [d for d in self.all_definitions if d.name.key in keys and not any(d is u or d == u for u in used)]

    def judge(self, passage: Passage, statement: Statement) -> Finding | None:
        """What is to be said of one statement; None when it states nothing of the kinds that are judged."""
        above = self.before if statement.continues else None
        chain = links.Chain.of(statement, self.context.vocabulary, above.last if above else None)
        if above is not None and above.has_calculus:
            chain = replace(chain, going_on=links.variable_of(above))
        self.before = chain
        latex = passage.latex[statement.start : statement.end]
        if not chain.sides or not statement.relations:
            return None
        stepped = updates.judge(chain, self.context, passage.around)
        if stepped is not None:
            return _finding("update-rule", passage.latex, statement, stepped)
        if chain.has_calculus or _CALCULUS.search(latex):
            return _finding(
                "gradient", passage.latex, statement, self.derivative(chain, passage, passage.latex[statement.end :])
            )
        numeric = arithmetic.judge(statement, passage.latex, passage.around)
        if numeric is not None:
            return _finding("equation", passage.latex, statement, numeric)
        if len(chain.sides) > 2:
            verdict = links.judge_identity(chain, self.context)
            if verdict is not None:
                return _finding("equation", passage.latex, statement, verdict)
        return None


def _judged(chain: links.Chain, context: Context, around: Surroundings) -> Verdict:
    """The verdict element by element, else as a form in vectors and matrices."""
    verdict = links.judge(chain, context, around)
    in_words = verdict.reason.startswith("not understood")
    return (judge_form(chain, context, around) if in_words else None) or verdict


def _has_cross_entropy_of_sigma(passages: Sequence[Passage]) -> bool:
    r"""Whether `a = \sigma(…)` enters `\log a` and `\log(1 - a)`: sigma gives a probability, so it is the logistic.

    >>> _has_cross_entropy_of_sigma([Passage(r"a = \sigma(z)"), Passage(r"-y \log a - (1-y) \log(1-a)")])
    True
    >>> _has_cross_entropy_of_sigma([Passage(r"a = \sigma(z)"), Passage(r"-y \log a")])
    False
    """
    latex = " ; ".join(_SPACING.sub("", passage.latex) for passage in passages).replace("\\ln", "\\log")
    names = {match[1] for match in _OF_SIGMA.finditer(latex)}
    return any(f"\\log(1-{name})" in latex and (f"\\log{name}" in latex or f"\\log({name})" in latex) for name in names)


def _finding(kind: str, latex: str, statement: Statement, verdict: Verdict) -> Finding:
    line, column = _position(latex, statement.start)
    end_line, end_column = _position(latex, statement.end)
    text = " ".join(latex[statement.start : statement.end].split())
    return Finding(kind, "latex", text, line, column, end_line, end_column, verdict)


def _position(latex: str, offset: int) -> tuple[int, int]:
    row = latex.count("\n", 0, offset)
    return row + 1, offset - (latex.rfind("\n", 0, offset) + 1) + 1
