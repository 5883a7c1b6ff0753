"""The About page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.wording import with_code, with_links
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
    assert list(table["paper"]) == [with_links(METRICS[name].reference) for name in default_metrics()]
    assert list(table["idea"]) == [METRICS[name].idea for name in default_metrics()]
    assert "A score is not an accuracy" in texts(page)


@pytest.mark.parametrize(
    ("advice", "written"),
    [
        ("Run `ptmrank doctor`.", "Run `ptmrank doctor`."),
        ("`ptmrank runs delete 0_1` deletes *it*.", "`ptmrank runs delete 0_1` deletes \\*it\\*."),
        ("A name with ` in it, *bold*.", "A name with \\` in it, \\*bold\\*."),
        ("", ""),
    ],
)
def test_commands_in_advice_are_shown_as_such(advice: str, written: str) -> None:
    """What stands in backticks is code; all else is shown character by character."""
    assert with_code(advice) == written
