"""What the pages keep of a run: it is read once, and never older than the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.events import BatchDone, RunStarted
from ptmrank_core.records import RunResult, Score
from ptmrank_core.results import rank_result
from tests.dashboard.reading import open_section
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every run whose result is read from the store and decoded, as it happens."""
    seen: list[str] = []
    read: Callable[[RunStore, str], RunResult] = RunStore.result

    def count(self: RunStore, run_id: str) -> RunResult:
        seen.append(run_id)
        return read(self, run_id)

    monkeypatch.setattr(RunStore, "result", count)
    return seen


def test_a_finished_run_is_read_once_for_all_sessions(app: AppTest, ranked: str, reads: list[str]) -> None:
    """Reruns, other sections and other visitors find what the first one has read."""
    app.run()
    app.button(key=f"open-{ranked}").click().run()
    for title in ("Agreement", "Cost", "Ranking"):
        open_section(app, title)
    other: Any = AppTest.from_file(app._script_path, default_timeout=PATIENCE_SECONDS)
    other.run()
    other.button(key=f"open-{ranked}").click().run()
    assert not other.exception
    assert reads == [ranked]


def test_what_comes_later_is_there_at_once(app: AppTest, settings: Settings, ranked: str) -> None:
    """A new score, also in the place of an old one, makes another result and another ranking."""
    del app
    store = RunStore(settings)
    before, first = jobs.ranked(ranked)
    assert jobs.ranked(ranked) == (before, first)
    assert jobs.result(ranked) is before
    for value in (1e6, 2e6):
        for metric in ("logme", "hscore"):
            store.add_cell(ranked, Score("weak", metric, value, 0.0))
        found, ranking = jobs.ranked(ranked)
        assert found == store.result(ranked)
        assert {cell.value for cell in found.cells if cell.model == "weak"} == {value}
        assert ranking == rank_result(found)
    assert (first.order[0], ranking.order[0]) == ("strong", "weak")


def test_a_batch_adds_its_seconds_and_decodes_nothing(
    app: AppTest, settings: Settings, ranked: str, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a worker runs, events come several times a second; no result changes by them."""
    del app
    store = RunStore(settings)
    store.queue(ranked, "cpu")
    store.start(ranked, "{}")
    later = time.time() + 1000.0
    monkeypatch.setattr("time.time", lambda: later)
    store.add_event(ranked, RunStarted(2, 2, 60))
    seconds = jobs.result(ranked).seconds
    monkeypatch.setattr("time.time", lambda: later + 5.0)
    store.add_event(ranked, BatchDone("strong", 4, 60))
    assert jobs.result(ranked).seconds == pytest.approx(seconds + 5.0)
    assert reads == [ranked]
