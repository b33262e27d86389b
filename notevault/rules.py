"""The table of rules: every code that a diagnostic can carry, with the page that `notevault explain` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notevault.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `summary` is a sentence, `why` a paragraph, `wrong` and `right` a short example of each."""

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    wrong: str
    right: str


_TABLE = (
    Rule(
        "NV101",
        "missing-note",
        Severity.INFO,
        "A link leads to a note that does not exist yet.",
        "Such links are normal in a growing vault: they say what is still to be written. The topic graph counts them.",
        "See [[Momentun]].",
        "See [[Momentum]].",
    ),
    Rule(
        "NV102",
        "missing-subpath",
        Severity.WARNING,
        "A link leads to a note that exists, but the heading or block it names is not there.",
        "The heading was renamed or the block id was removed; the link opens the note at its top.",
        "[[Chain rule#Exmaple]]",
        "[[Chain rule#Example]]",
    ),
    Rule(
        "NV103",
        "ambiguous-link",
        Severity.INFO,
        "A link fits more than one note.",
        "Which note opens depends on where the files lie. A path in the link says which one is meant.",
        "[[Index]]",
        "[[calculus/Index]]",
    ),
    Rule(
        "NV104",
        "alias-link",
        Severity.INFO,
        "A link uses an alias as its target.",
        "Obsidian does not resolve a bare alias: it opens a new, empty note.",
        "[[Backprop]]",
        "[[Backpropagation|Backprop]]",
    ),
    Rule(
        "NV105",
        "unescaped-pipe",
        Severity.WARNING,
        "A link with a label stands in a table cell with its `|` unescaped.",
        "The bar ends the cell, so that the link is cut in two.",
        "| [[Adam|Adam optimiser]] |",
        "| [[Adam\\|Adam optimiser]] |",
    ),
    Rule(
        "NV201",
        "invalid-frontmatter",
        Severity.WARNING,
        "The frontmatter is not valid YAML.",
        "No property of the note can be read: its tags, aliases and dates are lost to every tool.",
        "---\ntags: [a, b\n---",
        "---\ntags: [a, b]\n---",
    ),
    Rule(
        "NV202",
        "duplicate-property",
        Severity.WARNING,
        "A property is there twice.",
        "YAML keeps only the last one, and says nothing.",
        "---\ntags: [a]\ntags: [b]\n---",
        "---\ntags: [a, b]\n---",
    ),
    Rule(
        "NV203",
        "deprecated-property",
        Severity.INFO,
        "`tag`, `alias` and `cssclass` are no longer read by Obsidian (since 1.9).",
        "The plural forms are lists and are the only ones left.",
        "---\nalias: BP\n---",
        "---\naliases: [BP]\n---",
    ),
    Rule(
        "NV204",
        "unreadable",
        Severity.WARNING,
        "The note cannot be read whole: it is not UTF-8, or its beginning is hidden, or access is denied.",
        "Other tools show wrong characters, or take the frontmatter for text.",
        "\\ufeff---\ntags: [a]\n---",
        "---\ntags: [a]\n---",
    ),
    Rule(
        "NV205",
        "unsafe-name",
        Severity.INFO,
        "The name of a note holds a character that links cannot hold.",
        "`#`, `|`, `^`, `:`, `%%`, `[[` and `]]` have a meaning inside a link, so that no link can name the note.",
        "C#.md",
        "C sharp.md",
    ),
    Rule(
        "NV301",
        "code-syntax",
        Severity.ERROR,
        "A code block does not compile.",
        "The example cannot run as it stands. Where a small edit makes it compile and run, the edit is offered.",
        "```python\nloss = (prediction - y)2\n```",
        "```python\nloss = (prediction - y)**2\n```",
    ),
    Rule(
        "NV302",
        "code-error",
        Severity.ERROR,
        "A code block raises an exception.",
        "The block compiles and has all it needs, but fails when it is run after the blocks above it.",
        "```python\nimport numpy as np\nnp.ones(2) @ np.ones(3)\n```",
        "```python\nimport numpy as np\nnp.ones(2) @ np.ones(2)\n```",
    ),
    Rule(
        "NV303",
        "output-mismatch",
        Severity.ERROR,
        "A code block prints something else than the note says.",
        "The stated output belongs to an older version of the code, or was written by hand.",
        "```python\nprint(2 ** 3)  # Output: 6\n```",
        "```python\nprint(2 ** 3)  # Output: 8\n```",
    ),
    Rule(
        "NV304",
        "code-limit",
        Severity.ERROR,
        "A code block was stopped: it took too much time, memory, output or disk.",
        "Examples in notes are short; one that does not end is usually a loop without a way out.",
        "```python\nwhile True: pass\n```",
        "```python\nfor _ in range(10): pass\n```",
    ),
    Rule(
        "NV401",
        "wrong-gradient",
        Severity.ERROR,
        "A gradient that a code block computes by hand is not the gradient.",
        "The block was run again on the differentiation engine, and the two results differ at the point shown.",
        "```python\ngrad_w = 2 * (w * x - y)  # of (w * x - y) ** 2\n```",
        "```python\ngrad_w = 2 * x * (w * x - y)  # of (w * x - y) ** 2\n```",
    ),
    Rule(
        "NV402",
        "wrong-derivative",
        Severity.ERROR,
        "A derivative stated in a formula is not the derivative of the function that the note defines.",
        "Both sides were evaluated at random points; the counterexample is one where they differ.",
        "$f(x) = x^3$, so $f'(x) = 3x$",
        "$f(x) = x^3$, so $f'(x) = 3x^2$",
    ),
    Rule(
        "NV403",
        "wrong-update-rule",
        Severity.ERROR,
        "A step that is called descent goes up the gradient.",
        "Gradient descent subtracts the gradient times the learning rate.",
        "$w = w + \\alpha \\frac{\\partial L}{\\partial w}$",
        "$w = w - \\alpha \\frac{\\partial L}{\\partial w}$",
    ),
    Rule(
        "NV404",
        "wrong-equation",
        Severity.ERROR,
        "The two sides of an equation without unknowns are not equal.",
        "Both sides are numbers or expressions in the same names, and were evaluated.",
        "$3 + 4 = 8$",
        "$3 + 4 = 7$",
    ),
    Rule(
        "NV501",
        "malformed-card",
        Severity.WARNING,
        "A card written by hand has no question or no answer.",
        "`Q::A`, `Q:` with `A:`, `==cloze==` and `{{c1::…}}` are read; here one side is empty.",
        "Chain rule::",
        "Chain rule::$(f \\circ g)' = (f' \\circ g) \\cdot g'$",
    ),
)

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _TABLE}
