"""Many notes: the walk over a folder and the resolution of links.

`read_vault` reads a folder, `find_vault` finds it, `find_note` finds a note in it, `links_as_json` lists its links.
"""

from __future__ import annotations

from notevault.vault.find import find_note, find_vault
from notevault.vault.read import read_vault
from notevault.vault.serialise import links_as_json

__all__ = ["find_note", "find_vault", "links_as_json", "read_vault"]
