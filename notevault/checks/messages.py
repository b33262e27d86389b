"""The sentence about a refuted claim: what is wrong, and a point at which anybody can see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from notevault.checks.model import Claim
from notevault.frontends.claims import Verdict

MOST_NAMES = 6

_NOT_LOCALISED = re.compile(r"^wrong, not localised[^;]*(?:; |$)")
"""What an explanation says when it found no single fault: the opening has said that it is wrong."""

_INDEXED = re.compile(r"(?P<base>.*[^\W\d_].*?)(?P<place>(?:_\d+)+)")

_OPENINGS: Mapping[str, str] = {
    "gradient": "This is not the derivative.",
    "update-rule": "This step of descent goes the wrong way.",
    "equation": "The two sides are not equal.",
}

_SWAPPED = "This step uses the derivative with respect to another variable."


def refutation(claim: Claim) -> str:
    """The message of the diagnostic for a refuted claim about mathematics."""
    return f"{_opening(claim)} {_reason(claim)}{_counterexample(claim.verdict)}".strip()


def _opening(claim: Claim) -> str:
    variable = claim.verdict.evidence.get("variable")
    name, equals, _ = claim.text.partition("=")
    if claim.source not in {"latex", "sympy"} and equals and isinstance(variable, str):
        return f"`{name.strip(' +-*/')}` is not the gradient by `{variable}`."
    if claim.verdict.reason.startswith("the left side is"):
        return _OPENINGS["equation"]
    if claim.verdict.diagnosis == "swapped variable":
        return _SWAPPED
    return _OPENINGS[claim.kind]


def _reason(claim: Claim) -> str:
    reason = _NOT_LOCALISED.sub("", claim.verdict.reason)
    if not reason:
        return ""
    first = re.match(r"\w*", reason)
    variable = claim.verdict.evidence.get("variable")
    names = {*re.findall(r"\w+", claim.text), *([variable] if isinstance(variable, str) else [])}
    is_name = len(reason) < 2 or not reason[1].isalpha() or (first is not None and first[0] in names)
    return f"{reason if is_name else reason[0].upper() + reason[1:]}."


def _counterexample(verdict: Verdict) -> str:
    """The point and both values; nothing where what came out of the jail does not have their form."""
    match verdict.evidence.get("counterexample"):
        case {"at": dict(at), "claimed": int() | float() as claimed, "computed": int() | float() as computed}:
            if not at or not all(isinstance(value, int | float) for value in at.values()):
                return ""
            folded = _folded(at)
            if sum(not name.startswith("index ") for name in folded) <= MOST_NAMES:
                return f" At {_point(folded)} it is {computed:g}, not {claimed:g}."
    return ""


def _folded(at: Mapping[str, float]) -> dict[str, Any]:
    """The values with those of indexed names put together: `x_1` and `x_2` as the vector x, `x_1_1` … as a matrix."""
    families: dict[str, dict[tuple[int, ...], float]] = {}
    for name, value in at.items():
        match = _INDEXED.fullmatch(name)
        if match is not None:
            place = tuple(int(part) for part in match["place"].split("_")[1:])
            families.setdefault(match["base"], {})[place] = value
    arrays = {base: array for base, elements in families.items() if (array := _array(elements)) is not None}
    folded: dict[str, Any] = {}
    for name, value in at.items():
        match = _INDEXED.fullmatch(name)
        base = match["base"] if match is not None else name
        if base in arrays and match is not None:
            folded[base] = arrays[base]
        else:
            folded[name] = value
    return folded


def _array(elements: Mapping[tuple[int, ...], float]) -> list[Any] | None:
    """Elements counted from 1 as a list (of lists); None where one is missing, or there is only one."""
    size = len({place[0] for place in elements})
    if {place[0] for place in elements} != set(range(1, size + 1)) or len(elements) < 2:
        return None
    if all(len(place) == 1 for place in elements):
        return [elements[index,] for index in range(1, size + 1)]
    rows = [
        {place[1:]: value for place, value in elements.items() if place[0] == index and len(place) > 1}
        for index in range(1, size + 1)
    ]
    lists = [_array(row) if len(row) > 1 else [*row.values()] for row in rows]
    whole = sum(len(row) for row in rows) == len(elements)
    return lists if whole and all(row is not None for row in lists) else None


def _point(at: Mapping[str, Any]) -> str:
    index = [f"{value:g}" for name, value in at.items() if name.startswith("index ")]
    values = [f"{name} = {_number(value)}" for name, value in at.items() if not name.startswith("index ")]
    return ", ".join([f"index [{', '.join(index)}]", *values] if index else values)


def _number(value: Any) -> str:
    return f"[{', '.join(_number(part) for part in value)}]" if isinstance(value, list) else f"{value:g}"
