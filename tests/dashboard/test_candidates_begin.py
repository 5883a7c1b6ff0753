"""Own samples begin with real models of the catalogue; the Hub is not asked before the reader asks."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import NoReturn

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from ptmrank_core.catalogue import Candidate, preset_candidates, task_category
from ptmrank_core.errors import DownloadError
from tests.dashboard.reading import texts
from tests.dashboard.test_candidates import control, selected_models, ticked

TASK = task_category("image-classification")
FIVE = [model.id for model in preset_candidates("five-small", TASK)]


def refuse(*_: object) -> NoReturn:
    """Fail as a machine without a network does, and tell that somebody asked."""
    raise AssertionError("the network was asked")


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A client of the Hub that may ask it, with nothing downloaded yet; whoever asks fails."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return monkeypatch


def with_own_pictures(app: AppTest, picture_zip: Path) -> AppTest:
    """Go to the candidates with pictures of one's own."""
    app.run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value([("own.zip", picture_zip.read_bytes(), "application/zip")]).run()
    app.button(key="next").click().run()
    assert not app.exception
    return app


@pytest.mark.usefixtures("online")
def test_a_preset_of_real_models_is_chosen_for_ones_own_samples(app: AppTest, picture_zip: Path) -> None:
    """With its download and time said, nobody asked, and no teaching model among them."""
    page = with_own_pictures(app, picture_zip)
    assert selected_models(page) == FIVE
    assert not ticked(page)
    assert "five small models (5, 174 MB)" in control(page, "Models of the catalogue").options
    said = texts(page)
    assert "5 to download, about 174 MB. Expected to run for about" in said
    assert "5 roughly guessed from their size and the speed of the processor" in said
    assert not page.button(key="next").disabled


@pytest.mark.usefixtures("online")
def test_another_preset_takes_the_place_of_the_first(app: AppTest, picture_zip: Path) -> None:
    """What was added by hand stays; a second click takes the preset out."""
    page = with_own_pictures(app, picture_zip)
    by_hand = next(name for name in page.dataframe[-1].value["model"] if name not in FIVE)
    table = next(table for table in page.dataframe if (table.key or "").startswith("rows-"))
    row = list(table.value["model"]).index(by_hand)
    page.session_state[table.key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    page.run()
    page.button(key="add-chosen").click().run()
    control(page, "Models of the catalogue").set_value("cpu-friendly").run()
    friendly = [model.id for model in preset_candidates("cpu-friendly", TASK)]
    assert set(selected_models(page)) == {by_hand, *friendly}
    control(page, "Models of the catalogue").set_value(None).run()
    assert selected_models(page) == [by_hand]
    control(page, "Models of the catalogue").set_value("five-small").run()
    assert set(selected_models(page)) == {by_hand, *FIVE}


def test_without_downloads_the_teaching_models_are_named_as_what_they_are(
    app: AppTest, picture_zip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """HF_HUB_OFFLINE and nothing on disk: the page says what a ranking then shows; one click ticks them."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    page = with_own_pictures(app, picture_zip)
    assert "Downloads from the Hub are switched off here" in page.info[0].value
    assert "not which model to fine-tune" in page.info[0].value
    assert not selected_models(page)
    assert page.button(key="next").disabled
    page.button(key="use-teaching").click().run()
    assert len(ticked(page)) == 13
    assert not page.button(key="next").disabled


def test_without_downloads_a_preset_has_what_is_on_the_machine(
    app: AppTest, picture_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the five small models two were downloaded before: these are chosen."""
    here = dict.fromkeys(FIVE[1:3], 10_000_000)
    monkeypatch.setattr("dashboard.jobs.model_lists.catalogue.models_on_disk", lambda: here)
    page = with_own_pictures(app, picture_zip)
    assert selected_models(page) == FIVE[1:3]
    assert "Offered is what is on this machine." in page.info[0].value
    assert "five small models (2)" in control(page, "Models of the catalogue").options


@pytest.mark.usefixtures("online")
def test_a_search_that_failed_is_remembered(
    app: AppTest, picture_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader's own click tells whether the Hub can be reached, for everybody on this server."""

    def fail(*_: object, **__: object) -> list[Candidate]:
        raise DownloadError("The Hub cannot be reached: no route to host.")

    page = with_own_pictures(app, picture_zip)
    control(page, "From which list?").set_value("The Hub, live").run()
    monkeypatch.setattr("dashboard.jobs.model_lists.catalogue.search_hub", fail)
    page.button(key="search-hub").click().run()
    assert page.error
    page.run()
    assert "no route to host" in page.info[0].value
    monkeypatch.setattr("dashboard.jobs.model_lists.catalogue.search_hub", lambda *_, **__: [])
    page.button(key="search-hub").click().run()
    page.run()
    assert not any("no route to host" in one.value for one in page.info)


@pytest.mark.usefixtures("online")
def test_a_name_that_nobody_knows_is_warned_of(app: AppTest, picture_zip: Path) -> None:
    """It counts as chosen, and the page says that neither the catalogue nor the machine has it."""
    page = with_own_pictures(app, picture_zip)
    control(page, "Models from the Hub, comma-separated").set_value("zzqx/not-a-model").run()
    assert "Neither the catalogue nor this machine has **zzqx/not-a-model**" in page.warning[0].value


@pytest.mark.parametrize("switched", [False, True])
def test_references_and_controls_are_asked_for_on_the_page(
    app: AppTest, picture_zip: Path, monkeypatch: pytest.MonkeyPatch, switched: bool
) -> None:
    """The plan has references and no controls as offered, and the other way round after two clicks."""
    monkeypatch.setattr("dashboard.jobs.runs.start_worker", lambda *_: None)
    page = with_own_pictures(app, picture_zip)
    page.button(key="use-teaching").click().run()
    if switched:
        control(page, "Reference rows").set_value(False).run()
        page.checkbox(key="controls").check().run()
    page.button(key="next").click().run()
    page.button(key="rank").click().run()
    [entry] = jobs.history()
    analyses = jobs.result(entry.run_id).plan.analyses
    assert (analyses.references, analyses.controls) == (not switched, switched)


@pytest.mark.usefixtures("online")
def test_a_preset_does_not_follow_to_the_demo(app: AppTest, picture_zip: Path) -> None:
    """Who turns to the demo's samples has the demo's models, and no download."""
    page = with_own_pictures(app, picture_zip)
    assert selected_models(page) == FIVE
    state_of = page.session_state["draft"]
    state_of.use_samples("demo:digits")
    page.run()
    assert not selected_models(page)
    assert len(ticked(page)) == 13
