"""YAML into plain data with the place of every value, for text that nobody vouches for.

The parser's events are composed here and not by PyYAML: its composer recurses (the C one until the process
dies), expands aliases without bound, and forgets duplicate keys. Scalars follow the core schema of YAML 1.2, as
Obsidian reads them: `yes`, `012` and `2024-01-31` are a text, twelve and a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

MAX_DEPTH = 32
MAX_VALUES = 10_000
MAX_DIGITS = 300

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class YamlError(Exception):
    """The text is not YAML that can be read; `offset` is where it stops being so."""

    def __init__(self, reason: str, offset: int) -> None:
        self.offset = offset
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class YamlValue:
    """A value with its place `text[start:end]`; `items` of a list, `entries` of a map (duplicates included)."""

    data: object
    start: int
    end: int
    items: tuple[YamlValue, ...] = ()
    entries: tuple[tuple[YamlValue, YamlValue], ...] = ()

    def strings(self) -> Iterator[YamlValue]:
        """Every text below this value, with its place."""
        if isinstance(self.data, str):
            yield self
        for item in self.items:
            yield from item.strings()
        for _, value in self.entries:
            yield from value.strings()


def scalar(text: str) -> object:
    """The plain scalar `text` as data, by the core schema.

    >>> [scalar(text) for text in ("yes", "012", "1e3", "true", "~", "2024-01-31")]
    ['yes', 12, 1000.0, True, None, '2024-01-31']
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= MAX_DIGITS and _INTEGER.match(text):
        return int(text)
    if len(text) <= MAX_DIGITS and _FLOAT.match(text):
        return float(text)
    return text


def compose(text: str) -> YamlValue | None:
    """The only document of `text`, or `None` when it is empty. Raises `YamlError`, and nothing else."""
    try:
        return _Composer(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or "not valid YAML", mark.index if mark else 0) from error
    except yaml.reader.ReaderError as error:
        raise YamlError(str(error.reason), int(error.position)) from error
    except UnicodeEncodeError as error:
        raise YamlError("a character that no text may hold", error.start) from error


class _Composer:
    """Builds values from events, counting what it builds."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self.anchors: dict[str, YamlValue] = {}
        self.sizes: dict[str, int] = {}
        self.values = 0

    def document(self) -> YamlValue | None:
        result = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and result is not None:
                raise YamlError("a second document begins", _start(event))
            if isinstance(event, yaml.NodeEvent):
                result = self.value(event, 0)
        return result

    def value(self, event: yaml.Event, depth: int) -> YamlValue:
        start = _start(event)
        before = self.values
        self.values += 1
        if depth > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", start)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if isinstance(event, yaml.ScalarEvent):
            built = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            built = self.sequence(event, depth)
        else:
            built = self.mapping(event, depth)
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self.anchors[event.anchor] = built
            self.sizes[event.anchor] = self.values - before
        return built

    def alias(self, event: yaml.AliasEvent) -> YamlValue:
        start, end = _start(event), _stop(event)
        anchor = event.anchor or ""
        target = self.anchors.get(anchor)
        if target is None:
            raise YamlError(f"the anchor {anchor} is not defined before it is used", start)
        self.values += self.sizes[anchor]
        if self.values > MAX_VALUES:
            raise YamlError(f"the aliases stand for more than {MAX_VALUES} values", start)
        return YamlValue(target.data, start, end)

    def scalar(self, event: yaml.ScalarEvent) -> YamlValue:
        plain = event.implicit[0]
        return YamlValue(scalar(event.value) if plain else event.value, _start(event), _stop(event))

    def sequence(self, event: yaml.SequenceStartEvent, depth: int) -> YamlValue:
        items: list[YamlValue] = []
        for following in self.events:
            if isinstance(following, yaml.SequenceEndEvent):
                break
            items.append(self.value(following, depth + 1))
        end = _end(following, items)
        return YamlValue([item.data for item in items], _start(event), end, items=tuple(items))

    def mapping(self, event: yaml.Event, depth: int) -> YamlValue:
        entries: list[tuple[YamlValue, YamlValue]] = []
        for following in self.events:
            if isinstance(following, yaml.MappingEndEvent):
                break
            key = self.value(following, depth + 1)
            entries.append((key, self.value(next(self.events), depth + 1)))
        end = _end(following, [value for entry in entries for value in entry])
        data = {key_text(key): value.data for key, value in entries}
        return YamlValue(data, _start(event), end, entries=tuple(entries))


def key_text(key: YamlValue) -> str:
    """A key as text: `2024:` is the property named "2024"."""
    return key.data if isinstance(key.data, str) else "" if key.data is None else str(key.data)


def _end(closing: yaml.Event, children: list[YamlValue]) -> int:
    """Where a collection ends: its bracket, or its last child, as block collections end only at the next token."""
    if _stop(closing) > _start(closing) or not children:
        return _stop(closing)
    return children[-1].end


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _stop(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0
