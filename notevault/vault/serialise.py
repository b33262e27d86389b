"""The links of a vault as JSON."""

from __future__ import annotations

from notevault.vault.model import ResolvedLink, Vault

VERSION = 1


def links_as_json(vault: Vault) -> dict[str, object]:
    """Every link with its bucket and target, in the order of notes and places."""
    return {"version": VERSION, "links": [_link(link) for link in vault.links]}


def _link(found: ResolvedLink) -> dict[str, object]:
    link = found.link
    return {
        "note": found.note,
        "line": link.span.line,
        "column": link.span.column,
        "text": link.text,
        "target": link.target,
        "subpath": link.subpath,
        "kind": link.kind.value,
        "bucket": found.bucket.value,
        "resolved": found.resolved,
    }
