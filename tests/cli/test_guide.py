"""The guide to the command line: made from the parsers, and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ptmrank_core.cli import COMMANDS, _parser
from ptmrank_core.cli.guide import command_guide

GUIDE = Path(__file__).resolve().parents[2] / "ptmrank_core" / "cli" / "README.md"


def test_the_guide_is_what_the_parsers_say() -> None:
    """What is committed is what the parsers give today."""
    assert GUIDE.read_text(encoding="utf-8") == command_guide() + "\n", (
        "Make it again: python -m ptmrank_core.cli.guide > ptmrank_core/cli/README.md"
    )


def test_every_command_has_a_section() -> None:
    """Each command of the command line has a heading, and none is there twice."""
    headings = [line.removeprefix("## ") for line in command_guide().splitlines() if line.startswith("## ")]
    assert len(headings) == len(set(headings)) == len(COMMANDS)


@pytest.mark.parametrize("command", ["rank", "catalogue", "runs compare", "cache clear", "catalogue build"])
def test_every_option_of_the_help_is_in_the_guide(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ``--help`` lists, at any depth, stands in the section of its command."""
    monkeypatch.setenv("COLUMNS", "1000")  # or names of options are wrapped at their hyphens
    with pytest.raises(SystemExit):
        _parser().parse_args([*command.split(), "--help"])
    options = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out))
    heading = f"{'#' * (1 + len(command.split()))} {command}\n"
    section = command_guide().split(f"\n{heading}", 1)[1].split("\n#", 1)[0]
    assert "--json" in options or "--out" in options
    assert [option for option in sorted(options - {"--help"}) if f"`{option}" not in section] == []
