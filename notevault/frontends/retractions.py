"""Words that take back what stands beside them: a note that shows a mistake on purpose makes none."""

from __future__ import annotations

import re

_WRONG = re.compile(
    r"\b(?:wrong|wrongly|incorrect|incorrectly|mistake|mistakes|mistaken|erroneous|error-prone|common errors?|naive"
    r"|not true|false|forgets|forgetting|forgot|do not write|don't write|never write|not the same as"
    r"|contradiction|which of|no,|no!|misconceptions?|pitfalls?|traps?|buggy|anti-?patterns?"
    r"|(?:often|sometimes|commonly|usually|tempting to) (?:write|think|believe|assume|claim)"
    r"|(?:following|possible|answer) (?:options|answers)"
    # the same in other languages; where a word for "error" may be that of a loss, only with one for "common"
    r"|falsch\w*|fehlerhaft\w*|inkorrekt\w*|irrtum|irrtümlich|(?:häufiger?|typischer?|beliebter?) fehler"
    r"|faux|fausse|incorrecte?s?|erreurs? (?:courante|fréquente|classique|commune)s?|à tort"
    r"|incorrect[oa]s?|equivocad[oa]s?|errad[oa]s?|err(?:or|o)(?:es|s)? com(?:ún|un|unes|um|uns)"
    r"|sbagliat[oaie]|scorrett[oaie]|errore comune|errori comuni|onjuist|błędn\w+|неверно|неправильно|ошибочно)(?!\w)"
    r"|(?<!not )(?<!n't )(?<!never )\bforget\b|\boptions?\s*:|\bbeware of\W*$|~~|[❌✗✘❎🚫]|错误|間違"
    r"|\|\s*(?:no|nein|non|nee|wrong)\s*(?:\||$)",
    re.I,
)
_CODE = re.compile(
    r"\b(?:wrong|incorrect|mistakes?|buggy|bugs?|broken"
    r"|bad (?:example|code|practice)|(?:does(?: not|n't)|will not|won't) (?:work|run|compile))\b",
    re.I,
)
_CHOICE = re.compile(r"\W*\(?[A-Ea-e][).:]\W*")


def called_wrong(text: str) -> bool:
    """Whether the words say that something is wrong.

    >>> called_wrong("Das ist falsch:"), called_wrong("Do not forget the chain rule."), called_wrong("We have options.")
    (True, False, False)
    """
    return _WRONG.search(text) is not None


def called_wrong_code(text: str) -> bool:
    """The same of words above a piece of code.

    >>> called_wrong_code("This version has a bug:")
    True
    """
    return called_wrong(text) or shows_bad_code(text)


def shows_bad_code(text: str) -> bool:
    """Whether the words say of code, with no word that may mean something else, that it is bad.

    >>> shows_bad_code("A common mistake:"), shows_bad_code("False positives")
    (True, False)
    """
    return _CODE.search(text) is not None


def is_choice(before: str, above: str) -> bool:
    """Whether a formula is one of several answers to a question.

    >>> is_choice("- A) ", "What is its derivative?"), is_choice("a) ", "Derivatives:")
    (True, False)
    """
    return "?" in above and _CHOICE.fullmatch(before) is not None
