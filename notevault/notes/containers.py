"""What stands around a block: lists and their items, quotes and callouts, footnotes, tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from markdown_it.token import Token


class Around(Enum):
    """The kinds of container."""

    NOTE = auto()
    LIST = auto()
    ITEM = auto()
    QUOTE = auto()
    FOOTNOTE = auto()
    TABLE = auto()


KIND_OF_TOKEN: Mapping[str, Around] = {
    "bullet_list": Around.LIST,
    "ordered_list": Around.LIST,
    "list_item": Around.ITEM,
    "blockquote": Around.QUOTE,
    "footnote": Around.FOOTNOTE,
    "table": Around.TABLE,
}


@dataclass(slots=True)
class Container:
    """An open container: where it begins, what is known of it so far, and its last finished child.

    `ids` are block ids that name the whole container; `texts` gathers a footnote's text.
    """

    kind: Around
    start: int
    end: int
    label: str = ""
    fold: str = ""
    title: str = ""
    fresh: bool = True
    last: tuple[int, int] | None = None
    ids: list[tuple[str, int, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def opened(token: Token, text: str) -> Container:
    """The container that `token` opens; `label` is a list item's marker or a footnote's name."""
    kind = KIND_OF_TOKEN[token.type.removesuffix("_open")]
    start: int = token.meta["at"]
    if kind is Around.QUOTE:
        # The rule has moved the line's mark behind the `>` by the time the token is made.
        start = max(text.rfind(">", 0, start), 0)
    label = {Around.ITEM: token.info + token.markup, Around.FOOTNOTE: token.meta.get("label", "")}.get(kind, "")
    return Container(kind, start, start, label)
