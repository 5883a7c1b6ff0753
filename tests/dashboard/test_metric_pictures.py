"""What each metric sees, on the Learn page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.learn.scenes.settings import START
from dashboard.views.learn.sections import METRICS as SECTION
from dashboard.wording import with_links
from ptmrank_core.lessons import Candidate, Task, make_world
from ptmrank_core.metrics import METRICS, compute, metric_intermediates, prepare_inputs
from ptmrank_core.reports.figures.metric_pictures import Picture, View, draw_metric, pictured_metrics
from tests.dashboard.reading import figures, texts
from tests.waiting import PATIENCE_SECONDS

QUICK = "gbc"


def opened(**query: str) -> AppTest:
    """The Learn page at an address."""
    page = AppTest.from_string(
        "from dashboard.views.learn.page import page\npage()", default_timeout=PATIENCE_SECONDS
    )
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def expected(metric: str, task: Task, candidate: Candidate, chosen: int = 0) -> Picture:
    """What the core draws."""
    inputs = prepare_inputs(**make_world(task, candidate).arrays)
    return draw_metric(metric, metric_intermediates(metric, inputs), View.of(task.n_classes, chosen))


@pytest.fixture(scope="module")
def section() -> AppTest:
    """The section, run once."""
    return opened(section=SECTION)


@pytest.mark.parametrize("metric", pictured_metrics())
def test_every_metric_shows_what_it_sees(section: AppTest, metric: str) -> None:
    """Formula, the same with the numbers of the samples, score, picture, what to see in it, facts."""
    section.segmented_control(key="metric").set_value(metric).run()
    assert not section.exception
    picture = expected(metric, START.task, START.candidates[0])
    spec, said = METRICS[metric], texts(section)
    assert all(part in section.latex[0].value for part in spec.formula.latex.split(r",\qquad "))
    assert picture.live_formula in section.latex[1].value
    value = compute(metric, prepare_inputs(**make_world(START.task, START.candidates[0]).arrays)).value
    assert section.metric[0].value == f"{value:.4g}"
    assert len(figures(section)) == 1
    for text in (picture.words.title, picture.words.see, spec.idea, with_links(spec.reference)):
        assert text in said


def test_a_link_that_names_a_metric_opens_its_picture() -> None:
    """``?metric=TITLE``, as other pages link to it, opens the section at that metric."""
    page = opened(metric=METRICS[QUICK].title)
    assert page.segmented_control(key="section").value == SECTION
    assert page.segmented_control(key="metric").value == QUICK
    assert all(part in page.latex[0].value for part in METRICS[QUICK].formula.latex.split(r",\qquad "))


def test_the_picture_follows_the_candidate_and_its_sliders() -> None:
    """The candidate that is looked at, as its sliders stand, is what the numbers are of."""
    page = opened(section=SECTION, metric=METRICS[QUICK].title)
    page.segmented_control(key="seen").set_value("B").run()
    second = START.candidates[1]
    assert expected(QUICK, START.task, second).live_formula in page.latex[1].value
    page.slider(key="b-separation").set_value(5.0).run()
    moved = replace(second, separation=5.0)
    assert expected(QUICK, START.task, moved).live_formula in page.latex[1].value
    page.slider(key="wrong-labels").set_value(0.5).run()
    wrong = replace(START.task, wrong_labels=0.5)
    assert expected(QUICK, wrong, moved).live_formula in page.latex[1].value


def test_a_class_is_chosen_where_one_is_shown_at_a_time() -> None:
    """LogME's hill is that of the chosen class; a picture of all classes asks for none."""
    page = opened(section=SECTION, metric="LogME")
    page.selectbox(key="class-seen").set_value(2).run()
    picture = expected("logme", START.task, START.candidates[0], chosen=2)
    assert picture.live_formula in page.latex[1].value
    page.segmented_control(key="metric").set_value(QUICK).run()
    assert not page.selectbox


def test_a_metric_that_does_not_apply_says_why() -> None:
    """A model without a head has no picture of source classes, and the page says what is missing."""
    page = opened(section=SECTION, metric="LEEP", seen="D")
    assert START.candidates[3].head is None
    assert "LEEP needs the outputs of the model's own classification head" in page.info[0].value
    assert len(page.latex) == 1
    assert figures(page) == []
    assert METRICS["leep"].fails_when[1:] in texts(page)


def test_the_table_has_the_numbers_of_the_picture() -> None:
    """As table, the pairs of classes stand there with their overlaps, the closest first."""
    page = opened(section=SECTION, metric=METRICS[QUICK].title)
    page.toggle(key=f"sees-{QUICK}-table").set_value(True).run()
    table = expected(QUICK, START.task, START.candidates[0]).table()
    shown = next(frame.value for frame in page.dataframe if "overlap" in frame.value)
    assert shown["overlap"].tolist() == table.values("overlap")
