"""The rules of Obsidian-flavoured Markdown that one note shows: a text, what is looked at, what is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from notevault.notes.callouts import callout_kind
from notevault.notes.model import BlockKind, Note


class Case(NamedTuple):
    """One rule's example: `look` is a key of `LOOKS`."""

    look: str
    text: str
    expected: object


LOOKS: Mapping[str, Callable[[Note], object]] = {
    "links": lambda note: [(found.target, found.subpath, found.label) for found in note.links if not found.embedded],
    "embeds": lambda note: [
        (found.target, found.subpath, found.label, found.size) for found in note.links if found.embedded
    ],
    "kinds": lambda note: [(found.kind.value, found.target) for found in note.links],
    "tags": lambda note: [found.name for found in note.tags],
    "formulas": lambda note: [(found.latex, found.display) for found in note.formulas],
    "code": lambda note: [(found.language, found.source) for found in note.code_blocks],
    "headings": lambda note: [(found.level, found.text) for found in note.headings],
    "highlights": lambda note: [found.text for found in note.highlights],
    "comments": lambda note: [note.text[found.start : found.end] for found in note.comments],
    "callouts": lambda note: [(found.type, found.fold, found.title, found.depth) for found in note.callouts],
    "callout kinds": lambda note: [callout_kind(found.type) for found in note.callouts],
    "ids": lambda note: [(found.id, note.text[found.block.start : found.block.end]) for found in note.block_ids],
    "tasks": lambda note: [(found.status, found.text, found.done) for found in note.tasks],
    "footnotes": lambda note: [(found.label, found.text) for found in note.footnotes],
    "properties": lambda note: {name: found.value for name, found in note.properties.items()},
    "aliases": lambda note: list(note.aliases),
    "plain": lambda note: [found.plain for found in note.blocks],
    "cells": lambda note: [found.cells for found in note.blocks if found.kind is BlockKind.TABLE_ROW],
    "codes": lambda note: [(found.code, found.span.line) for found in note.diagnostics],
}

TABLE = "| a | b |\n|---|---|\n"

