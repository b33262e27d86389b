"""What is written from a stranger's vault runs nothing and opens nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from notevault.export.graph_page import graph_page
from notevault.export.html import cloze_html, field_html
from notevault.graph import build_graph
from tests.vaults import make_vault

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


class Scripts(HTMLParser):
    """Counts what could run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.loading: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.loading += [(name, value) for name, value in attrs if name in {"src", "href", "onerror", "onload"}]


def page_of(tmp_path: Path) -> str:
    files = {
        "A.md": f"---\naliases: ['{HOSTILE}']\n---\n# {HOSTILE}\n\n[[{HOSTILE.replace('/', '')}]] [[B]]",
        "B.md": "[[A]]",
    }
    return graph_page(build_graph(make_vault(tmp_path, files)))


def test_a_title_cannot_leave_the_data_of_the_graph_page(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    seen = Scripts()
    seen.feed(page)
    assert seen.scripts == 2
    assert seen.loading == []
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    titles = [topic["title"] for topic in json.loads(data[1])["topics"]]
    assert any("<script>" in title for title in titles)


def test_the_graph_page_may_load_nothing(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    assert "default-src 'none'" in page
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", page) == []
    assert "innerHTML" not in page


def test_the_fields_of_a_card_hold_no_html_of_the_note() -> None:
    for html in (field_html(HOSTILE), cloze_html(f"x {{{{c1::{HOSTILE}}}}}"), field_html("[x](javascript:alert(1))")):
        seen = Scripts()
        seen.feed(html)
        assert (seen.scripts, seen.loading) == (0, [])
