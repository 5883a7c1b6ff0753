"""Selected samples: in the address, as CSV, with tags; one map or several."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import jobs
from dashboard.views.results.embeddings import selection
from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, NotOwnerError
from ptmrank_core.records import Samples, SampleTag
from ptmrank_core.reports.tables.selection import selection_table
from ptmrank_core.reports.tables.writers import csv_text
from tests.dashboard.reading import parts_of, texts
from tests.dashboard.test_embeddings import panels_of


def samples_of(settings: Settings, run: str) -> Samples:
    """The samples of a run of ready-made features."""
    return jobs.samples_of(RunStore(settings).result(run))


def opened(app: AppTest, run: str, **query: str) -> AppTest:
    """The embeddings of a run at an address."""
    for name, value in {"run": run, "section": "Embeddings", **query}.items():
        app.query_params[name] = value
    app._page_hash = str(calc_hash("results"))
    app.run()
    assert not app.exception
    return app


def picked(settings: Settings, run: str, text: str) -> str:
    """A selection of a run's samples as the address has it."""
    return f"{selection.mark_of(samples_of(settings, run))}~{text}"


def test_a_selection_of_the_address_is_shown_tagged_and_taken_away(
    app: AppTest, settings: Settings, ranked: str
) -> None:
    """It is marked on the map; a tag is kept with the run, selects its samples again, and can be deleted."""
    marked = picked(settings, ranked, "r2-3.9")
    opened(app, ranked, picked=marked)
    assert parts_of(app)["map"]["selected"] == "r2-3.9"
    assert "3 samples selected" in texts(app)
    app.text_input(key="new-tag").set_value("  odd   ones ").run()
    app.button(key="keep-tag").click().run()
    assert not app.exception
    store = RunStore(settings)
    kept = store.result(ranked).contents(SampleTag)
    assert {tag: content.rows.unpack().tolist() for tag, content in kept.items()} == {"odd ones": [1, 2, 8]}
    assert app.text_input(key="new-tag").value == ""
    del app.query_params["picked"]
    app.run()
    assert "samples selected" not in texts(app)
    app.button(key="select-tag").click().run()
    assert app.query_params["picked"] in (marked, [marked])
    assert "3 samples selected" in texts(app)
    app.button(key="drop-tag").click().run()
    assert not app.exception
    assert store.result(ranked).contents(SampleTag) == {}
    assert "3 samples selected" in texts(app)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("r2-3x", "Nothing is selected"),
        ("r2-100000000", "there are 60 samples"),
        ("r" + "1." * 3000 + "1", "at most 4,000 characters"),
    ],
)
def test_a_selection_that_somebody_made_up_selects_nothing(
    app: AppTest, settings: Settings, ranked: str, text: str, said: str
) -> None:
    """The page says what is wrong with it, and is whole."""
    opened(app, ranked, picked=picked(settings, ranked, text))
    assert said in texts(app)
    assert parts_of(app)["map"]["selected"] == ""


def test_a_selection_of_other_samples_is_told_apart(app: AppTest, ranked: str) -> None:
    """The same numbers on other samples mean something else."""
    opened(app, ranked, picked="00000000~r1-3")
    assert "samples of another run or reading" in texts(app)
    assert "samples selected" not in texts(app)


def test_somebody_else_selects_but_cannot_tag(
    app: AppTest, settings: Settings, ranked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor sees the tags and can select; in the place of the field stands why there is none."""
    jobs.keep_tag(RunStore(settings).result(ranked), "mine", [4])
    monkeypatch.setattr("dashboard.jobs.runs.current_owner", lambda: "somebody else")
    opened(app, ranked, picked=picked(settings, ranked, "r1"))
    assert "Only the owner of this run can keep tags with it" in texts(app)
    keys = {button.key for button in app.button}
    assert {"keep-tag", "drop-tag"}.isdisjoint(keys)
    assert "select-tag" in keys
    for change in (lambda run: jobs.keep_tag(run, "a", [1]), lambda run: jobs.drop_tag(run, "mine")):
        with pytest.raises(NotOwnerError):
            change(RunStore(settings).result(ranked))
    assert list(RunStore(settings).result(ranked).contents(SampleTag)) == ["mine"]


def test_tags_have_bounds(home: Path, settings: Settings, ranked: str) -> None:
    """No empty tag, none on nothing, 60 characters, 50 of them; samples are added to a tag that is there."""
    del home
    result = RunStore(settings).result(ranked)
    for name, rows in (("  ", [1]), ("a", [])):
        with pytest.raises(InputError, match="Expected a tag and at least one selected sample"):
            jobs.keep_tag(result, name, rows)
    assert len(jobs.keep_tag(result, "x" * 99, [1])) == 60
    for number in range(49):
        jobs.keep_tag(RunStore(settings).result(ranked), f"tag {number}", [1])
    result = RunStore(settings).result(ranked)
    with pytest.raises(InputError, match="A run has at most 50 tags"):
        jobs.keep_tag(result, "one more", [1])
    jobs.keep_tag(result, "tag 3", [7, 0])
    assert jobs.tags_of(RunStore(settings).result(ranked))["tag 3"] == [0, 1, 7]


def test_the_csv_has_labels_and_tags(settings: Settings, ranked: str) -> None:
    """A row for each sample: its number from 1, name, label, and the tags that it has; no formula runs."""
    samples = samples_of(settings, ranked)
    text = csv_text(selection_table(samples, [0, 4], {"=odd": {4}, "plain": {4, 5}}))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"] for row in rows] == ["1", "5"]
    assert [row["label"] for row in rows] == [samples.class_names[samples.labels[row]] for row in (0, 4)]
    assert [row["tags"] for row in rows] == ["", "'=odd, plain"]
    assert "tags" not in csv_text(selection_table(samples, [0]))


def test_one_map_shows_one_model_after_the_other(app: AppTest, ranked: str) -> None:
    """The panel keeps its name, so that the points move; side by side each model has its own."""
    opened(app, ranked)
    assert [panel["name"] for panel in panels_of(app)] == ["strong", "weak"]
    app.segmented_control(key="map-layout").set_value("one").run()
    [first] = panels_of(app)
    app.segmented_control(key="map-model").set_value("weak").run()
    assert not app.exception
    [second] = panels_of(app)
    assert (first["title"], second["title"]) == ("strong", "weak")
    assert first["name"] == second["name"]
    assert first["points"] != second["points"]


def test_density_and_names_are_asked_for(app: AppTest, ranked: str) -> None:
    """Lines of each class, of all, or none; names at first; no pictures of ready-made features."""
    opened(app, ranked)
    lines: dict[str, Any] = {}
    for density in ("none", "all", "classes"):
        app.segmented_control(key="map-density").set_value(density).run()
        parts = parts_of(app)
        lines[density] = parts[panels_of(app)[0]["shapes"]]["lines"]
    assert {line["code"] for line in lines["classes"]} == {0, 1, 2}
    assert {line["share"] for line in lines["classes"]} == {0.5, 0.9}
    assert {line["code"] for line in lines["all"]} == {-1}
    assert lines["none"] == []
    assert parts_of(app)["map"]["names"]
    app.toggle(key="map-names").set_value(False).run()
    assert not parts_of(app)["map"]["names"]
