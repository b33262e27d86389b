"""All files of a build, in one folder."""

from __future__ import annotations

from pathlib import Path

from notevault.errors import NotevaultError
from notevault.export.apkg import write_apkg
from notevault.export.graph_page import graph_page
from notevault.export.items import cards_markdown, exercises_markdown
from notevault.export.report import report_markdown
from notevault.export.study_path import study_path_markdown
from notevault.pipeline import Results
from notevault.render.json import as_json
from notevault.vault.walk import BUILD_MARKER


def write_bundle(results: Results, folder: Path) -> tuple[Path, ...]:
    """Write every file into `folder`, which is made if it is not there; returns their paths in a fixed order.

    Raises NotevaultError for a folder that holds somebody else's notes or files of these names: nothing is lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_if_not_ours(folder)
    texts = {
        "report.md": report_markdown(results),
        "report.json": as_json(results.vault, results.report),
        "study-path.md": study_path_markdown(results.graph),
        "cards.md": cards_markdown(results.cards),
        "exercises.md": exercises_markdown(results.exercises),
        "graph.html": graph_page(results.graph),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    write_apkg(results.cards, folder / "cards.apkg")
    (folder / BUILD_MARKER).write_text("What notevault has written is no part of a vault.\n", encoding="utf-8")
    return tuple(folder / name for name in (*texts, "cards.apkg"))


def _refuse_if_not_ours(folder: Path) -> None:
    if (folder / BUILD_MARKER).exists():
        return
    foreign = sorted(
        path.name for path in folder.iterdir() if path.suffix.casefold() in {".md", ".html", ".json", ".apkg"}
    )
    if foreign:
        raise NotevaultError(f"{folder} holds {foreign[0]}, which notevault did not write: choose another folder")
