"""A run that is damaged, or of a later version: the pages say so in a sentence and offer to delete it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from tests.benchmark.doctor.breaking import change
from tests.dashboard.reading import buttons, open_page, texts
from tests.dashboard.test_owners import become

DAMAGE = {
    "no plan": "UPDATE runs SET plan = '{\"task\": '",
    "no samples": "UPDATE runs SET samples = '17'",
    "a state that is not known": "UPDATE runs SET state = 'paused'",
    "a later version": "UPDATE runs SET plan = json_set(plan, '$.temperature', 1)",
    "a score that is cut off": "UPDATE cells SET cell = '{'",
}
IN_THE_LIST = [kind for kind in DAMAGE if kind.startswith(("no ", "a state"))]


def delete(app: AppTest, key: str) -> None:
    """Press a button that asks first, and answer; without a browser both are pressed in one run."""
    app.button(key=key).click().run()
    assert "This cannot be undone." in texts(app)
    app.button(key=key).click()
    app.button(key="delete-yes").click().run()
    assert not app.exception


@pytest.mark.parametrize("kind", IN_THE_LIST)
def test_the_list_says_which_run_is_damaged(app: AppTest, settings: Settings, ranked: str, kind: str) -> None:
    """One row, with a red mark, the reason, and one button: to delete it, after a question."""
    change(settings, DAMAGE[kind])
    open_page(app, "start")
    assert "**A damaged run** · " in texts(app)
    open_page(app, "runs")
    assert "**A damaged run** :red-badge[unreadable]" in texts(app)
    assert "It can only be deleted." in texts(app)
    assert "0 samples" not in texts(app)
    assert {key for key in buttons(app) if key.endswith(ranked)} == {f"delete-{ranked}"}
    delete(app, f"delete-{ranked}")
    assert "Nothing was run here yet." in texts(app)
    assert RunStore(settings).outlines() == []


@pytest.mark.parametrize("page", ["results", "run", "compare"])
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_link_to_a_damaged_run_leads_to_a_sentence(
    app: AppTest, settings: Settings, ranked: str, kind: str, page: str
) -> None:
    """No page dies of it; what cannot be read is said, and the run can be deleted there."""
    change(settings, DAMAGE[kind])
    open_page(app, page, run=ranked, with_="0" * 32)
    if page == "run" and kind not in IN_THE_LIST:  # its progress needs neither plan nor scores
        assert not app.error
        return
    assert f"damaged-{ranked}" in buttons(app)
    assert [error.value for error in app.error if "cannot be read" in error.value or "state" in error.value]
    delete(app, f"damaged-{ranked}")
    assert RunStore(settings).outlines() == []
    open_page(app, "results")
    assert "There is no run to show yet." in texts(app)


@pytest.mark.parametrize("page", ["results", "run", "compare"])
def test_nobody_is_offered_to_delete_a_damaged_run_of_somebody_else(
    app: AppTest, settings: Settings, ranked: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor with the link reads the same sentence, without the button."""
    change(settings, DAMAGE["no plan"])
    monkeypatch.setenv("PTMRANK_SHARED", "1")
    become(monkeypatch, "browser:b")
    open_page(app, page, run=ranked, with_="0" * 32)
    assert app.error
    assert not any(key.startswith("damaged-") for key in buttons(app))
