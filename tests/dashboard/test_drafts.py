"""Drafts on the pages: the address goes on with them, for their owner alone, whatever stands in the file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark.drafts import RunDraft, draft_files, keep_draft, new_draft_id, read_draft
from ptmrank_core.benchmark.scheduling import devices
from ptmrank_core.config import Settings
from ptmrank_core.data import store_upload
from ptmrank_core.records import LOCAL_OWNER, Reading
from tests.dashboard.reading import buttons, open_page, texts
from tests.dashboard.serving import APP
from tests.dashboard.test_owners import become
from tests.waiting import PATIENCE_SECONDS

MODEL = "google/vit-base-patch16-224"
CHOSEN = RunDraft(
    samples_source="demo:digits",
    task="image-classification",
    ticks={"demo:resnet-letters": False},
    hub_ids=MODEL,
    selected_models={"image-classification": {"org/listed": {"id": "org/listed", "licence": "mit"}}},
    metrics=("logme", "hscore"),
    dtype="float32",
    layers=True,
    references=False,
    controls=True,
    preselected={"image-classification": ("starter", "org/listed")},
    label_encoder=None,
)
TABLE = b"text,mood\n" + b"".join(b"line %d is fine,%d\n" % (row, row % 2) for row in range(60))


def new_tab() -> AppTest:
    """Another session of the same browser."""
    return AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)


def kept(settings: Settings, draft: RunDraft = CHOSEN, owner: str = LOCAL_OWNER) -> str:
    """Keep a draft; return its id."""
    draft_id = new_draft_id()
    keep_draft(settings, owner, draft_id, draft)
    return draft_id


def widgets(app: AppTest) -> dict[str, Any]:
    """The values of the fields of a page, by their keys without the number of the draft."""
    fields = (*app.checkbox, *app.selectbox, *app.text_input, *app.multiselect)
    return {str(field.key).removesuffix("-1"): field.value for field in fields}


def test_what_is_chosen_is_kept_once_and_goes_into_the_address(app: AppTest, settings: Settings) -> None:
    """Nothing is kept before a choice, each choice is written, and drawing a page again writes nothing."""
    open_page(app, "samples")
    assert "draft" not in app.query_params
    assert draft_files(settings) == []
    app.button(key="digits").click().run()
    (path,) = draft_files(settings)
    assert app.query_params["draft"] == path.stem
    assert app.code[-1].value.endswith(f"/samples?draft={path.stem}")
    open_page(app, "candidates")
    app.text_input(key="own-models").set_value(MODEL).run()
    assert read_draft(path).hub_ids == MODEL
    written = path.stat().st_mtime_ns
    app.run()
    assert path.stat().st_mtime_ns == written
    assert draft_files(settings) == [path]


def test_another_tab_goes_on_with_everything(app: AppTest, settings: Settings) -> None:
    """Each field of each page has what was chosen; restoring writes nothing."""
    draft_id = kept(settings)
    (path,) = draft_files(settings)
    written = path.stat().st_mtime_ns
    open_page(app, "candidates", draft=draft_id)
    found = widgets(app)
    assert (found["own-models"], found["dtype"], found["layers"]) == (MODEL, "float32", True)
    draft = app.session_state["draft"]
    assert (draft.references, draft.controls) == (False, True)
    assert draft.preselected["image-classification"] == ("starter", "org/listed")
    assert found["selected-models-image-classification-1"] == ["org/listed"]
    ticked = {row.model: row.use for row in app.dataframe[0].value.itertuples()}
    assert not ticked["demo:resnet-letters"]
    assert sum(ticked.values()) == len(ticked) - 1
    open_page(app, "metrics")
    ticks = {key for key, value in widgets(app).items() if key.startswith("use-") and value}
    assert ticks == {"use-hscore", "use-logme"}
    assert app.query_params["draft"] == draft_id
    assert path.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("n_gpus", "shown", "used"), [(2, "cuda:0,cuda:1", "cuda:0,cuda:1"), (1, None, "auto")]
)
def test_devices_are_offered_where_there_are_several(
    app: AppTest,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    n_gpus: int,
    shown: str | None,
    used: str,
) -> None:
    """All of them together, each alone, the processor; a draft of another machine takes what is here."""
    monkeypatch.setattr(devices, "_n_cuda", lambda: n_gpus)
    draft_id = kept(settings, replace(CHOSEN, device="cuda:0,cuda:1"))
    open_page(app, "candidates", draft=draft_id)
    assert widgets(app).get("device") == shown
    assert app.session_state["draft"].device == used
    if shown:
        assert app.selectbox(key="device-1").options == [
            *("the first GPU", "all GPUs", "cuda:0", "cuda:1", "the processor")
        ]


def test_how_an_upload_is_read_comes_back(app: AppTest, settings: Settings) -> None:
    """The fields of the form and the number of samples stand as they were left."""
    source = str(store_upload([("film.csv", TABLE)], settings.uploads_dir))
    reading = Reading(max_samples=30, text_columns=("text",), label_columns=("mood",), encoding="cp1252")
    draft_id = kept(settings, RunDraft(samples_source=source, reading=reading))
    open_page(app, "samples", draft=draft_id)
    assert "What was read: film" in texts(app)
    assert app.slider[0].value == 30
    assert app.session_state["draft"].reading.encoding == "cp1252"


def test_a_draft_of_somebody_else_gives_nothing(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence and a fresh start: neither the samples nor that there is such a draft."""
    theirs = kept(settings, owner="browser:other")
    open_page(app, "samples", draft=theirs)
    assert ["no draft of yours" in info.value for info in app.info] == [True]
    assert "Handwritten digits" not in texts(app)
    assert app.session_state["draft"].samples_source is None
    assert "draft" not in app.query_params
    mine = kept(settings)
    become(monkeypatch, "browser:other")
    app = new_tab()
    open_page(app, "metrics", draft=mine)
    assert "no draft of yours" in app.info[0].value
    assert f"draft-{mine}" not in buttons(app)


