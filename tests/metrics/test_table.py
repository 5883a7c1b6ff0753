"""The generated table of metrics is up to date."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.reports import metrics_markdown

TABLE = Path(__file__).resolve().parents[2] / "ptmrank_core" / "metrics" / "TABLE.md"


def test_the_table_is_what_the_registry_says() -> None:
    """``python -m ptmrank_core metrics --markdown`` writes what stands in TABLE.md."""
    assert TABLE.read_text(encoding="utf-8") == f"{metrics_markdown()}\n"
