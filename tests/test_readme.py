"""The README tells the truth about the commands and the files."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_test_command_is_the_one_ci_runs() -> None:
    """.ci/run ends with the README's own command."""
    command = re.search(r"&& (pytest .*)$", README, flags=re.MULTILINE)
    assert command
    assert command.group(1) in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    """Files that the README names by a link are there."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
