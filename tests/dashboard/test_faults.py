"""A page says what cannot be read or written, and the dashboard lives on."""

from __future__ import annotations

import ast
import os
import sqlite3
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from ptmrank_core.config import Settings
from ptmrank_core.errors import (
    NotOwnerError,
    PTMRankError,
    QuotaError,
    RunBusyError,
    SamplesError,
    StoreError,
)
from ptmrank_core.features import FeatureCache
from tests.benchmark.doctor.breaking import BROKEN, fill
from tests.dashboard.reading import buttons, open_page, texts
from tests.dashboard.serving import ROOT
from tests.dashboard.test_owners import become

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


SAID = "No blue moon is out."
FAULTS: tuple[Exception, ...] = (
    *(
        kind(SAID, hint="Wait for one.")
        for kind in (StoreError, QuotaError, NotOwnerError, RunBusyError, SamplesError)
    ),
    OSError(28, "No space left on device"),
    sqlite3.OperationalError("database is locked"),
)
# Page -> a button whose callback, or whose part of the page, does something -> what it calls.
ACTIONS = {
    ("cache", "clear"): "clear_features",
    ("cache", "verify"): "check_features",
    ("cache", "delete-unused"): "delete_kept",
    ("about", "examine"): "examine_home",
    ("samples", "digits"): "is_demo",
    ("start", "demo-digits"): "start_demo",
}


@pytest.mark.parametrize("fault", FAULTS, ids=[type(fault).__name__ for fault in FAULTS])
def test_whatever_a_button_does_it_says_what_failed(
    app: AppTest, settings: Settings, tmp_path: Path, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors of a callback and of a page are a sentence with what to do, and the page lives on."""

    def fail(*_: object) -> None:
        raise fault

    fill(settings, tmp_path / "features")
    for (page, button), name in ACTIONS.items():
        open_page(app, page)
        before = getattr(jobs, name)
        monkeypatch.setattr(jobs, name, fail)
        app.button(key=button).click().run()
        monkeypatch.setattr(jobs, name, before)
        assert not app.exception, (page, button)
        said = " ".join(error.value for error in app.error)
        if isinstance(fault, PTMRankError):
            assert SAID in said, (page, button)
            assert "Wait for one." in said
        else:
            assert "The system refused" in said, (page, button)
        links = {link.proto.label for link in app.get("page_link")}
        assert ({"See your runs", "See what you keep"} <= links) is isinstance(fault, QuotaError)
    open_page(app, "cache")
    assert not app.error


def test_every_callback_says_what_failed() -> None:
    """Whatever the dashboard gives to Streamlit as a callback, a dialog or a timed part tells its faults."""
    harmless = {"st.login", "st.logout", "state.set_widget", "state.show_slide"}
    seen = 0
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        told = {
            name
            for name, node in functions.items()
            if any(ast.unparse(mark) == "tell_faults" for mark in node.decorator_list)
        }
        told |= {
            ast.unparse(node.targets[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("tell_faults(")
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                if keyword.arg in {"on_click", "on_change", "on_submit"}:
                    called = ast.unparse(keyword.value)
                    seen += 1
                    is_told = called.startswith("tell_faults(")
                    assert is_told or called in told | harmless | {"'ignore'"}, (path, called)
            if ast.unparse(node.func) == "st.fragment":
                assert ast.unparse(node.args[0]).startswith("tell_faults("), path
        for name, node in functions.items():
            if any(ast.unparse(mark).startswith("st.dialog(") for mark in node.decorator_list):
                assert name in told, (path, name)
    assert seen >= 8


@pytest.mark.parametrize("button", ["clear", "verify", "forget", "sweep"])
def test_what_was_drawn_before_others_came_does_nothing_after(
    app: AppTest, settings: Settings, tmp_path: Path, button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that a page of a shared server would never send is refused by what the button calls."""
    fill(settings, tmp_path / "features")
    left = settings.uploads_dir / ".upload-kx92"
    left.mkdir()
    os.utime(left, (0, 0))
    open_page(app, "cache")
    if button == "forget":
        table = next(one for one in app.dataframe if str(one.key).startswith("cached-"))
        app.session_state[table.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
        app.run()
    assert button in buttons(app)
    with FeatureCache(settings) as cache:
        before = cache.report()
    monkeypatch.setenv("PTMRANK_SHARED", "1")
    become(monkeypatch, "browser:b")
    app.button(key=button).click().run()
    assert not app.exception
    assert button == "verify" or "Others use this server too" in texts(app)  # "verify" is no callback
    with FeatureCache(settings) as cache:
        assert cache.report() == before
    assert left.is_dir()
