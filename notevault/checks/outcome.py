"""What the jail says of each block of a session: plain values that cross the border as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import Any, Self

from notevault.errors import NotevaultError
from notevault.frontends.claims import Finding


class MalformedOutcomeError(NotevaultError):
    """What came out of the jail does not have the shape of an outcome."""


class State(StrEnum):
    """How a block ended in the session."""

    DONE = "done"
    FAILED = "failed"
    SYNTAX = "syntax"
    STOPPED = "stopped"
    SKIPPED = "skipped"


_KINDS: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "State": (str,),
    "Failure | None": (dict, NoneType),
}


def _shaped(data: object, cls: type) -> dict[str, Any]:
    """`data`, when it is a mapping with the fields of `cls` and no other keys, each of the right type."""
    shape = {field.name: _KINDS.get(str(field.type), (list,)) for field in fields(cls)}
    if not isinstance(data, dict) or data.keys() != shape.keys():
        raise MalformedOutcomeError("an outcome with other keys")
    for key, kinds in shape.items():
        if type(data[key]) not in kinds:
            raise MalformedOutcomeError(f"{key} of an outcome is a {type(data[key]).__name__}")
    return data


def _texts(value: list[object]) -> tuple[str, ...]:
    if not all(isinstance(item, str) for item in value):
        raise MalformedOutcomeError("a list of an outcome holds other things than text")
    return tuple(map(str, value))


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception, a syntax error or a limit: its type and the names of its bases, and its place in the block.

    `name` is what was missing (a name, a module, a file, a limit). `through` are the modules that the exception passed.
    """

    type: str
    bases: tuple[str, ...]
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    name: str = ""
    through: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The failure that `asdict` made of one; raises MalformedOutcomeError for anything else."""
        shaped = _shaped(data, cls)
        return cls(**shaped | {"bases": _texts(shaped["bases"]), "through": _texts(shaped["through"])})


@dataclass(frozen=True, slots=True)
class Compared:
    """A stated output, and the texts that it may speak of, the likeliest first; `marked` as in `Stated`.

    `verbatim` when it is the text itself, in a transcript or a fence, and no comment. `remark` when it may as well say
    something else than the output, so that it can agree, and cannot disagree.
    """

    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    marked: bool
    verbatim: bool
    actual: tuple[str, ...]
    remark: bool = False

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The value that `asdict` made; raises MalformedOutcomeError for anything else."""
        shaped = _shaped(data, cls)
        return cls(**shaped | {"actual": _texts(shaped["actual"])})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One block after its run.

    `binds` and `needs` are names; `lost` are those that it would have bound had it come to its end. `supplied` are
    the conventional names given to it ("np (numpy)"), `missing` those whose module is not there ("pd pandas").
    `agreed` are exceptions raised as a comment says. `assertions` counts those that held. `unsettled` says that it
    uses chance, the clock or addresses, `placeholder` that it has `...` for a value.
    """

    index: int
    state: State
    stdout: str = ""
    failure: Failure | None = None
    binds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    star: bool = False
    supplied: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    assertions: int = 0
    unsettled: bool = False
    placeholder: bool = False
    compared: tuple[Compared, ...] = ()
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain data, lists for tuples."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The outcome that `as_json` made; raises MalformedOutcomeError or MalformedFindingError for anything else.

        >>> outcome = Outcome(0, State.DONE, "4\\n", binds=("x",))
        >>> Outcome.from_json(outcome.as_json()) == outcome
        True
        """
        shaped = dict(_shaped(data, cls))
        if shaped["state"] not in {*State}:
            raise MalformedOutcomeError("an outcome with another state")
        for field in fields(cls):
            if field.type == "tuple[str, ...]":
                shaped[field.name] = _texts(shaped[field.name])
        shaped["state"] = State(shaped["state"])
        shaped["failure"] = None if shaped["failure"] is None else Failure.from_json(shaped["failure"])
        shaped["compared"] = tuple(map(Compared.from_json, shaped["compared"]))
        shaped["findings"] = tuple(map(Finding.from_json, shaped["findings"]))
        return cls(**shaped)
