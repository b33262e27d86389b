"""Which name was meant: slips of the pen only, because a wrong guess is worse than none."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from notevault.vault.names import folded

ONE_SLIP, TWO_SLIPS = 5, 14
"""From these numbers of letters on, a name may have one letter wrong, or two."""


class SlipIndex:
    """Names by their letters and digits alone, so that spaces, hyphens and case make no difference."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        for name in sorted(names):
            if letters := _letters(name):
                self._names.setdefault(letters, name)
        self._known: dict[str, str | None] = {}

    def find(self, name: str) -> str | None:
        """The name that was meant by `name`, if it is that name but for a slip; digits have to be right.

        >>> index = SlipIndex(["Momentum", "K Means", "Week 1", "Data Lake"])
        >>> index.find("momentun"), index.find("KMeans"), index.find("Week 2"), index.find("Delta Lake")
        ('Momentum', 'K Means', None, None)
        """
        if name not in self._known:
            self._known[name] = self._nearest(_letters(name))
        return self._known[name]

    def _nearest(self, wanted: str) -> str | None:
        if wanted in self._names:
            return self._names[wanted]
        slips = (len(wanted) >= ONE_SLIP) + (len(wanted) >= TWO_SLIPS)
        found = extractOne(wanted, self._names.keys(), scorer=OSA.distance, score_cutoff=slips) if slips else None
        return self._names[found[0]] if found and _digits(found[0]) == _digits(wanted) else None


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, folded(name)))


def _digits(name: str) -> str:
    return "".join(filter(str.isdecimal, name))
