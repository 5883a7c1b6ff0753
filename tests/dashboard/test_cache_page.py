"""The cache page: the numbers of the command line, and nothing is removed unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import run_here
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.reading import buttons, cards, open_page, primary, texts


@pytest.fixture
def filled(settings: Settings, picture_zip: Path, zoo: Path) -> Settings:
    """Settings of a home in whose cache three models have 18 samples each."""
    run_here(stored_plan(settings, picture_zip, zoo).run_id, settings, sources=SOURCES)
    return settings


def listed(app: AppTest) -> list[dict[str, object]]:
    """Rows of the table of models."""
    return [dict(row) for row in app.dataframe[0].value.to_dict("records")]


def test_an_empty_cache_says_so(app: AppTest) -> None:
    """No table, no button: there is nothing to look after."""
    open_page(app, "cache")
    assert "Nothing is cached yet" in app.info[0].value
    assert cards(app)["Vectors"] == "0"
    assert buttons(app) == set()


def test_the_page_has_the_numbers_of_the_command_line(
    app: AppTest, filled: Settings, zoo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Vectors, models and what each of them has; who they are of and when they were last used."""
    assert main(["cache", "stats", "--json"]) == 0
    stats = json.loads(capsys.readouterr().out)
    open_page(app, "cache")
    assert (cards(app)["Vectors"], cards(app)["Models"]) == (str(stats["n_entries"]), "3")
    rows = listed(app)
    assert [row["model"] for row in rows] == [own["model"] for own in stats["models"]]
    assert {row["model"] for row in rows} == {path.name for path in zoo.iterdir()}
    assert {row["samples"] for row in rows} == {18}
    assert all(row["last used (UTC)"] for row in rows)
    assert sum(own["size_bytes"] for own in stats["models"]) <= stats["size_bytes"]
    assert f"**{stats['results']['n_results']} kept results** of analyses" in texts(app)
    assert main(["cache", "stats"]) == 0
    assert "18 samples" in capsys.readouterr().out
    assert filled.features_dir.exists()


def test_checking_says_what_came_of_it(app: AppTest, filled: Settings) -> None:
    """Sound entries stay; a damaged one goes and is counted."""
    open_page(app, "cache")
    app.button(key="verify").click().run()
    assert "Checked 54 vectors and " in app.success[0].value
    with FeatureCache(filled) as cache:
        cache._database._cache.set(next(iter(cache._database.names())), b"nothing")
    app.button(key="verify").click().run()
    assert "Removed 1 damaged vector" in app.warning[0].value


def test_one_model_is_removed_after_a_question(app: AppTest, filled: Settings) -> None:
    """The others stay, and so do their vectors."""
    open_page(app, "cache")
    gone = listed(app)[0]["model"]
    assert "forget" not in buttons(app)  # nothing is chosen yet
    app.session_state[app.dataframe[0].key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert f"This removes the features of **{gone}**, and the results" in texts(app)
    with FeatureCache(filled) as cache:
        assert cache.report().n_models == 3
    app.button(key="forget").click().run()
    assert not app.exception
    with FeatureCache(filled) as cache:
        assert [own.model for own in cache.models()] == [row["model"] for row in listed(app)]
        assert gone not in {own.model for own in cache.models()}
        assert cache.report().n_entries == 36


def test_clearing_asks_first(app: AppTest, filled: Settings) -> None:
    """What goes and what stays is said before the button; then nothing is left."""
    open_page(app, "cache")
    assert "Runs stay" in texts(app)
    assert primary(app) == []
    app.button(key="clear").click().run()
    assert "Nothing is cached yet" in app.info[0].value
    with FeatureCache(filled) as cache, KeptResults(filled) as kept:
        assert len(cache) == kept.report().n_results == 0


def test_the_command_line_removes_one_model(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """By its id; one that is not there is told with those that are."""
    with FeatureCache(filled) as cache:
        first, *_ = cache.models()
    assert main(["cache", "clear", "--model", first.model, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_entries"] == 18
    assert main(["cache", "clear", "--model", "nobody"]) == 2
    with FeatureCache(filled) as cache:
        assert len(cache.models()) == 2
