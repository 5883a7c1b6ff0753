"""The candidates page: domains and categories, lists and what narrows them, and the selected models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.candidates.selection import download_cost, say_bytes
from dashboard.views.candidates.table import candidate_rows
from ptmrank_core.benchmark import quick_metrics
from ptmrank_core.catalogue import Candidate, hub_models, preset_candidates, task_category
from ptmrank_core.errors import DownloadError
from tests.catalogue.peatmoss_database import Planted, save_database
from tests.dashboard.reading import texts

TASK = task_category("image-classification")


@pytest.fixture
def page(app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """The page with the demo's pictures, on a machine without downloaded models."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return opened(app)


def opened(app: AppTest) -> AppTest:
    """Go to the page with the demo's pictures."""
    app.run()
    app.button(key="own").click().run()
    app.button(key="digits").click().run()
    app.button(key="next").click().run()
    assert not app.exception
    return app


def control(app: AppTest, label: str) -> Any:
    """The widget of this label."""
    kinds = (app.selectbox, app.multiselect, app.segmented_control, app.pills, app.text_input, app.toggle)
    return next(box for kind in kinds for box in kind if box.label == label)


def listed(app: AppTest) -> Any:
    """The table of the list that is shown."""
    return next(table for table in app.dataframe if (table.key or "").startswith("rows-"))


def names(app: AppTest) -> list[str]:
    """Ids in that table."""
    return [str(name) for name in listed(app).value["model"]]


def selected_models(app: AppTest) -> list[str]:
    """What was chosen out of lists."""
    boxes = [box for box in app.multiselect if box.label == "Chosen out of the lists"]
    return list(boxes[0].value) if boxes else []


def test_a_category_that_does_not_fit_says_why(page: AppTest) -> None:
    """Categories of another modality and those that cannot be ranked are listed, and end the page."""
    names = control(page, "Task category").options
    assert names[0] == "image-classification"
    assert "image-to-image (cannot be ranked)" in names
    assert "video-classification (reads videos)" in names
    control(page, "Task category").set_value("image-to-image").run()
    assert "These models generate pictures from pictures" in page.info[0].value
    assert "next" not in {button.key for button in page.button}
    control(page, "Domain (PeaTMOSS)").set_value("natural-language-processing").run()
    assert not page.exception
    assert "Its models read texts; your samples are pictures" in page.info[0].value
    control(page, "Domain (PeaTMOSS)").set_value("computer-vision").run()
    assert control(page, "Task category").value == "image-classification"  # the first that fits
    control(page, "Task category").set_value("depth-estimation").run()
    assert page.button(key="next")


def test_every_domain_has_an_answer(page: AppTest) -> None:
    """No domain leads to a blank page or an error."""
    for domain in ("audio", "tabular", "multimodal", "reinforcement-learning"):
        control(page, "Domain (PeaTMOSS)").set_value(domain).run()
        assert not page.exception
        assert page.info[0].value


def test_a_preset_goes_into_the_selected_models(page: AppTest) -> None:
    """A ready-made choice narrows the list; all shown are added, and the cost of bringing them is said."""
    control(page, "Narrow the list to").set_value("five-small").run()
    five = [model.id for model in preset_candidates("five-small", TASK)]
    assert names(page) == five
    page.button(key="add-all").click().run()
    assert not page.exception
    assert selected_models(page) == five
    said = texts(page)
    assert "**16 models and 2 controls chosen**: 13 on this machine; 5 to download, about 174 MB" in said
    assert f"16 models and 2 controls × {len(quick_metrics())} metrics on 600 samples" in said


def test_chosen_rows_go_into_the_selected_models_and_out_again(page: AppTest) -> None:
    """Ticked rows are added once; a cross takes one out; the table forgets the ticks."""
    wanted = [names(page)[0], names(page)[3]]
    page.session_state[listed(page).key] = {"selection": {"rows": [0, 3], "columns": [], "cells": []}}
    page.run()
    page.button(key="add-chosen").click().run()
    assert selected_models(page) == wanted
    assert page.button(key="add-chosen").disabled
    next(box for box in page.multiselect if box.label == "Chosen out of the lists").set_value(
        wanted[1:]
    ).run()
    assert not page.exception
    assert selected_models(page) == wanted[1:]
    assert "12 models and 2 controls ×" in texts(page)