RULES: Mapping[str, tuple[Case, ...]] = {
    "1": (Case("links", "[[A]]", [("A", "", None)]),),
    "2": (Case("links", "[[A.md]]", [("A.md", "", None)]),),
    "3": (Case("links", "[[A|t]]", [("A", "", "t")]), Case("plain", "see [[A|t]]", ["see t"])),
    "4": (Case("links", "[[A#H]]", [("A", "H", None)]),),
    "5": (Case("links", "[[A#H1#H2]]", [("A", "H1#H2", None)]),),
    "6": (Case("links", "[[#H]]", [("", "H", None)]),),
    "7": (Case("links", "[[A#^id]]", [("A", "^id", None)]),),
    "8": (Case("links", "[[A#H|t]]", [("A", "H", "t")]),),
    "9": (Case("links", "[[Dir/A]]", [("Dir/A", "", None)]),),
    "10": (Case("links", "[[Fig.png]]", [("Fig.png", "", None)]),),
    "12": (Case("links", "[[ A ]]", [("A", "", None)]),),
    "13": (Case("links", "[[Sq]uare]]", [("Sq]uare", "", None)]),),
    "14": (Case("links", "[[Sp\nace]]", [("Sp ace", "", None)]), Case("plain", "[[Sp\nace]]", ["Sp ace"])),
    "15": (Case("links", "[[a [[Inner]] c]]", [("Inner", "", None)]),),
    "17": (Case("links", "[[]] [[|x]] [[ ]]", []),),
    "18": (Case("links", r"\[\[A]]", []), Case("plain", r"\[\[A]]", ["[[A]]"])),
    "19": (
        Case("links", TABLE + r"| [[A\|t]] | x |", [("A", "", "t")]),
        Case("cells", TABLE + r"| [[A\|t]] | x |", [("a", "b"), ("t", "x")]),
    ),
    "20": (
        Case("cells", TABLE + "| [[A|t]] | x |", [("a", "b"), ("[[A", "t]]", "x")]),
        Case("links", TABLE + "| [[A|t]] | x |", []),
        Case("codes", TABLE + "| [[A|t]] | x |", [("NV105", 3)]),
        Case("codes", TABLE + "| `[[A|t]]` | x |", []),
    ),
    "21": (Case("links", "[[##x]] [[^^x]]", []),),
    "24": (Case("links", "[t](A%20B.md)", [("A B.md", "", "t")]),),
    "25": (Case("links", "[t](A%20B)", [("A B", "", "t")]),),
    "26": (Case("links", "[t](<A B.md>)", [("A B.md", "", "t")]),),
    "27": (Case("links", "[t](A.md#H%201)", [("A.md", "H 1", "t")]),),
    "30": (
        Case(
            "links",
            "[t][r] and [r] and [s][]\n\n[r]: A%20B.md\n[S]: <B.md>",
            [
                ("A B.md", "", "t"),
                ("A B.md", "", "r"),
                ("B.md", "", "s"),
            ],
        ),
        Case("links", "[[foo]]\n\n[foo]: url", [("foo", "", None)]),
    ),
    "47": (Case("kinds", "![[A]] [[A]]", [("embed", "A"), ("wikilink", "A")]),),
    "48": (Case("embeds", "![[A#H]] ![[A#^id]]", [("A", "H", None, ""), ("A", "^id", None, "")]),),
    "49": (
        Case(
            "embeds",
            "![[i.png|100x145]] ![[i.png|100]] ![[i.png|alt|100]] ![[i.png|alt]]",
            [
                ("i.png", "", None, "100x145"),
                ("i.png", "", None, "100"),
                ("i.png", "", "alt", "100"),
                ("i.png", "", "alt", ""),
            ],
        ),
    ),
    "50": (
        Case(
            "embeds",
            "![[d.pdf#page=3]] ![[d.pdf#height=400]]",
            [
                ("d.pdf", "page=3", None, ""),
                ("d.pdf", "height=400", None, ""),
            ],
        ),
    ),
    "51": (Case("embeds", "![[c.canvas]]", [("c.canvas", "", None, "")]),),
    "52": (
        Case(
            "embeds",
            "![250](u.png) ![alt|100](u.png) ![alt 2](u.png)",
            [
                ("u.png", "", None, "250"),
                ("u.png", "", "alt", "100"),
                ("u.png", "", "alt 2", ""),
            ],
        ),
    ),
    "54": (Case("ids", "A text. ^id\n\nMore.", [("id", "A text. ^id")]), Case("plain", "A text. ^id", ["A text."])),
    "55": (
        Case("ids", "- a\n- b\n\n^list", [("list", "- a\n- b")]),
        Case("ids", "> said\n> so\n\n^quote", [("quote", "> said\n> so")]),
        Case("ids", "> [!tip] T\n> so\n\n^call", [("call", "> [!tip] T\n> so")]),
        Case("ids", TABLE + "| 1 | 2 |\n\n^tab", [("tab", TABLE + "| 1 | 2 |")]),
    ),
    "56": (Case("ids", "- a ^id\n  - b\n- c", [("id", "- a ^id\n  - b")]),),
    "57": (Case("ids", "a ^one_two\n\nb ^three.\n\nc ^A-1", [("A-1", "c ^A-1")]),),
    "58": (Case("ids", "area x^2\n\n$x^n$", []),),
    "59": (Case("ids", "```\na ^id\n```", []),),
    "59b": (Case("ids", "![[i.png]]^id", [("id", "![[i.png]]^id")]),),
    "60": (
        Case("properties", "---\na: 1\n---\n", {"a": 1}),
        Case("properties", "\n---\na: 1\n---\n", {}),
        Case("properties", " ---\na: 1\n---\n", {}),
        Case("properties", "---\na: 1\n", {}),
    ),
    "61": (
        Case("codes", "---\na: 1\nb: 2\na: 3\n---\n", [("NV202", 4)]),
        Case("properties", "---\na: 1\nb: 2\na: 3\n---\n", {"a": 3, "b": 2}),
    ),
    "62": (
        Case("kinds", '---\na: "[[L]]"\nb: ["[[M|m]]", x]\nc: [[N]]\n---\n', [("property", "L"), ("property", "M")]),
    ),
    "63": (Case("tags", '---\na: "#x"\n---\n', []),),
    "64": (
        Case(
            "properties",
            "---\nd: 2024-01-31\nt: 2024-01-31T1\nbad: 9999-99-99 99:99\nn: .5\no: 012\nc: true\ny: yes\nl: [a]\n---\n",
            {
                "d": "2024-01-31",
                "t": "2024-01-31T1",
                "bad": "9999-99-99 99:99",
                "n": 0.5,
                "o": 12,
                "c": True,
                "y": "yes",
                "l": ["a"],
            },
        ),
    ),
    "65": (Case("properties", "---\nc:\n---\n", {"c": None}),),
    "66": (
        Case("properties", '---\n{"a": 1, "tags": ["x"]}\n---\n', {"a": 1, "tags": ["x"]}),
        Case("tags", '---\n{"a": 1, "tags": ["x"]}\n---\n', ["x"]),
    ),
    "67": (
        Case("tags", "---\ntags:\n- a\n- b/c\n---\n", ["a", "b/c"]),
        Case("aliases", "---\naliases: [x, null, y]\n---\n", ["x", "y"]),
        Case("properties", "---\ncssclasses: [wide]\n---\n", {"cssclasses": ["wide"]}),
    ),
    "68": (
        Case("codes", "---\ntag: a\nalias: b\ncssclass: c\n---\n", [("NV203", 2), ("NV203", 3), ("NV203", 4)]),
        Case("tags", "---\ntag: a\n---\n", ["a"]),
        Case("aliases", "---\nalias: b\n---\n", ["b"]),
    ),
    "70": (Case("properties", "---\na:\n  b: {c: 1}\n---\n", {"a": {"b": {"c": 1}}}),),
    "71": (
        Case("codes", "---\na: 1\nb: [x\n---\n[[A]]", [("NV201", 3)]),
        Case("links", "---\na: 1\nb: [x\n---\n[[A]]", [("A", "", None)]),
        Case("codes", "---\njust a text\n---\n", [("NV201", 2)]),
        Case("codes", "---\na: &x [*x]\n---\n", [("NV201", 2)]),
    ),
    "72": (
        Case("properties", "\ufeff---\na: 1\n---\n", {"a": 1}),
        Case("codes", "\ufeff---\na: 1\n---\n", [("NV204", 1)]),
        Case("properties", "---\r\na: x\r\n---\r\n[[A]]", {"a": "x"}),
        Case("plain", "---\n---\ntext", ["text"]),
    ),
    "73": (Case("tags", "#aB1 #a-b #a_b #a/b #é #😀 #日本", ["aB1", "a-b", "a_b", "a/b", "é", "😀", "日本"]),),
    "74": (Case("tags", "#1984 #y1984", ["y1984"]),),
    "77": (Case("tags", "#two words, #comma, (#bracket)", ["two", "comma", "bracket"]),),
    "78": (Case("tags", r"\#t", []),),
    "79": (
        Case("tags", "`#a` $#b$ https://e.com/#c [[A#d]] [x](y#e)\n\n# Heading\n\n```\n#f\n```\n\n# #g", ["g"]),
        Case("tags", "%% #hidden %% <b i='#i'>", []),
    ),
    "80": (Case("tags", "a#b C# 1#c", []),),
    "81": (Case("tags", '---\ntags: ["#a", b]\n---\n', ["a", "b"]), Case("tags", "---\ntags: a, b\n---\n", ["a", "b"])),
    "82": (Case("callouts", "> [!TIP] Title\n> text", [("tip", "", "Title", 1)]), Case("callouts", "> [tip] T", [])),
    "83": (Case("callouts", "> [!tip]+ A\n\n> [!tip]- B", [("tip", "+", "A", 1), ("tip", "-", "B", 1)]),),
    "84": (Case("callouts", "> [!tip] Only", [("tip", "", "Only", 1)]), Case("plain", "> [!tip] Only", ["Only"])),
    "85": (
        Case("callouts", "> [!a] A\n> > [!b] B\n> > > [!c]", [("a", "", "A", 1), ("b", "", "B", 2), ("c", "", "", 3)]),
    ),
    "86": (
        Case(
            "callout kinds",
            "> [!mine]\n\n> [!TLDR]\n\n> [!faq]\n\n> [!error]\n\n> [!cite]",
            [
                "note",
                "abstract",
                "question",
                "danger",
                "quote",
            ],
        ),
    ),
    "87": (
        Case("links", "> [!a] [[T]]\n> [[A]] `[[B]]`", [("T", "", None), ("A", "", None)]),
        Case("tags", "> [!a] T\n> #t", ["t"]),
        Case("code", "> [!a] T\n> ```py\n> x = 1\n> ```", [("py", "x = 1")]),
    ),
    "88": (
        Case("comments", "a %%[[A]]%% b", ["%%[[A]]%%"]),
        Case("plain", "a %%[[A]]%% b", ["a b"]),
        Case("links", "%%\n[[A]]\n\n# H\n%%\n\n[[B]]", [("B", "", None)]),
        Case("headings", "%%\n[[A]]\n\n# H\n%%\n\n[[B]]", []),
        Case("links", "100 %% of [[A]]", [("A", "", None)]),
    ),
    "88b": (
        Case("comments", "`# | ^ : %% [[ ]]` and [[A]] %%", []),
        Case("comments", "```\n%%\n```\n\n$%%$ [[A]] `%%`", []),
    ),
    "89": (
        Case("highlights", "==x== a == b ==**c** d==", ["x", "**c** d"]),
        Case("highlights", "`==a==` $==b==$\n\n```\n==c==\n```", []),
        Case("plain", "==**c** d== and a == b", ["c d and a == b"]),
    ),
    "90": (
        Case("formulas", "$x$ and $5 and $10", [("x", False)]),
        Case("formulas", r"$ x $, \$a\$, $a\$b$", [(r"a\$b", False)]),
        Case("formulas", "$a\n\\cdot b$", [("a\n\\cdot b", False)]),
    ),
    "91": (
        Case("formulas", "$$\nx\n\n- y\n$$", [("\nx\n\n- y\n", True)]),
        Case("formulas", "so $$x$$ holds", [("x", True)]),
        Case("headings", "$$\na\n=\nb\n$$", []),
    ),
    "92": (
        Case("links", "$[[1,2],[3,4]]$ $$[[A]]$$", []),
        Case("tags", r"$\#a$ $ #b$ $$ #c $$", ["b"]),
        Case("highlights", "$a == b ==c==$", []),
    ),
    "93": (
        Case("links", "`[[A]]` ``a ` [[B]]`` [[C]]", [("C", "", None)]),
        Case("code", "````md\n```\n[[A]]\n```\n````", [("md", "```\n[[A]]\n```")]),
        Case("code", "~~~\n```\n~~~", [("", "```")]),
        Case("code", "text\n\n    [[A]]\n\n      b", [("", "[[A]]\n\n  b")]),
        Case("links", "~~~\n[[A]]\n~~~\n\n    [[B]]", []),
    ),
    "94": (
        Case("code", "```Python title=x\n1\n```", [("python", "1")]),
        Case("code", "- a\n  ```py\n  if x:\n      y\n  ```", [("py", "if x:\n    y")]),
        Case("code", "> ```py\n> x\n>\n> y\n> ```", [("py", "x\n\ny")]),
        Case("code", "1. a\n\n\t```py\n\tx\n\t```", [("py", "x")]),
    ),
    "95": (Case("links", "<div>\n[[A]]\n</div>\n\n[[B]]", [("B", "", None)]),),
    "96": (
        Case("footnotes", "a[^1]\n\n[^1]: one\n  two\n\n  three\n\nfour", [("1", "one\ntwo\nthree")]),
        Case("footnotes", "a^[in *line*]", [("", "in *line*")]),
        Case("plain", "a[^1] b^[in]", ["a b"]),
        Case("footnotes", "[^a]: x\n[^b]: y", [("a", "x"), ("b", "y")]),
    ),
    "97": (
        Case("tasks", "- [ ] a\n- [x] b\n1. [?] c\n- [xy] d", [("?", "c", True), (" ", "a", False), ("x", "b", True)]),
    ),
    "98": (Case("links", "```mermaid\ngraph TD\nA[[B]]\nclass A internal-link\n```", []),),
    "99": (
        Case(
            "headings",
            "# A\n#no\n####### no\n###### F #\n\nS\n===\n\nT\n---\n\n```\n# c\n```",
            [
                (1, "A"),
                (6, "F"),
                (1, "S"),
                (2, "T"),
            ],
        ),
        Case("headings", "---\n# a comment\nb: 1\n---\n", []),
    ),
}
