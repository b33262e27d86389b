"""LaTeX mathematics cut into tokens; spacing, sizes and styles that mean nothing are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notevault.errors import NotevaultError

MAX_TOKENS = 2000


class NotUnderstoodError(NotevaultError):
    """A formula, or a part of one, was not fully understood; `token` is what stopped the reader, at `position`."""

    def __init__(self, token: str, position: int = 0, why: str = "") -> None:
        self.token = token
        self.position = position
        self.why = why
        super().__init__(f"not understood: {token}" + (f" ({why})" if why else ""))


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `kind` is one of command, letter, number, text, symbol, end.

    `[start:end]` is its place in the LaTeX.
    """

    kind: str
    text: str
    start: int
    end: int


_PATTERN = re.compile(
    r"(?P<skip>\s+|~|%[^\n]*(?:\n|$)|\\(?:[,;:!> ]"
    r"|(?:(?:small|med|thick|neg\w*)space|displaystyle|textstyle|limits|nolimits|nonumber|notag)(?![a-zA-Z])"
    r"|(?:left|right|[bB]igg?[lrm]?)(?![a-zA-Z])\s*\.?|[hv]space\*?\s*\{[^}]*\}|(?:label|tag)\*?\s*\{[^}]*\}))"
    r"|(?P<text>\\(?:text(?:rm|bf|it|sf|tt|normal)?|mbox|mathrm|operatorname\*?|mathtt|mathsf)(?![a-zA-Z])\s*\{(?P<words>[^{}$]*)\})"
    r"|(?P<environment>\\(?:begin|end)\s*\{[a-zA-Z]+\*?\})"
    r"|(?P<command>\\(?:[a-zA-Z]+|.))"
    r"|(?P<number>\d{1,3}(?:\{,\}\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<letter>[^\W\d_])"
    r"|(?P<symbol>\|\||.)",
    re.DOTALL,
)

_SAME = {
    "\\lvert": "|", "\\rvert": "|", "\\vert": "|", "\\mid": "|",
    "\\lVert": "||", "\\rVert": "||", "\\Vert": "||", "\\|": "||",
    "\\lbrack": "[", "\\rbrack": "]", "\\lparen": "(", "\\rparen": ")",
    "\\dfrac": "\\frac", "\\tfrac": "\\frac", "\\cfrac": "\\frac",
    "\\ast": "*", "\\prime": "'", "′": "'", "’": "'", "−": "-", "·": "\\cdot", "×": "\\times", "∂": "\\partial",
    "∇": "\\nabla", "\\to": "\\rightarrow", "\\gets": "\\leftarrow", "\\colonequals": ":=", "\\coloneqq": ":=",
    "\\triangleq": ":=", "\\doteq": ":=", "\\lt": "<", "\\gt": ">", "\\leq": "\\le", "\\geq": "\\ge",
    "≤": "\\le", "≥": "\\ge", "≈": "\\approx", "\\intercal": "\\top", "\\odot": "\\odot", "⊙": "\\odot",
    "\\varepsilon": "\\epsilon", "\\varphi": "\\phi", "\\vartheta": "\\theta", "\\dots": "\\ldots",
    "\\cdots": "\\ldots",
    "…": "\\ldots", "\\lbrace": "\\{", "\\rbrace": "\\}", "\\widehat": "\\hat", "\\overline": "\\bar",
    "\\widetilde": "\\tilde", "\\boldsymbol": "\\mathbf", "\\bm": "\\mathbf", "\\bf": "\\mathbf", "\\pmb": "\\mathbf",
    "\\implies": "\\Rightarrow", "\\Longrightarrow": "\\Rightarrow", "\\iff": "\\Rightarrow",
    "\\Leftrightarrow": "\\Rightarrow", "\\therefore": "\\Rightarrow",
}  # fmt: skip
"""Spellings of the same thing."""

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "θ": "theta", "λ": "lambda",
    "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ω": "omega", "Δ": "Delta", "Σ": "Sigma",
    "Θ": "Theta", "Φ": "Phi", "Ω": "Omega", "ξ": "xi", "ψ": "psi", "κ": "kappa", "ν": "nu", "ζ": "zeta",
}  # fmt: skip


_BELOW = re.compile(r"[_^]\s*\{?\s*$")
"""Where an upright d is a label; else it is that of a differential."""


def tokenize(latex: str) -> list[Token]:
    r"""The tokens of `latex`, closed by one of kind "end"; raises NotUnderstoodError when there are too many.

    >>> [token.text for token in tokenize(r"\left( w_1 x \right)\,^2")][:-1]
    ['(', 'w', '_', '1', 'x', ')', '^', '2']
    """
    tokens = list(_tokens(latex))
    if len(tokens) > MAX_TOKENS:
        raise NotUnderstoodError("a formula of more than 2000 tokens", tokens[MAX_TOKENS].start)
    return [*tokens, Token("end", "the end", len(latex), len(latex))]


def _tokens(latex: str) -> Iterator[Token]:
    for match in _PATTERN.finditer(latex):
        kind = match.lastgroup or ""
        if match["words"] is not None and match["words"].strip() == "d" and not _BELOW.search(latex, 0, match.start()):
            yield Token("letter", "d", match.start(), match.end())
        elif match["words"] is not None:
            yield Token("text", match["words"].strip(), match.start(), match.end())
        elif kind == "environment":
            yield Token("command", re.sub(r"\s", "", match.group()), match.start(), match.end())
        elif kind != "skip":
            yield _token(kind, match)


def _token(kind: str, match: re.Match[str]) -> Token:
    text = match.group()
    if text in _GREEK:
        return Token("command", "\\" + _GREEK[text], match.start(), match.end())
    text = _SAME.get(text, text)
    if kind == "number":
        return Token(kind, text.replace("{,}", ""), match.start(), match.end())
    if kind in {"command", "symbol", "letter"}:
        kind = "command" if text.startswith("\\") else "letter" if text.isalpha() else "symbol"
    return Token(kind, text, match.start(), match.end())
