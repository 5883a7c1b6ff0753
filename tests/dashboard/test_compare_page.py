"""The page of two to six runs: the address names them, and it shows what the command line prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import run_here
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.reading import figures, open_page, texts
from tests.ready_made import save_features


@pytest.fixture
def pair(settings: Settings, tmp_path: Path) -> tuple[str, str]:
    """Two finished runs of three models; in the second, one of them is another and two changed places."""
    runs = []
    for folder, strengths in (
        ("one", {"a": 3.0, "b": 1.5, "c": 0.2}),
        ("two", {"a": 1.5, "b": 3.0, "c": 0.2, "d": 0.4}),
    ):
        for name, strength in strengths.items():
            save_features(tmp_path / folder / f"{name}.npz", strength)
        plan = stored_features_plan(settings, tmp_path / folder, ["logme", "hscore"])
        run_here(plan.run_id, settings, sources=SOURCES)
        runs.append(plan.run_id)
    return runs[0], runs[1]


def test_nothing_to_compare_is_said(app: AppTest) -> None:
    """With no run there is only the way to the start."""
    open_page(app, "compare")
    assert "Two runs with scores are needed" in app.info[0].value


def test_a_link_shows_the_comparison(
    app: AppTest, pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence, the places and what is in one run only are those of ``runs compare``."""
    assert main(["runs", "compare", *pair, "--json"]) == 0
    payload = json.loads(capsys.readouterr().out)
    assert {move["model"]: move["change"] for move in payload["moves"]} == {"a": -1, "b": 1, "c": 0}
    assert payload["only_second"] == ["d"]
    open_page(app, "compare", run=pair[0], with_=pair[1])
    said = texts(app)
    assert payload["sentence"].replace(".", "") in said.replace("\\", "").replace(".", "")
    assert "Only in the second run: d." in said
    (slopes,) = figures(app)
    assert [text.split()[-1] for text in slopes["layout"]["yaxis"]["ticktext"]] == ["a", "b", "c"]
    differences = app.dataframe[-1].value
    assert {"samples", "fingerprint of the samples"} & set(differences["name"])
    assert main(["runs", "compare", *pair]) == 0
    assert payload["sentence"] in capsys.readouterr().out


def test_the_numbers_stand_in_a_table_too(app: AppTest, pair: tuple[str, str]) -> None:
    """The switch of the chart shows every place."""
    open_page(app, "compare", run=pair[0], with_=pair[1])
    app.toggle(key="slopes-table").set_value(True).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert dict(zip(table["model"], table["change"], strict=True))["b"] == 1


def test_runs_lead_to_the_comparison_and_choosing_names_them(app: AppTest, pair: tuple[str, str]) -> None:
    """All choices go into the address."""
    open_page(app, "runs")
    app.button(key="compare").click().run()
    assert app.title[0].value == "Compare runs"
    open_page(app, "compare")
    app.multiselect(key="compare-runs").set_value([pair[0]]).run()
    assert "Choose the other run." in app.info[0].value
    app.multiselect(key="compare-runs").set_value(list(pair)).run()
    assert not app.exception
    assert app.query_params["run"] == pair[0]
    assert app.query_params["with"] == pair[1]
    assert len(figures(app)) == 1


def test_a_run_that_is_not_there_is_told(app: AppTest, pair: tuple[str, str]) -> None:
    """No traceback, and no comparison: the page leads to the runs that there are."""
    open_page(app, "compare", run=pair[0], with_="f" * 32)
    assert "There is no run" in app.error[0].value
    assert figures(app) == []
    assert "Your last runs" in texts(app)
    assert {pair[0], pair[1]} <= {
        link.proto.query_string.removeprefix("run=") for link in app.get("page_link")
    }


def test_a_link_to_several_runs_shows_all_of_them(
    app: AppTest,
    pair: tuple[str, str],
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three runs are compared as the command line does, and the candidate that one has alone is named."""
    for name, strength in (("a", 0.2), ("b", 1.5), ("c", 3.0)):
        save_features(tmp_path / "three" / f"{name}.npz", strength)
    third = stored_features_plan(settings, tmp_path / "three", ["logme", "hscore"]).run_id
    run_here(third, settings, sources=SOURCES)
    runs = [*pair, third]
    assert main(["runs", "compare", *runs, "--json"]) == 0
    payload = json.loads(capsys.readouterr().out)
    assert payload["places"] == {"a": [1, 2, 3], "b": [2, 1, 2], "c": [3, 4, 1], "d": [None, 3, None]}
    open_page(app, "compare", run=runs[0], with_=f"{runs[1]},{runs[2]}")
    assert payload["sentence"].replace(".", "") in texts(app).replace("\\", "").replace(".", "")
    assert len(figures(app)) == 1
    differing = app.dataframe[-1].value.set_index("name")
    assert differing.loc["candidates", "run_2"] == "d"
    assert str(settings.home) not in str(differing.loc["samples"].tolist())
    app.multiselect(key="compare-runs").set_value(runs[1:]).run()
    assert not app.exception
    assert (app.query_params["run"], app.query_params["with"]) == (runs[1], runs[2])
