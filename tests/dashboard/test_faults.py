"""A page says what cannot be read or written, and the dashboard lives on."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ptmrank_core.config import Settings
from tests.benchmark.doctor.breaking import BROKEN, fill
from tests.dashboard.reading import open_page, texts

KINDS = ("runs-is-a-file", "store-is-text", "store-is-newer", "store-lacks-a-table", "cache-is-text")
PAGES = ("start", "runs", "results", "compare", "cache", "about")


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_says_what_is_wrong(app: AppTest, settings: Settings, tmp_path: Path, kind: str) -> None:
    """No page of a broken home dies; those that need what is broken name it."""
    run = fill(settings, tmp_path / "features")
    BROKEN[kind].do(settings)
    st.cache_resource.clear()
    app.query_params["run"] = run
    app.run()
    said = []
    for page in PAGES:
        open_page(app, page)
        assert not app.exception, page
        said += [element.value for element in (*app.error, *app.warning)]
    assert any(BROKEN[kind].said in one for one in said)


def test_the_about_page_checks_what_is_kept(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """A click says that everything is in order, or what is wrong and which command mends it."""
    fill(settings, tmp_path / "features")
    app.run()
    open_page(app, "about")
    app.button(key="examine").click().run()
    assert not app.exception
    assert "Everything is in order." in texts(app)
    BROKEN["merged-is-a-file"].do(settings)
    app.button(key="examine").click().run()
    assert not app.exception
    assert "a folder is expected there" in texts(app)
    assert "doctor --mend" in texts(app)
