"""The words around a formula, as far as they decide what it states."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notevault.frontends.retractions import called_wrong, is_choice

_NOT = re.compile(r"\bnot\b\W*(?:\w+\W+){0,3}$", re.I)
_NEAR = re.compile(r"\b(?:numerical\w*|approximat\w+|estimat\w+|finite differences?|roughly|about|measured)\b", re.I)
_CONDITION = re.compile(
    r"\b(?:where|when|solve|set|setting|if|for which|at the point|at a|slope|minimum|maximum|critical)\b", re.I
)
_STATED = re.compile(r"\b(?:derivative|differentiat\w+|gradient)\b", re.I)
_DESCENT = re.compile(r"\bdescent\b|\bminimi[sz]\w+|gradient update", re.I)
_ASCENT = re.compile(
    r"\bascent\b|\bmaximi[sz]\w*|policy gradient|\breward|log[- ]likelihood|adversarial|fgsm|hill[- ]climb", re.I
)
_TO_SOLVE = re.compile(r"\b(?:differential equation|ode|odes|solve|initial value|boundary value|ansatz)\b", re.I)
_LIMITS = re.compile(
    r"[^\w]*(?:(?:if|when|whenever|unless|provided|as long as|otherwise|else)\b"
    r"|for (?:positive|negative|non-?zero|large|small)\b|for \$[^$]*(?:[<>]|\\[lg]e))",
    re.I,
)
_INEQUALITY = re.compile(r"[<>]|\\(?:le|ge|lt|gt|leq|geq|ne|neq|in|text\s*\{\s*(?:if|when|for|otherwise))\b")
_BITS = re.compile(
    r"\b(?:bit|bits|binary|xor|boolean|modulo|mod|hexadecimal|octal|base[- ]\d+|gf|parity|clock|logic\w*)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`before` and `after` are the words of the same paragraph, `above` those of the paragraph before and the headings,
    `note` the whole note's text with its title, `section` the headings that it stands under."""

    before: str = ""
    after: str = ""
    above: str = ""
    note: str = ""
    section: tuple[str, ...] = ()

    @property
    def near(self) -> str:
        """The paragraph's words and those just above it."""
        return f"{self.above} {self.before} {self.after}"

    @property
    def called_wrong(self) -> bool:
        """Whether the words nearby say that something is wrong: then a wrong formula is no news."""
        return called_wrong(self.near) or bool(_NOT.search(self.before)) or is_choice(self.before, self.above)

    @property
    def approximates(self) -> bool:
        """Whether the words before it speak of values that are only near the true ones."""
        return bool(_NEAR.search(f"{self.above} {self.before}"))

    @property
    def states_derivative(self) -> bool:
        """Whether the words say that what follows *is* the derivative, and name no condition."""
        return bool(_STATED.search(f"{self.above} {self.before}")) and not _CONDITION.search(self.near)

    @property
    def speaks_of_losses(self) -> bool:
        """Whether the note has a word for what is made small."""
        return bool(re.search(r"\b(?:loss|cost|error)\b", self.note, re.I))

    @property
    def is_descent(self) -> bool:
        """Whether the note speaks of descent beyond doubt: nowhere of going up."""
        return bool(_DESCENT.search(self.note)) and not _ASCENT.search(self.note)

    def limited_by(self, rest: str) -> bool:
        """Whether a condition follows: in `rest`, the formula's LaTeX behind the statement, or in the words after."""
        return bool(_INEQUALITY.search(rest) or (not rest.strip(" .,;:") and _LIMITS.match(self.after)))

    @property
    def solves_equations(self) -> bool:
        """Whether the words speak of equations in which a derivative is given and the function sought."""
        return bool(_TO_SOLVE.search(self.near)) or "differential equation" in self.note.lower()

    @property
    def other_arithmetic(self) -> bool:
        """Whether the words nearby speak of bits, remainders or other arithmetic than that of ordinary numbers."""
        return bool(_BITS.search(self.near))
