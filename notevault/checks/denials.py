"""Words that say that something does not fail, or how one keeps it from failing: they announce no failure."""

from __future__ import annotations

import re

_FAILING = r"(?:raises?|throws?|fails?|crash(?:es)?|errors?|wirft|lève|lanza|lança)"
_WITH = r"(?:\W+(?:an?|any)\b)?(?:\W+\w*(?:Error|Exception)\b)?"
_DENIED = re.compile(
    rf"(?:\b(?:never|not|no longer|cannot|nie|nicht mehr)|n['’]t)\s+{_FAILING}\b{_WITH}"
    r"|\b(?:without|ohne|sans|sin|sem|no)\s+(?:(?:an?|any|the|raising|throwing|einen?|une?|un|um)\s+){0,2}\W?"
    r"\w*(?:errors?|exceptions?|fehler|ausnahmen?|erreurs?|erro)\b",
    re.I,
)
_KEPT_FROM = re.compile(
    r"\b(?:avoid\w*|prevent\w*|handl(?:e|es|ing)|catch(?:es|ing)?|fix(?:es|ed)?|guards?|instead|protects?|solves?"
    r"|vermeide\w*|verhinder\w*|abfang\w*|fang\w*|évite\w*|empêche\w*|evita\w*|previene)\b",
    re.I,
)


def without_denials(text: str) -> str:
    """The text without what it says never to happen.

    >>> without_denials("It never raises a KeyError, but fails.")
    'It , but fails.'
    """
    return _DENIED.sub("", text)


def keeps_from_failing(text: str) -> bool:
    """Whether the words speak of a way not to fail.

    >>> keeps_from_failing("To avoid an IndexError, check the length."), keeps_from_failing("This raises a KeyError.")
    (True, False)
    """
    return _KEPT_FROM.search(text) is not None
