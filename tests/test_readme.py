"""The README tells the truth about the metrics, the commands and the files."""

from __future__ import annotations

import re
from pathlib import Path

from ptmrank_core.metrics import METRICS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_metric_is_in_the_table_with_its_reference() -> None:
    """A metric of the registry that the table lacks, or the other way round, is found here."""
    rows = dict(re.findall(r"^\| `([a-z:]+)` \|(.*)\|$", README, flags=re.MULTILINE))
    assert set(rows) == set(METRICS)
    for name, spec in METRICS.items():
        identifier = re.search(r"(arXiv:[\d.]+|doi:\S+)", spec.reference)
        assert identifier
        assert identifier.group().rstrip(";") in rows[name] or "as above" in rows[name]


def test_the_test_command_is_the_one_ci_runs() -> None:
    """.ci/run ends with the README's own command."""
    command = re.search(r"&& (pytest .*)$", README, flags=re.MULTILINE)
    assert command
    assert command.group(1) in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    """Files that the README names by a link are there."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
