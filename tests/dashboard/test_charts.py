"""Charts of the pages: each has words and a table in its place, and its models can be highlighted."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.hub_links import pages_of
from dashboard.views.results.ranking.cards import ranking_cards
from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import ModelSpec, RunResult
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout
from ptmrank_core.results import rank_result
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.raced import store_result
from tests.dashboard.reading import open_page, open_section, texts
from tests.ready_made import save_features
from tests.reports.results import certain, hostile_result
from tests.results.race.races import RUN

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
SLIDES = "views/results/presentation.py"  # a slide shows one figure; its table is in the section
N_OF_METRICS = {"Agreement": 1}  # figures that show no model


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function in the dashboard, and the file that it is in."""
    for path in sorted(DASHBOARD.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == name
            ):
                yield path.relative_to(DASHBOARD).as_posix(), node


def test_every_chart_has_words_and_a_table_in_its_place() -> None:
    """All charts are drawn in one place, and each call names what stands for the picture."""
    assert {path for path, _ in calls("plotly_chart")} == {"components/chart.py", SLIDES}
    drawn = list(calls("show_chart"))
    assert len(drawn) > 15
    bare = [path for path, call in drawn if not {"alt", "table"} <= {own.arg for own in call.keywords}]
    assert bare == []


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> str:
    """A finished run of six models under three metrics."""
    for place in range(6):
        save_features(tmp_path / "f" / f"m{place}.npz", 2.0 - place / 3)
    plan = stored_features_plan(settings, tmp_path / "f", ("logme", "hscore", "gbc"))
    run_here(plan.run_id, settings, sources=SOURCES)
    return plan.run_id


def test_a_model_of_the_address_stands_out_in_every_figure(app: AppTest, run: str) -> None:
    """The list of models is in the address; each figure that has models draws the model otherwise."""
    open_page(app, "results", run=run)
    for section in ("Ranking", "Agreement"):
        open_section(app, section)
        (chosen,) = [box for box in app.multiselect if box.key == "highlight"]
        before = [chart.proto.spec for chart in app.get("plotly_chart")]
        app.multiselect(key="highlight").set_value([chosen.options[-1]]).run()
        assert not app.exception
        after = [chart.proto.spec for chart in app.get("plotly_chart")]
        changed = [one != other for one, other in zip(before, after, strict=True)]
        assert sum(changed) == len(changed) - N_OF_METRICS.get(section, 0) > 0, section
        app.multiselect(key="highlight").set_value([]).run()


def test_cards_say_what_the_rows_say() -> None:
    """A card for each model, in order, with its place, interval and ranks; names are text, not markup."""
    result = hostile_result()
    layout = OverviewLayout.of(result, certain(result))
    cards = ranking_cards(layout, (layout.rows[0].model,))
    assert cards.count("<details>") == len(layout.rows)
    assert cards.count("class=chosen") == 1
    assert "<img" not in cards
    assert "<script" not in cards
    assert "&lt;img src=x onerror=alert(1)&gt;" in cards
    low, high = layout.rows[0].interval or (0, 0)
    assert f"place {low} to {high} (90 %)" in cards
    assert "are not told apart" in cards


def renamed(run: RunResult, model: str, spec: ModelSpec) -> RunResult:
    """A run in which a model is another one."""
    outcomes = {**run.outcomes, spec.id: replace(run.outcomes[model], spec=spec)}
    del outcomes[model]
    return replace(
        run,
        plan=replace(run.plan, models=tuple(spec if own.id == model else own for own in run.plan.models)),
        cells=tuple(replace(own, model=spec.id) if own.model == model else own for own in run.cells),
        outcomes=outcomes,
        findings=tuple(
            replace(own, subject=spec.id) if own.subject == model else own for own in run.findings
        ),
    )


def test_names_of_models_of_the_hub_are_links(app: AppTest, settings: Settings) -> None:
    """In the cards, below the picture and in the tables; what is a folder is a name alone."""
    first = RUN.plan.models[0]
    result = renamed(RUN, first.id, replace(first, id="org/on-the-hub", source="hub"))
    store_result(settings, result, "linked")
    open_page(app, "results", run="linked")
    assert not app.exception
    (page,) = pages_of(result).values()
    assert page.endswith("/org/on-the-hub")
    assert f"On the Hub: [org/on-the-hub]({page})" in texts(app)
    cards = ranking_cards(OverviewLayout.of(result, rank_result(result)), (), pages_of(result))
    assert cards.count("<a ") == 1
    assert f'<a href="{page}" target="_blank" rel="noopener noreferrer">org/on-the-hub</a>' in cards
    app.segmented_control(key="ranking-view").set_value("Every number").run()
    linked = [own.value for own in app.dataframe if "hub" in own.value.columns]
    assert len(linked) == 2
    for table in linked:
        assert table["hub"].notna().sum() == 1
        assert table.set_index("model").loc["org/on-the-hub", "hub"] == page


def test_a_click_adds_a_model_and_another_takes_it_out() -> None:
    """What a chart calls changes the list of models by what the clicked mark names, and only by names."""

    def script() -> None:
        import streamlit as st  # noqa: PLC0415 - this function is a script of its own

        from dashboard.views.results.highlight import choose_highlight, on_click  # noqa: PLC0415

        class Selection:
            points = ({"customdata": ["b", "of it"]}, {"customdata": "c"}, {"x": 1})

        class Event:
            selection = Selection

        st.session_state["chart"] = Event
        st.button("click", on_click=on_click("chart"))
        st.markdown(" ".join(choose_highlight(["a", "b", "c"])) or "none")

    page = AppTest.from_function(script).run()
    assert page.markdown[0].value == "none"
    page.button[0].click().run()
    assert page.markdown[0].value == "b c"
    page.button[0].click().run()
    assert page.markdown[0].value == "none"
