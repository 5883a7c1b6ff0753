"""The About page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from ptmrank_core.metrics import METRICS, default_metrics
from tests.dashboard.reading import texts
from tests.waiting import PATIENCE_SECONDS


def test_every_metric_stands_with_its_paper() -> None:
    """The table names every metric with idea, limits and reference; limits and privacy are said."""
    page = AppTest.from_string(
        "from dashboard.views.about.page import page\npage()", default_timeout=PATIENCE_SECONDS
    ).run()
    assert not page.exception
    table = page.table[0].value
    assert list(table["paper"]) == [METRICS[name].reference for name in default_metrics()]
    assert list(table["what it asks"]) == [METRICS[name].idea for name in default_metrics()]
    assert "A score is no accuracy" in texts(page)