def test_a_fresh_page_offers_what_was_left(app: AppTest, settings: Settings) -> None:
    """A tab without an address goes on with one click."""
    draft_id = kept(settings)
    open_page(app, "samples")
    app.button(key=f"draft-{draft_id}").click().run()
    assert not app.exception
    assert app.query_params["draft"] == draft_id
    assert app.session_state["draft"].hub_ids == MODEL


def test_two_tabs_of_one_draft_do_not_undo_one_another(app: AppTest, settings: Settings) -> None:
    """What the other tab has chosen is shown at the next step of this one, in its fields too."""
    draft_id = kept(settings)
    open_page(app, "candidates", draft=draft_id)
    other = new_tab()
    open_page(other, "candidates", draft=draft_id)
    other.text_input(key="own-models-1").set_value("org/newer").run()
    os.utime(draft_files(settings)[0])
    app.run()
    assert app.session_state["draft"].hub_ids == "org/newer"
    assert "org/newer" in [field.value for field in app.text_input]
    assert "changed in another tab" in app.toast[0].value


def test_other_samples_begin_another_draft(app: AppTest, settings: Settings) -> None:
    """The former one stays under its id, to which Back leads."""
    draft_id = kept(settings)
    open_page(app, "samples", draft=draft_id)
    app.button(key="documents" if "documents" in buttons(app) else "spoken-digits").click().run()
    assert not app.exception
    new_id = app.query_params["draft"]
    assert new_id != draft_id
    assert len(draft_files(settings)) == 2
    open_page(app, "samples", draft=draft_id)
    assert app.session_state["draft"].samples_source == "demo:digits"


def damage(value: Any) -> Callable[[Path], object]:
    """Writes JSON over a draft."""
    return lambda path: path.write_text(json.dumps(value))


CHOICES = {"samples_source": "demo:digits"}
HOSTILE: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda path: path.write_bytes(b"\xff{"),
    "a folder of the server": damage({"samples_source": "/etc"}),
    "out of the uploads": damage({"samples_source": "UPLOADS/../../etc/passwd"}),
    "features of the server": damage({"ready_made": "/etc"}),
    "a place of no dataset": damage({"samples_source": "hub:\ud800 ../"}),
    "an upload that is gone": damage({"samples_source": "UPLOADS/" + "a" * 64}),
    "unknown names": damage(
        CHOICES | {"task": "x", "dtype": "int3", "metrics": ["y"], "label_encoder": "z", "ticks": {"a": True}}
    ),
    "no ids": damage(
        CHOICES | {"hub_ids": "../,\u0000", "selected_models": {"image-classification": {"": {}}}}
    ),
    "other facts": damage(
        CHOICES
        | {
            "selected_models": {
                "image-classification": {"a/b": {"id": "c/d"}, "e/f": {"n_parameters": "many"}}
            }
        }
    ),
    "numbers": damage(CHOICES | {"reading": {"max_samples": -(10**40), "group_in_names": 10**40}}),
    "columns": damage(
        CHOICES
        | {
            "reading": {
                "encoding": "\ud800",
                "sheet": "x" * 1000,
                "parts": ["<b>", ""],
                "text_columns": ["q"],
            }
        }
    ),
}


@pytest.mark.parametrize("page", ["samples", "candidates", "metrics"])
def test_whatever_stands_in_a_draft_no_page_breaks(app: AppTest, settings: Settings, page: str) -> None:
    """A page says what is wrong, or goes on without it; nothing of the server is read or shown."""
    for name, do in HOSTILE.items():
        draft_id = kept(settings)
        path = next(own for own in draft_files(settings) if own.stem == draft_id)
        do(path)
        path.write_bytes(path.read_bytes().replace(b"UPLOADS", str(settings.uploads_dir).encode()))
        app.query_params["draft"] = draft_id
        open_page(app, page)
        assert not app.exception, name
        assert "root:" not in texts(app), name
        source = app.session_state["draft"].samples_source or ""
        assert not source.startswith("/etc"), name
        if name in {"no JSON", "a folder of the server", "out of the uploads", "features of the server"}:
            assert ["raft" in error.value for error in app.error] == [True], name
            assert source == ""


def test_a_disk_that_is_full_stops_nobody(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page goes on, and says that what is chosen stays in this tab alone."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dashboard.jobs.drafts.keep_draft", refuse)
    open_page(app, "samples")
    app.button(key="digits").click().run()
    assert not app.exception
    assert "not kept beyond this tab: No space left on device" in texts(app)
    assert "What was read: Handwritten digits" in texts(app)
    assert draft_files(settings) == []


def test_the_title_of_the_tab_names_page_and_samples(
    app: AppTest, settings: Settings, ranked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page, each section of the results and each run is told apart among many tabs."""
    titles: list[str] = []
    monkeypatch.setattr(st, "set_page_config", lambda **options: titles.append(options["page_title"]))
    for page, query, title in (
        ("about", {}, "About · PTMRank"),
        ("samples", {"draft": kept(settings)}, "Samples · Handwritten digits · PTMRank"),
        ("run", {"run": ranked}, "Run · ready-made features, 60 samples · PTMRank"),
        ("results", {"run": ranked, "section": "Cost"}, "Cost · ready-made features, 60 samples · PTMRank"),
        ("results", {"run": "f" * 32}, "Results · PTMRank"),
        ("compare", {}, "Compare · PTMRank"),
    ):
        tab = new_tab()
        open_page(tab, page, **query)
        assert titles[-1] == title
    assert titles[0] == "PTMRank"
    del app
