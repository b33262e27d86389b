"""The tables of the LaTeX reader: which commands are names, functions, operators, relations, and how they bind."""

from __future__ import annotations

from collections.abc import Mapping

GREEK = frozenset(
    [
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu"),
        *("xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "ell"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
    ]
)
"""Commands that are letters."""

ACCENTS: Mapping[str, str] = {
    "\\hat": "hat", "\\bar": "bar", "\\tilde": "tilde", "\\dot": "dot", "\\vec": "vec", "\\mathbf": "",
    "\\mathcal": "cal",
    "\\mathbb": "bb", "\\mathit": "", "\\mathsf": "", "\\mathscr": "cal", "\\mathfrak": "frak", "\\check": "check",
    "\\underline": "",
}  # fmt: skip
"""Commands around a letter, with what they add to its name."""

BOLD = frozenset({"\\mathbf", "\\vec", "\\underline"})

FUNCTIONS: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("exp", "log", "ln", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth"),
            *("arcsin", "arccos", "arctan", "max", "min"),
        )
    },
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "sigmoid": "sigmoid", "Sigmoid": "sigmoid", "ReLU": "relu",
    "relu": "relu", "RELU": "relu", "softplus": "softplus", "Softplus": "softplus", "sgn": "sign", "sign": "sign",
    "erf": "erf", "sqrt": "sqrt", "abs": "abs", "lg": "lg",
}  # fmt: skip
"""Functions that are known without a definition, by how they are written."""

OTHER_FUNCTIONS = frozenset(
    {"tr", "Tr", "Re", "Im", "tg", "ctg", "sen", "sh", "ch", "th", "det", "vec", "diag", "rank"}
)
"""Words that are functions and no products of letters, of which nothing else is known."""

BINDING: Mapping[str, int] = {
    "+": 10, "-": 10, "*": 20, "\\cdot": 20, "\\times": 20, "\\odot": 20, "/": 20, "\\div": 20, "\\mod": 5, "\\bmod": 5,
}  # fmt: skip
"""How strongly operators between two operands bind; a product without a sign binds like `*`."""

PRODUCT = 20
SIGN = 15

OPERATORS: Mapping[str, str] = {
    "+": "+", "-": "-", "*": "*", "\\cdot": "dot", "\\times": "*", "\\odot": "odot", "/": "/", "\\div": "/",
}  # fmt: skip

RELATIONS: Mapping[str, str] = {
    "=": "=", ":=": ":=", "\\equiv": "=", "\\leftarrow": "<-", "\\approx": "~", "\\simeq": "~", "\\sim": "?",
    "\\propto": "?", "<": "?", ">": "?", "\\le": "?", "\\ge": "?", "\\neq": "!", "\\ne": "!", "\\in": "?",
    "\\cong": "~",
    "\\rightarrow": "?", "\\mapsto": "?", "\\ll": "?", "\\gg": "?", "\\subset": "?", "\\subseteq": "?", "\\notin": "?",
    "\\not": "!", "\\longrightarrow": "?",
}  # fmt: skip
"""Signs between the items of a statement: equal, defined as, becomes, about, not equal, and all others."""

SEPARATORS = frozenset({",", ";", "\\quad", "\\qquad", "\\Rightarrow", "\\land", "\\wedge"})
"""Signs between statements of one formula (outside all brackets)."""

COMPARISONS: Mapping[str, str] = {
    "<": "<",
    ">": ">",
    "\\le": "<=",
    "\\ge": ">=",
    "=": "==",
    "\\neq": "!=",
    "\\ne": "!=",
}

OPENING: Mapping[str, str] = {"(": ")", "[": "]", "{": "}", "\\{": "\\}"}

ROWS = frozenset(
    {"align", "aligned", "gather", "gathered", "split", "eqnarray", "equation", "alignat", "multline", "array"}
)
"""Environments whose rows are statements."""

CASES = frozenset({"cases", "dcases", "rcases"})
MATRICES = frozenset({"bmatrix", "pmatrix", "matrix", "Bmatrix", "smallmatrix"})

OTHERWISE = ("otherwise", "else", "otherwise.", "else.", "sonst")
