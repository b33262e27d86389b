"""The words that tell how a note speaks of a topic: in the sentence before its name, and in the heading above it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum


class Role(Enum):
    """How a note speaks of what it links to."""

    STATED = "stated"
    IS_A = "is-a"
    PARENT = "parent"
    DEFINITION = "definition"
    INTRODUCTION = "introduction"
    PROSE = "prose"
    EXAMPLE = "example"
    APPLICATION = "application"
    ASIDE = "aside"


def _words(*words: str, end: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b{end}", re.IGNORECASE)


# A cue holds to the end of its clause; an enumeration after "such as" may have colons in it.
_CLAUSE = r"[^.;:]*\Z"
_ENUMERATION = r"[^.;]*\Z"
_KINDS = "type|kind|form|variant|extension|class|family|case|version|subset|branch|generali[sz]ation"
_NO_CLAUSE = "(?!that|which|of|for|to|by|with|in|used|where|when)"

_SENTENCES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        Role.ASIDE,
        _words(
            *("(?:introduced|developed|proposed|invented|created|published|made) (?:in|by)", "unlike"),
            *("compare[sd]?(?: to| with)?", "comparing", "versus", r"vs\.?", "alternatives? to", "instead of"),
            *("in contrast", "contrasts?", "differ(?:s|ed|ent|ently|ences?)?", "see(?: also)?", "similar(?:ly)?"),
            *("rather than", "not to be confused", "related(?: to)?", "whereas"),
            end=_CLAUSE,
        ),
    ),
    (
        Role.EXAMPLE,
        _words(
            *("such as", r"e\.g\.?", "for example", "examples?", "for instance", "including", "includes?", "like"),
            *("types of", "kinds of", "namely"),
            end=_ENUMERATION,
        ),
    ),
    (
        Role.APPLICATION,
        _words(
            *("used (?:in|for|by|to|as|within)", "appl(?:y|ied|ies|ications?) (?:in|to|of|for)", "useful (?:in|for)"),
            "(?:critical|important|essential|crucial|vital|key|popular|common(?:ly)?|fundamental) (?:in|for|to)",
            *("helps?", r"improv\w+", "tasks? (?:like|such)", "role in", "leads? to", "results? in", "prevents?"),
            *("reduces?", "in fields", "fields? of"),
            end=_CLAUSE,
        ),
    ),
    (Role.IS_A, _words("is", "are", end=rf"(?: \w+ly)? (?:a|an|the|one)(?: {_NO_CLAUSE}[\w-]+){{0,3}} \W*\Z")),
    (Role.IS_A, _words("is", "are", end=rf"[^.;:]*\b(?:{_KINDS}) of (?:a |an |the )?\W*\Z")),
)

_HEADINGS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        Role.ASIDE,
        _words(
            *(
                "related",
                "see also",
                "also see",
                "links?",
                "resources?",
                "references?",
                "sources?",
                "further",
                "follow",
            ),
            *("questions?", "reading", "next", "tags", "notes?", r"compar\w*", "versus", "vs", "differences?"),
            *("alternatives?", "contents", "index", "backlinks", "images?"),
        ),
    ),
    (Role.APPLICATION, _words("applications?", "use cases?", "uses", "used", "benefits", "advantages")),
    (
        Role.EXAMPLE,
        _words(
            *("examples?", "implementations?", "types?", "kinds", "variants?", "methods?", "algorithms?"),
            *("techniques?", "approaches", "models?", "tools?", "solutions?", r"strateg\w+"),
        ),
    ),
)


def role_of_sentence(before: str) -> Role | None:
    """The role that the words before a name give it.

    >>> role_of_sentence("It is an extension of "), role_of_sentence("optimisers such as SGD and ")
    (<Role.IS_A: 'is-a'>, <Role.EXAMPLE: 'example'>)
    """
    return _first(before, _SENTENCES)


def role_of_heading(heading: str) -> Role | None:
    """The role of what stands under a heading.

    >>> role_of_heading("Related topics")
    <Role.ASIDE: 'aside'>
    """
    return _first(heading, _HEADINGS)


def _first(text: str, cues: Iterable[tuple[Role, re.Pattern[str]]]) -> Role | None:
    return next((role for role, cue in cues if cue.search(text)), None)
