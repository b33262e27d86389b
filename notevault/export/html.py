r"""Markdown of a card as the HTML that Anki shows: formulas as `\(…\)`, no raw HTML of the note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

_CLOZE = re.compile(r"\{\{c(\d+)::((?:\$[^$]*\$|[^$])*?)\}\}")
"""A gap; a formula inside it is passed over whole, because its braces may look like the gap's end."""


def field_html(markdown: str) -> str:
    r"""The HTML of one field.

    >>> field_html("The slope of $x^2$ is **$2x$**.")
    'The slope of \\(x^2\\) is <strong>\\(2x\\)</strong>.'
    >>> field_html("<script>x</script>")
    '&lt;script&gt;x&lt;/script&gt;'
    """
    html = str(_markdown().render(markdown)).strip()
    single = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    return html[3:-4] if single else html


def cloze_html(markdown: str) -> str:
    r"""The HTML of a cloze's text. `}}` inside a gap's formula becomes `} }`, since Anki ends the gap at the first one.

    >>> cloze_html(r"It is {{c1::$\frac{1}{\sqrt{x}}$}} here.")
    'It is {{c1::\\(\\frac{1}{\\sqrt{x} }\\)}} here.'
    """
    gaps: list[str] = []

    def keep(match: re.Match[str]) -> str:
        gaps.append(f"{{{{c{match[1]}::{field_html(match[2]).replace('}}', '} }')}}}}}")
        return f"\ue000{len(gaps) - 1}\ue001"

    html = field_html(_CLOZE.sub(keep, markdown))
    return re.sub("\ue000(\\d+)\ue001", lambda match: gaps[int(match[1])], html)


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.use(dollarmath_plugin, allow_digits=False, allow_space=False, double_inline=True)
    for kind, (left, right) in {
        "math_inline": (r"\(", r"\)"),
        "math_inline_double": (r"\[", r"\]"),
        "math_block": (r"\[", r"\]"),
    }.items():
        markdown.add_render_rule(kind, _delimited(left, right))
    return markdown


def _delimited(left: str, right: str) -> Any:
    def render(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return f"{left}{escape(tokens[index].content.strip(), quote=False)}{right}"

    return render
