"""The rules of Obsidian that only several notes show: files, the source of a link, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Case(NamedTuple):
    """In a vault of the empty notes `others` (or with content), the first link of `text`, a note at `source`."""

    text: str
    others: tuple[str, ...] | Mapping[str, str]
    bucket: str
    resolved: str | None
    source: str = "Source.md"
    candidates: tuple[str, ...] | None = None


HEADINGS = {"A.md": "# H1\n## H2\n# H3\n## To be, or not *to* be?\n## `hasTag()`\n\ntext ^id"}

RULES: Mapping[str, tuple[Case, ...]] = {
    "1": (Case("[[A]]", ("A.md",), "resolved", "A.md"),),
    "2": (Case("[[A.md]]", ("A.md",), "resolved", "A.md"),),
    "4": (
        Case("[[A#H1]]", HEADINGS, "resolved", "A.md"),
        Case("[[A#No]]", HEADINGS, "missing-subpath", "A.md"),
    ),
    "5": (
        Case("[[A#H1#H2]]", HEADINGS, "resolved", "A.md"),
        Case("[[A#H3#H2]]", HEADINGS, "missing-subpath", "A.md"),
        Case("[[A#H2#H3]]", HEADINGS, "missing-subpath", "A.md"),
    ),
    "6": (
        Case("# H\n[[#H]]", (), "same-note", "Source.md"),
        Case("# H\n[[#G]]", (), "missing-subpath", "Source.md"),
    ),
    "7": (
        Case("[[A#^id]]", HEADINGS, "resolved", "A.md"),
        Case("[[A#^no]]", HEADINGS, "missing-subpath", "A.md"),
    ),
    "9": (Case("[[Dir/A]]", ("Dir/A.md", "B/A.md"), "resolved", "Dir/A.md"),),
    "10": (
        Case("[[Fig.png]]", ("Fig.png",), "attachment", "Fig.png"),
        Case("[[Fig]]", ("Fig.png",), "missing-note", None),
        Case("![[Lost.png]]", (), "attachment", None),
    ),
    "11": (Case("[[A.b]]", ("A.b.md",), "resolved", "A.b.md"),),
    "16": (Case("[[https://e.com]]", (), "missing-note", None),),
    "25": (Case("[t](A%20B)", ("A B.md",), "resolved", "A B.md"),),
    "27": (Case("[t](A.md#h1)", HEADINGS, "resolved", "A.md"),),
    "28": (Case("[t](A.md)", ("deep/down/A.md",), "resolved", "deep/down/A.md"),),
    "29": (
        Case("[t](https://e.com/A.md)", ("A.md",), "external", None),
        Case("[t](mailto:a@e.com)", (), "external", None),
        Case("[t](obsidian://open?vault=v)", (), "external", None),
        Case("<https://e.com>", (), "external", None),
        Case("https://e.com", (), "external", None),
    ),
    "31": (Case("[[aDAM]]", ("Adam.md",), "resolved", "Adam.md"),),
    "32": (Case("[[Ext.MD]]", ("Ext.md",), "resolved", "Ext.md"),),
    "33": (Case("[[N]]", ("N.md", "a/N.md"), "ambiguous", "N.md", "a/S.md", ("N.md", "a/N.md")),),
    "34": (Case("[[N]]", ("z/zz/N.md", "b/N.md"), "ambiguous", "z/zz/N.md", "z/zz/S.md", ("z/zz/N.md", "b/N.md")),),
    "35": (Case("[[N]]", ("b/N.md", "zz/N.md"), "ambiguous", "b/N.md", "zz/deep/S.md", ("b/N.md", "zz/N.md")),),
    "36": (Case("[[N]]", ("aaa/N.md", "b/N.md"), "ambiguous", "b/N.md", "c/S.md", ("b/N.md", "aaa/N.md")),),
    "37": (
        Case("[[b/N]]", ("a/b/N.md", "c/N.md"), "resolved", "a/b/N.md"),
        Case("[[b/N]]", ("ab/N.md",), "missing-note", None),
    ),
    "38": (
        Case("[[../N]]", ("N.md", "a/N.md"), "resolved", "N.md", "a/S.md"),
        Case("[[./N]]", ("N.md", "a/N.md"), "resolved", "a/N.md", "a/S.md"),
        Case("[[../../N]]", ("N.md",), "missing-note", None, "a/S.md"),
        Case("[[/N]]", ("N.md", "a/N.md"), "resolved", "N.md", "a/S.md"),
    ),
    "39": (Case("[[Caf\u00e9]]", ("Cafe\u0301.md",), "resolved", "Cafe\u0301.md"),),
    "40": (Case("[[Al]]", {"A.md": "---\naliases: [al]\n---\n"}, "alias-only", "A.md"),),
    "41": (
        Case("[[A]]", ("A.canvas", "A.md", "A.base"), "resolved", "A.md"),
        Case("[[A.canvas]]", ("A.canvas", "A.md"), "attachment", "A.canvas"),
    ),
    "43": (
        Case("[[N]]", ("a/N.md", "b/N.md", "c/N.md"), "ambiguous", "a/N.md", "S.md", ("a/N.md", "b/N.md", "c/N.md")),
    ),
    "45": (
        Case("[[A#to be or not to be]]", HEADINGS, "resolved", "A.md"),
        Case("[[A#hasTag]]", HEADINGS, "resolved", "A.md"),
    ),
    "50": (Case("![[d.pdf#page=3]]", ("d.pdf",), "attachment", "d.pdf"),),
    "51": (Case("![[c.canvas]]", ("c.canvas",), "attachment", "c.canvas"),),
    "69": (Case("[[SC]]", {"A.md": "---\naliases: SC\n---\n"}, "alias-only", "A.md"),),
}
