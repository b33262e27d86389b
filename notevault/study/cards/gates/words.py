"""What every gate needs: the words of a card, and its cloze gaps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib.resources import files

from notevault.study.cards.candidate import Candidate

Gate = Callable[[Candidate], str | None]
"""The reason why a candidate is no good card, or None."""

FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
GAP = re.compile(r"\{\{c\d+::(.*?)\}\}")
WORD = re.compile(r"[\w'’-]+")
CONTEXT = re.compile(r"^[^:?]{2,60}: ")
"""The note's title before a question."""

_SMALL = frozenset(
    "a an the of to in on for and or by with from at as is are be it its that which this if than not no only".split()
)


def words(text: str) -> list[str]:
    """The words of `text`; a formula counts as one."""
    return WORD.findall(FORMULA.sub(" formula ", text))


def content_words(text: str) -> list[str]:
    """The words of `text` that carry its meaning, in small letters; `max_depth` is two.

    >>> content_words("The depth of max_depth")
    ['depth', 'max', 'depth']
    """
    found = (part.casefold() for word in words(text) for part in re.split(r"[_-]", word))
    return [word for word in found if word and word not in _SMALL]


def shares_stem(one: str, other: str) -> bool:
    """Whether two words look like forms of one.

    >>> shares_stem("criteria", "criterion"), shares_stem("max", "maximum"), shares_stem("metric", "method")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    return (len(short) >= 3 and long.startswith(short)) or (len(short) >= 5 and short[:5] == long[:5])


def new_words(answer: Iterable[str], known: Iterable[str]) -> list[str]:
    """The words of an answer that share no stem with what is known."""
    seen = list(known)
    return [word for word in answer if not any(shares_stem(word, other) for other in seen)]


def word_list(name: str) -> frozenset[str]:
    """The words of a data file of the package, one a line."""
    return frozenset(files("notevault.study.cards").joinpath(name).read_text(encoding="utf-8").split())
