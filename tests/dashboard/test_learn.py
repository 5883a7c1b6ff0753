"""The Learn page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.wording import with_links
from ptmrank_core.lessons import STORIES, Scene, sweep, teach
from ptmrank_core.metrics import METRICS, default_metrics
from tests.dashboard.reading import figures, texts
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def learn() -> AppTest:
    """The page, run once."""
    page = AppTest.from_string(
        "from dashboard.views.learn.page import page\npage()", default_timeout=PATIENCE_SECONDS
    )
    return page.run()


def scores(page: AppTest) -> dict[str, float]:
    """The scores of the table, by title."""
    table = page.dataframe[0].value
    return dict(zip(table["metric"], table["score"], strict=True))


def expected(scene: Scene) -> dict[str, float]:
    """What the core computes, by title."""
    return {METRICS[metric].title: output.value for metric, output in teach(scene).outputs.items()}


def test_the_table_follows_the_sliders(learn: AppTest) -> None:
    """Every score stands as the core computes it for the scene of the sliders, the probe beside them."""
    assert scores(learn) == expected(Scene())
    learn.slider(key="separation").set_value(4.0).run()
    moved = Scene(separation=4.0)
    assert scores(learn) == expected(moved)
    assert learn.metric[0].value == f"{teach(moved).accuracy:.0%}"
    assert len(figures(learn)) == 2
    assert not learn.exception


def test_a_story_sets_its_scene_and_is_told(learn: AppTest) -> None:
    """A chosen story shows its text, and the scores of its own scene."""
    for story in STORIES[1:3]:
        learn.pills(key="story").set_value(story.title).run()
        assert story.text in texts(learn)
        assert scores(learn) == expected(story.scene)


def test_every_metric_has_its_page(learn: AppTest) -> None:
    """Idea, formula, when not to trust it, paper and its value here are on the page of a metric."""
    outputs = teach(Scene()).outputs
    for metric in default_metrics():
        _see_metric(learn, metric, outputs[metric].value)


def _see_metric(learn: AppTest, metric: str, value: float) -> None:
    """Open the page of one metric and read it."""
    learn.segmented_control(key="metric").set_value(metric).run()
    spec, said = METRICS[metric], texts(learn)
    assert not learn.exception
    assert spec.idea in said
    assert with_links(spec.reference) in said
    assert spec.fails_when[1:] in said
    assert spec.formula.latex in learn.latex[0].value
    assert learn.metric[1].value == f"{value:.4g}"


def test_the_charts_have_their_numbers_as_tables(learn: AppTest) -> None:
    """Every sample with its label and class, and every score at every separation, as the core gives them."""
    for key in ("scene", "sweep"):
        learn.toggle(key=f"{key}-table").set_value(True).run()
    assert not learn.exception
    lesson = teach(Scene())
    samples = next(frame.value for frame in learn.dataframe if "true_class" in frame.value)
    assert samples["first"].tolist() == lesson.world.points[:, 0].tolist()
    assert samples["label"].tolist() == [int(label) + 1 for label in lesson.world.arrays["labels"]]
    curves = next(frame.value for frame in learn.dataframe if "probe" in frame.value)
    shown = sweep(Scene(separation=0.0))
    assert curves["logme"].tolist() == list(shown.values["logme"])
    assert curves["probe"].tolist() == list(shown.accuracies)
