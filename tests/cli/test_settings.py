"""The settings of a vault, as the commands use them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from notevault.cli.init import TEMPLATE
from notevault.vault.configuration import Settings, read_settings
from tests.cli.conftest import Run

BROKEN = "---\ntags: [a\n---\nSee [[Nowhere#x]].\n"


def test_the_commented_template_names_every_setting_with_its_default(tmp_path: Path) -> None:
    (tmp_path / "notevault.toml").write_text(re.sub(r"(?m)^# (?=\w+ = )", "", TEMPLATE))
    assert read_settings(tmp_path) == Settings()


def test_an_ignored_rule_is_not_reported(notevault: Run, tmp_path: Path) -> None:
    (tmp_path / "Broken.md").write_text(BROKEN)
    assert "NV201" in notevault("check", tmp_path, "--no-run").stdout
    (tmp_path / "notevault.toml").write_text('[check]\nignore = ["NV2"]\n')
    quiet = notevault("check", tmp_path, "--no-run")
    assert (quiet.stdout, quiet.returncode) == ("", 0)


def test_a_word_that_is_no_choice_is_told_with_the_choices(notevault: Run, tmp_path: Path) -> None:
    (tmp_path / "notevault.toml").write_text('[check]\nfrontend = "sometimes"\n')
    told = notevault("check", tmp_path)
    assert told.returncode == 2
    assert "`check.frontend` has to be one of 'always', 'when-missing', 'never'" in told.stderr


def test_the_commands_keep_to_the_frontend_of_the_vault(notevault: Run, tmp_path: Path) -> None:
    (tmp_path / "Note.md").write_text("```python\nimport tensorflow as tf\nx = tf.constant(1.0)\n```\n")
    (tmp_path / "notevault.toml").write_text('[check]\nfrontend = "always"\n')
    assert '"status": "ran"' in notevault("check", tmp_path, "--format", "json").stdout
    (tmp_path / "notevault.toml").write_text('[check]\nfrontend = "never"\n')
    assert '"status": "needs-package"' in notevault("check", tmp_path, "--format", "json").stdout


def test_an_unknown_setting_is_told_with_those_that_there_are(notevault: Run, tmp_path: Path) -> None:
    (tmp_path / "notevault.toml").write_text('[check]\nignores = ["NV2"]\n')
    told = notevault("check", tmp_path)
    assert told.returncode == 2
    assert "`check.ignores`" in told.stderr
    assert "`check.ignore`" in told.stderr


@pytest.mark.skipif(os.getuid() == 0, reason="root may read every file")
def test_a_note_that_cannot_be_read_is_told_and_not_lost(notevault: Run, tmp_path: Path) -> None:
    (tmp_path / "Secret.md").write_text("# Secret\n")
    (tmp_path / "Secret.md").chmod(0)
    assert (
        "NV204 the note cannot be read: Permission denied" in notevault("check", tmp_path, "--format", "concise").stdout
    )