def test_a_list_is_narrowed(page: AppTest) -> None:
    """Search, licence, size and whether it loads each leave fewer; nothing left is said."""
    everything = len(names(page))
    control(page, "Loads here").set_value(False).run()
    assert len(names(page)) == 112 > everything
    control(page, "Parameters up to").set_value("30 M").run()
    sizes = listed(page).value["M parameters"]
    assert 0 < len(sizes) < 112
    assert sizes.max() <= 30
    control(page, "Licence").set_value(["non-commercial"]).run()
    assert set(listed(page).value["licence"]) <= {"non-commercial"}
    control(page, "Search").set_value("no such model").run()
    assert "None of 112 models fits" in texts(page)


def test_a_list_is_narrowed_by_further_facts(page: AppTest) -> None:
    """Year, downloads, a source head and what is on this machine each leave fewer."""
    everything = len(names(page))
    control(page, "Published in or after").set_value("2022").run()
    assert listed(page).value["year"].min() >= 2022
    control(page, "Published in or after").set_value("any year").run()
    control(page, "Downloads in a month, at least").set_value("100,000").run()
    assert 0 < len(names(page)) < everything
    assert listed(page).value["downloads"].min() >= 100_000
    control(page, "With a source head").set_value(True).run()
    assert "none known" not in set(listed(page).value["source head"])
    control(page, "On this machine already").set_value(True).run()
    assert "None of" in texts(page)


def ticked(app: AppTest) -> set[str]:
    """Models on this machine that are ticked."""
    tables = [table.value for table in app.dataframe if "use" in table.value.columns]
    return {model for table in tables for model in table.loc[table["use"], "model"]}


def test_demo_models_are_candidates_for_demo_samples(page: AppTest) -> None:
    """All of them are ticked there, controls as such; none and all of them with one click."""
    assert len(ticked(page)) == 13
    roles = next(table.value for table in page.dataframe if "role" in table.value.columns)["role"]
    assert sum(role.startswith("control: ") for role in roles) == 2
    page.button(key="none-image-classification-all").click().run()
    assert not page.exception
    assert ticked(page) == set()
    assert page.button(key="next").disabled
    assert "No candidate is chosen yet" in page.info[0].value
    page.button(key="all-image-classification-all").click().run()
    assert len(ticked(page)) == 13
    assert not page.button(key="next").disabled


def test_demo_models_are_not_ticked_for_ones_own_samples(app: AppTest, picture_zip: Path) -> None:
    """They stand in a closed group, called what they are; whoever wants to see a ranking ticks them."""
    app.run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value([("own.zip", picture_zip.read_bytes(), "application/zip")]).run()
    app.button(key="next").click().run()
    assert not app.exception
    assert app.title[0].value == "Candidates"
    (group,) = [own for own in app.expander if own.label == "Teaching models and controls (13)"]
    assert not group.proto.expanded
    assert ticked(app) == set()
    assert app.button(key="next").disabled
    app.button(key="all-image-classification-demo").click().run()
    assert "11 models and 2 controls ×" in texts(app)
    assert not app.button(key="next").disabled


