"""The frontmatter of a stranger's note: places, broken YAML, and YAML that is meant to do harm."""

from __future__ import annotations

import pytest

from notevault.notes import as_json, parse_note
from notevault.notes.yaml_values import MAX_DEPTH, MAX_VALUES, YamlError, compose


def test_a_property_spans_its_key_and_its_value() -> None:
    text = "---\ntags:\n- a\n- b\n\ndate modified: 27-09-2025  # then\nlong: |\n  x\n  y\nlast: 'q'\n---\n"
    note = parse_note("A.md", text)
    pieces = {name: text[found.span.start : found.span.end] for name, found in note.properties.items()}
    assert pieces == {
        "tags": "tags:\n- a\n- b",
        "date modified": "date modified: 27-09-2025",
        "long": "long: |\n  x\n  y",
        "last": "last: 'q'",
    }
    assert [found.span.line for found in note.properties.values()] == [2, 6, 7, 10]


def test_a_link_in_a_property_stands_where_it_is_written() -> None:
    text = '---\nup: "see [[A#H|a]]"\n---\n'
    (link,) = parse_note("B.md", text).links
    assert text[link.span.start : link.span.end] == "[[A#H|a]]" == link.text
    assert (link.target, link.subpath, link.label) == ("A", "H", "a")


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        ("a: [b", "did not find expected|expected ',' or"),
        ("a: *nowhere", "anchor nowhere is not defined"),
        ("a: &a [*a]", "anchor a is not defined"),
        ("a: b\n--- \nc: d", "second document"),
        ("a: \x07", "characters? (are|is) not allowed|special characters"),
        ("a: " + "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), f"deeper than {MAX_DEPTH}"),
    ],
)
def test_what_cannot_be_read_says_why(yaml: str, reason: str) -> None:
    with pytest.raises(YamlError, match=reason):
        compose(yaml)


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(YamlError, match=f"more than {MAX_VALUES} values"):
        compose("\n".join(lines))
    note = parse_note("A.md", "---\n" + "\n".join(lines) + "\n---\ntext")
    assert [found.code for found in note.diagnostics] == ["NV201"]
    assert [block.plain for block in note.blocks] == ["text"]


def test_a_tag_that_names_a_class_is_only_text() -> None:
    note = parse_note("A.md", "---\na: !!python/object/apply:os.system [echo]\n---\n")
    assert note.properties["a"].value == ["echo"]


def test_an_alias_is_the_value_it_names() -> None:
    note = parse_note("A.md", "---\na: &x [1, 2]\nb: *x\n---\n")
    assert note.properties["b"].value == [1, 2]


def test_json_has_every_field_but_the_text() -> None:
    data = as_json(parse_note("A.md", "---\na: .inf\nb: 1e999\n---\n# H\n[[B]]"))
    assert data["version"] == 1
    assert data["path"] == "A.md"
    assert "source" not in data
    assert data["properties"]["b"]["value"] == "inf"  # type: ignore[index]
    assert data["links"][0]["span"]["line"] == 6  # type: ignore[index]
    assert data["blocks"][0]["kind"] == "heading"  # type: ignore[index]
