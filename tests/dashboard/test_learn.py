"""The Learn page: its sections and the playground."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.learn.page import SECTIONS
from dashboard.views.learn.scenes import work
from dashboard.views.learn.scenes.settings import START, scene_query
from dashboard.wording import with_links
from ptmrank_core.lessons import (
    KNOBS,
    Candidate,
    Scene,
    Task,
    compare,
    headline,
    make_world,
    score_candidate,
    sweep,
    train_world,
)
from ptmrank_core.metrics import METRICS, default_metrics
from tests.dashboard.reading import figures, open_page, texts
from tests.waiting import PATIENCE_SECONDS, wait_until

WAITING = "More is being worked out"
TWO = replace(START, candidates=START.candidates[:2])


def opened(**query: Any) -> AppTest:
    """The page at an address, with all that it waits for."""
    page = AppTest.from_string(
        "from dashboard.views.learn.page import page\npage()", default_timeout=PATIENCE_SECONDS
    )
    for name, value in query.items():
        page.query_params[name] = value
    return waited(page.run())


def waited(page: AppTest, *, also_sweep: bool = False) -> AppTest:
    """Run the page until it misses nothing above the sweep, or at all: its timer does not fire in a test."""

    def is_whole() -> bool:
        let_work()
        found = texts(page.run())
        assert not page.exception
        return WAITING not in found if also_sweep else "## Training …" not in found and "so far" not in found

    wait_until(is_whole)
    return page


def let_work() -> None:
    """Let what works beside the page go on for a while: a page that is run meanwhile takes its processor."""
    end = time.monotonic() + 1.0
    aside = (work.quickly(), work.slowly(), work.aside())
    while time.monotonic() < end and any(later._waiting or later._begun for later in aside):
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _without_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody moves a slider here that slow work would have to wait for."""
    monkeypatch.setattr(work, "REST_SECONDS", 0.0)


@pytest.fixture
def learn() -> AppTest:
    """The page as it is at first."""
    return opened()


def said(page: AppTest) -> str:
    """The sentence above everything."""
    return next(own.value for own in page.markdown if own.value.startswith("## ")).removeprefix("## ")


def compared(page: AppTest) -> dict[str, dict[str, Any]]:
    """The comparison as a table: row -> its cells."""
    page.toggle(key="comparison-table").set_value(True)
    frame = next(own.value for own in waited(page.run()).dataframe if "row" in own.value)
    return {str(row["row"]): dict(row) for _, row in frame.iterrows()}


def check(page: AppTest, scene: Scene) -> None:
    """Whether the page says of a scene what the core does."""
    expected = compare(scene)
    assert said(page) == headline(expected)
    rows = compared(page)
    for candidate in scene.candidates:
        assert rows["Training"][candidate.name] == expected.accuracies[candidate.name]
        for metric, view in expected.views.items():
            shown = rows[METRICS[metric].title][candidate.name]
            assert shown == pytest.approx(view.values.get(candidate.name, float("nan")), nan_ok=True)
            first = rows[METRICS[metric].title]["first"]
            assert ("" if pd.isna(first) else first) == ", ".join(view.first)


def test_two_candidates_are_compared_at_first(learn: AppTest) -> None:
    """The headline, all scores, training and who is first are what the core says of the first scene."""
    check(learn, TWO)
    assert len(figures(learn)) == 3  # two scenes and the sweep; the comparison is shown as its table


def test_everything_follows_the_sliders(learn: AppTest) -> None:
    """Sliders of the samples and of a candidate, and choices in the popover, change the scene of the core."""
    learn.slider(key="wrong-labels").set_value(0.25)
    learn.slider(key="a-separation").set_value(4.0)
    learn.slider(key="n-copies").set_value(2)
    learn.select_slider(key="b-head").set_value(0.3)
    learn.select_slider(key="b-scale").set_value(10.0)
    waited(learn.run())
    first, second = TWO.candidates
    task = replace(START.task, wrong_labels=0.25, n_copies=2)
    check(learn, Scene(task, (replace(first, separation=4.0), replace(second, head=0.3, scale=10.0))))


def test_candidates_are_added_and_taken_away(learn: AppTest) -> None:
    """Any of the four can be chosen; the last one stays."""
    learn.pills(key="candidates").set_value(["B", "C", "D"]).run()
    check(waited(learn), Scene(START.task, START.candidates[1:]))
    learn.pills(key="candidates").set_value([]).run()
    assert said(waited(learn)).startswith("Trained, A is right on 72 % of fresh samples")


