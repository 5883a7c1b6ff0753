"""What failed in a run: one cause is said once, for all of its models."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from ptmrank_core.config import Settings
from ptmrank_core.records import Failure, Stage
from tests.dashboard.raced import store_result
from tests.dashboard.reading import open_page
from tests.results.race.races import MODELS, race_run


def test_one_cause_is_one_message_though_each_names_its_model(app: AppTest, settings: Settings) -> None:
    """Three models that may not be opened are one block; a fourth that broke otherwise is another."""
    result = race_run()
    closed = {
        model: Failure(
            model, "logme", Stage.DOWNLOAD, "GatedModelError", f"{model} is gated.", "Ask for access."
        )
        for model in MODELS[:3]
    }
    broken = Failure(MODELS[3], "logme", Stage.LOAD, "OSError", "The file is empty.", "Download it again.")
    failed = {**closed, MODELS[3]: broken}
    cells = tuple(failed.get(cell.model, cell) for cell in result.cells)
    store_result(settings, replace(result, cells=cells), "failing")
    open_page(app, "run", run="failing")
    first, second = (block.value for block in app.warning)
    assert all(f"**{model}**" in first for model in MODELS[:3])
    assert f"{MODELS[0]} is gated. Ask for access. The others likewise." in first
    assert "The file is empty." in second
    table = app.dataframe[0].value.set_index("model")
    assert table.loc[MODELS[0], "status"] == "failed"
    assert table.loc[MODELS[0], "scores"].startswith("0 of ")