def test_models_of_ones_own_are_ticked(
    app: AppTest, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checkpoints in the folder of the user are candidates for the user's samples, apart from demo models."""
    monkeypatch.setenv("PTMRANK_MODELS", str(zoo))
    app.run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value([("own.zip", picture_zip.read_bytes(), "application/zip")]).run()
    app.button(key="next").click().run()
    own = {table["model"][0] for table in (one.value for one in app.dataframe if "use" in one.value.columns)}
    assert len(own) == 2
    assert ticked(app)
    assert not any(name.startswith("demo:") for name in ticked(app))


def test_before_the_first_run_the_time_is_a_rough_guess(page: AppTest) -> None:
    """It is said to be one, and what it rests on."""
    assert "13 roughly guessed from their size and the speed of the processor" in texts(page)


def test_a_mapping_of_ones_own_is_a_list(page: AppTest) -> None:
    """Its models of the category are shown in its order, known ones with their facts."""
    control(page, "From which list?").set_value("mapping.json").run()
    records = [["image-classification", "org/unheard-of"], ["Image Classification", "microsoft/resnet-50"]]
    page.file_uploader(key="mapping").set_value(("mapping.json", json.dumps(records).encode(), "")).run()
    assert names(page) == ["org/unheard-of", "microsoft/resnet-50"]
    page.button(key="add-all").click().run()
    assert "2 to download, about 94 MB, and 1 of unknown size" in texts(page)
    page.file_uploader(key="mapping").set_value(("mapping.json", b"{", "")).run()
    assert "mapping.json is not JSON" in page.error[0].value


def test_a_peatmoss_database_is_a_list(app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where one is configured it is offered, searched and shown with the year of its numbers."""
    models = [Planted(f"org/m{i}", i, tags=("image-classification",)) for i in range(3)]
    path = save_database(tmp_path / "PeaTMOSS.db", "base", models)
    monkeypatch.setenv("PTMRANK_PEATMOSS", str(path))
    opened(app)
    control(app, "From which list?").set_value("PeaTMOSS").run()
    assert names(app) == ["org/m2", "org/m1", "org/m0"]
    control(app, "Search").set_value("m1").run()
    assert names(app) == ["org/m1"]
    path.write_bytes(b"no database any more" * 100)
    control(app, "Search").set_value("m0").run()
    assert not app.exception
    assert "not an intact PeaTMOSS database" in app.error[0].value


def test_without_a_database_none_is_offered(page: AppTest) -> None:
    """The list of PeaTMOSS stands there only where a path is configured."""
    options = control(page, "From which list?").options
    assert options == ["Shipped catalogue", "mapping.json", "The Hub, live"]


def test_the_hub_is_asked_on_a_click_alone(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves the machine before the button; what was found stays; without a network it is said."""
    asked = []

    def search(task: object, *, search: str, limit: int) -> list[Candidate]:
        asked.append((task, search, limit))
        return [
            Candidate("org/live", loader="transformers", downloads=7, downloads_of="2026-01", is_gated=True)
        ]

    monkeypatch.setattr("ptmrank_core.catalogue.search_hub", search)
    control(page, "From which list?").set_value("The Hub, live").run()
    assert asked == []
    page.button(key="search-hub").click().run()
    assert [word for _, word, _ in asked] == [""]
    assert names(page) == ["org/live"]
    page.button(key="add-all").click().run()
    assert names(page) == ["org/live"]
    assert len(asked) == 1
    assert "is gated: accept its conditions" in page.warning[0].value

    def fail(*_: object, **__: object) -> list[Candidate]:
        raise DownloadError("The Hub cannot be reached: nobody answers.", hint="Take a folder.")

    monkeypatch.setattr("ptmrank_core.catalogue.search_hub", fail)
    page.button(key="search-hub").click().run()
    assert "The Hub cannot be reached" in page.error[0].value
    assert "next" in {button.key for button in page.button}


def test_a_misspelt_id_is_asked_about(page: AppTest) -> None:
    """An id that the catalogue does not know is taken, and what may have been meant is named."""
    page.text_input(key="own-models").set_value("google/vit-base-patch16-22").run()
    assert "Did you mean **google/vit-base-patch16-224**" in texts(page)
    assert "12 models and 2 controls ×" in texts(page)
    page.text_input(key="own-models").set_value("google/vit-base-patch16-224").run()
    assert "Did you mean" not in texts(page)
    page.text_input(key="own-models").set_value("facebook/sam-vit-base").run()
    assert "no vector of the picture" in page.warning[0].value


def test_the_selection_adds_up_what_is_missing() -> None:
    """What is on disk costs nothing; known sizes count before about ones; unknown ones are counted apart."""
    specs = hub_models("org/here, microsoft/resnet-50, org/told, org/unknown", TASK)
    told = {"org/told": Candidate("org/told", n_parameters=10, size_bytes=25)}
    cost = download_cost(specs, told, {"org/here": 5})
    assert (cost.n_here, cost.n_missing, cost.about_bytes, cost.n_unsized) == (1, 3, 4 * 23_510_000 + 25, 1)
    assert [say_bytes(size) for size in (1, 1_234_567, 2_500_000_000)] == ["1 MB", "1 MB", "2.5 GB"]


def test_the_table_names_what_is_unknown() -> None:
    """A model of which nothing is known has missing values, not zeros; one that is here has its real size."""
    table = candidate_rows(
        [Candidate("org/a"), Candidate("org/b", n_parameters=2_000_000)], {"org/b": 3_000_000}
    )
    first, second = table.to_dict("records")
    assert table.loc[0, ["M parameters", "about MB", "year", "downloads", "reused by"]].isna().all()
    assert (first["licence"], first["loads"], first["here"]) == ("unknown", "unknown", "no")
    assert first["page"].endswith("/org/a")
    assert (second["M parameters"], second["about MB"], second["here"]) == (2.0, 3.0, "yes")
