"""The export section of the results page, and its tables: the core's own numbers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.results.export import downloads as export
from ptmrank_core.benchmark import RunStore, make_card, read_card, run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import RunResult
from ptmrank_core.reports.exports import FORMATS
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.results import rank_result
from ptmrank_core.results.command import rank_command
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.reading import open_section, texts


@pytest.fixture
def result(settings: Settings, picture_zip: Path, zoo: Path) -> RunResult:
    """A finished run of three tiny models."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    run_here(run_id, settings, sources=SOURCES)
    return RunStore(settings).result(run_id)


@pytest.fixture
def results(app: AppTest, result: RunResult) -> AppTest:
    """The results page of that run."""
    app.run()
    app.button(key=f"open-{result.plan.run_id}").click().run()
    assert not app.exception
    return app


def test_every_format_has_a_button_and_the_command_is_shown(results: AppTest, result: RunResult) -> None:
    """One button for each format, named as people name it, and the line that repeats the run."""
    open_section(results, "Export")
    assert "Export" in texts(results)
    formats = [of.title for of in FORMATS.values()]
    assert [button.label for button in results.download_button] == [*formats, "Figures (zip)", "Run card"]
    assert rank_command(result.plan) in [code.value for code in results.code]


def test_the_table_of_the_page_is_the_table_of_the_files(results: AppTest, result: RunResult) -> None:
    """Place, mean rank and every score stand on the page with all their digits."""
    table = ranking_table(result, rank_result(result))
    results.toggle(key="ranking-table").set_value(True).run()
    shown = next(frame.value for frame in results.dataframe if "mean_rank" in frame.value)
    for key in ("place", "model", "mean_rank", *result.plan.metrics, "n_parameters", "seconds"):
        values = [None if pd.isna(value) else value for value in shown[key]]
        assert values == table.values(key), key


def test_a_click_makes_the_file(results: AppTest, result: RunResult) -> None:
    """What a button gives is what the core writes: a zip of tables, or one file; the report has pictures."""
    assert results
    ranking = rank_result(result)
    for key, of in FORMATS.items():
        data = export._make(key, result, ranking)
        if of.ending is None:
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
            assert f"ranking.{key}" in names
        elif key == "html":
            assert b'id="embeddings"' in data
        else:
            assert next(iter(of.write(export.Export(result, ranking)).values())) == data


def test_the_run_card_can_be_replayed(result: RunResult, tmp_path: Path) -> None:
    """What the button gives is read as a card with every number of the run."""
    path = tmp_path / "card.json"
    path.write_bytes(export._make_card(result))
    assert read_card(path) == make_card(result)


def test_the_report_of_samples_that_are_gone_has_no_pictures(
    results: AppTest, result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the report is still there."""
    assert results
    monkeypatch.setattr(export.jobs, "samples_of", export_fails)
    page = export._make("html", result, rank_result(result))
    assert b'id="embeddings"' not in page
    assert b'id="ranking"' in page


def export_fails(_: RunResult) -> None:
    """Raise as the core does where samples have changed."""
    raise export.PTMRankError("changed")
