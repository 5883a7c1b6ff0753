"""The command line's words for what an error is about."""

from __future__ import annotations

import re

import pytest

from ptmrank_core.cli import main
from ptmrank_core.cli.wording import OPTIONS
from ptmrank_core.errors import InputField


def test_every_input_has_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    """Each input that an error of the core can be about names an option that ``rank`` has."""
    assert set(OPTIONS) == set(InputField)
    with pytest.raises(SystemExit):
        main(["rank", "--help"])
    offered = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    for words in OPTIONS.values():
        named = set(re.findall(r"--[a-z-]+", words))
        assert named
        assert named <= offered


def test_an_error_names_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    """What a hint is about is said as the option of the command line that settles it."""
    status = main(["rank", "--task", "image-classification", "--samples", "demo:digits", "--models", ","])
    assert status == 2
    assert capsys.readouterr().err.endswith("Name models with --models, such as --models demo.\n")