def test_every_setting_has_its_widget(learn: AppTest) -> None:
    """All settings of the core can be moved, with their names and what they do, in their ranges."""
    widgets = {own.key: own for own in [*learn.slider, *learn.select_slider]}
    for name, knob in KNOBS.items():
        key = name.replace("_", "-") if knob.whose == "task" else f"b-{name.replace('_', '-')}"
        assert widgets[key].label == knob.title
        assert widgets[key].proto.help == knob.help
        assert knob.least <= knob.shown[0] < knob.shown[1] <= knob.greatest


def test_a_scene_is_a_link() -> None:
    """What a scene is given in an address is shown, and the first scene needs none."""
    scene = Scene(
        Task(n_classes=4, n_per_class=30, imbalance=2.0, wrong_labels=0.1, n_copies=2, seed=3),
        (
            Candidate("A", separation=3.5, anisotropy=2.0, n_noise_features=20, scale=0.1, head=0.7),
            Candidate("B", separation=0.0, n_noise_features=10, rotation=45.0, head=None, hidden=2.5),
            Candidate("C", separation=1.0, n_noise_features=6),
        ),
    )
    assert scene_query(TWO) == {}
    check(opened(**scene_query(scene)), scene)


def test_the_sweep_stays_as_it_is_while_a_slider_moves(
    learn: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the new scene is trained, the same figure is sent again; then it shows the new scene."""
    may = threading.Event()
    monkeypatch.setattr(work, "train_world", lambda *args: may.wait(PATIENCE_SECONDS) and train_world(*args))
    whole = figures(waited(learn, also_sweep=True))[-1]
    learn.slider(key="a-separation").set_value(3.55).run()
    assert figures(learn)[-1] == whole
    assert WAITING in texts(learn)
    may.set()
    marks = [own["x0"] for own in figures(waited(learn, also_sweep=True))[-1]["layout"]["shapes"]]
    assert set(marks) == {3.55}


@pytest.mark.parametrize(
    ("knob", "name"), [("separation", "A"), pytest.param("head", "B", marks=pytest.mark.slow)]
)
def test_the_sweep_moves_what_is_chosen(learn: AppTest, knob: str, name: str) -> None:
    """The table of the chart has the core's numbers, for another setting and candidate too."""
    learn.toggle(key="sweep-table").set_value(True)
    learn.selectbox(key="sweep-of").set_value(knob)
    learn.segmented_control(key="sweep-candidate").set_value(name)
    waited(learn.run(), also_sweep=True)
    curves = sweep(START.task, START.candidates["AB".index(name)], knob)
    table = next(own.value for own in learn.dataframe if knob in own.value)
    assert table["probe"].tolist() == list(curves.probed)
    assert table["training"].tolist() == list(curves.trained)
    for metric in default_metrics():
        assert table[metric].tolist() == list(curves.values[metric])


def test_scenes_have_their_numbers_as_tables(learn: AppTest) -> None:
    """Every sample with its label and class, of each candidate."""
    for candidate in TWO.candidates:
        learn.toggle(key=f"scene-{candidate.name.lower()}-table").set_value(True).run()
    frames = [own.value for own in learn.dataframe if "true_class" in own.value]
    for frame, candidate in zip(frames, TWO.candidates, strict=True):
        world = make_world(START.task, candidate)
        assert frame["first"].tolist() == world.points[:, 0].tolist()
        assert frame["label"].tolist() == [int(label) + 1 for label in world.arrays["labels"]]


def test_a_candidate_without_a_head_says_why_it_has_no_scores() -> None:
    """The reasons stand below the comparison, in the metrics' own words."""
    page = opened(candidates=["A", "D"])
    problems = score_candidate(START.task, START.candidates[3]).problems
    assert len(problems) == 3
    assert all(why in texts(page) for why in problems.values())


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens_by_its_name(app: AppTest, section: str) -> None:
    """The address names it."""
    open_page(app, "learn", section=section)
    assert app.segmented_control(key="section").value == section


def test_a_link_to_a_metric_opens_its_page() -> None:
    """Other pages name a metric alone; its idea and paper are shown, whatever the section was before."""
    for metric in default_metrics()[:3]:
        page = opened(metric=METRICS[metric].title)
        assert page.segmented_control(key="metric").value == metric
        assert METRICS[metric].idea in texts(page)
        assert with_links(METRICS[metric].reference) in texts(page)
