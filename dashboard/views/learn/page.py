"""Learn: a world to move, what every metric says of it, and one page for each metric."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.components.metric_page import metric_page
from dashboard.components.sharing import copy_link
from dashboard.components.titles import title_tab
from ptmrank_core.lessons import STORIES, Lesson, Scene, Sweep, sweep, teach
from ptmrank_core.metrics import METRICS, default_metrics
from ptmrank_core.reports.figures.lessons import (
    scene_figure,
    scene_table,
    share_of_range,
    sweep_figure,
    sweep_table,
)

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("How do the metrics see a model?", width="stretch")
        copy_link("It opens this scene and this metric as they stand.")
    n_metrics = len(default_metrics())
    st.markdown(
        "Below is a model whose features you can make better or worse. Move the classes apart or spoil their "
        f"labels, and watch what {n_metrics} metrics and a linear probe make of the same features."
    )
    title, start = _story()
    title_tab(title, "Learn")
    st.header(f"One model, {n_metrics} opinions")
    controls, picture, scores = st.columns([2, 4, 4], gap="large")
    with controls:
        scene = _scene(title, start)
    lesson, curves = _lesson(scene), _sweep(replace(scene, separation=0.0))
    with picture:
        _picture(lesson)
    with scores:
        _scores(lesson, _sweep(Scene(separation=0.0)))
    st.header("What moves each score?")
    st.caption("Everything else is as set above. The dotted line is where you are.")
    show_chart(
        sweep_figure(curves, scene.separation),
        key="sweep",
        title="Every score against the separation of the classes",
        alt="One small chart for each metric: its score against the separation of the classes",
        table=partial(sweep_table, curves),
    )
    _one_metric(lesson)


@st.cache_resource(max_entries=100, show_spinner=False)
def _lesson(scene: Scene) -> Lesson:
    """Score a scene, once for all sessions."""
    return teach(scene)


@st.cache_resource(max_entries=200, show_spinner="Moving the classes …")
def _sweep(scene: Scene) -> Sweep:
    """Score a scene at several separations, whatever its own is."""
    return sweep(scene)


def _story() -> tuple[str, Scene]:
    """Offer the scenes that are worth a look; return the name of the chosen one and its scene."""
    by_title = {story.title: story for story in STORIES}
    title = st.pills("See for yourself", list(by_title), key="story", bind="query-params")
    if title is None:
        return "", Scene()
    st.info(by_title[title].text)
    return title, by_title[title].scene


def _scene(title: str, start: Scene) -> Scene:
    """Draw the sliders; each story has its own, which start where it is told."""
    story = f"-{[story.title for story in STORIES].index(title) + 1}" if title else ""
    separation = st.slider(
        "Separation",
        *(0.0, 8.0, start.separation, 0.25),
        key=f"separation{story}",
        bind="query-params",
        help="Distance between neighbouring class means, in standard deviations of a class.",
    )
    noise = st.slider(
        "Wrong labels",
        *(0.0, 1.0, start.noise, 0.05),
        key=f"noise{story}",
        bind="query-params",
        format="percent",
        help="Share of the samples whose label is drawn anew, whatever they are.",
    )
    n_noise_features = st.slider(
        "Features that know nothing",
        *(0, 300, start.n_noise_features, 1),
        key=f"features{story}",
        bind="query-params",
        help="Noise beside the two features that hold the classes.",
    )
    n_per_class = st.slider(
        "Samples of each class",
        *(10, 200, start.n_per_class, 10),
        key=f"samples{story}",
        bind="query-params",
    )
    return replace(
        start,
        separation=separation,
        noise=noise,
        n_noise_features=n_noise_features,
        n_per_class=n_per_class,
    )


def _picture(lesson: Lesson) -> None:
    scene = lesson.scene
    st.metric(
        "A linear probe is right on",
        f"{lesson.accuracy:.0%}",
        help="Out-of-fold accuracy of logistic regression on the same features.",
    )
    show_chart(
        scene_figure(lesson),
        key="scene",
        title="The classes",
        alt=f"{scene.n_classes} classes at separation {scene.separation}, {scene.noise:.0%} of the labels "
        f"redrawn",
        table=partial(scene_table, lesson),
    )


def _scores(lesson: Lesson, clean: Sweep) -> None:
    """Draw the score of every metric, each beside how good it looks."""
    shares = share_of_range(clean, lesson)
    table = pd.DataFrame(
        [
            {
                "metric": METRICS[metric].title,
                "score": lesson.outputs[metric].value if metric in lesson.outputs else None,
                "how good it looks": _percent(shares[metric]),
            }
            for metric in default_metrics()
        ]
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "score": st.column_config.NumberColumn("score", format="%.3f"),
            "how good it looks": st.column_config.ProgressColumn(
                "how good it looks",
                help="Where the score lies between the least and the greatest that it has in a clean world: "
                "six features of noise, no wrong label, classes from 0 to 8 standard deviations apart.",
                min_value=0.0,
                max_value=100.0,
                format="%.0f %%",
            ),
        },
        placeholder="–",
        alt="The score of every metric in this scene",
    )
    for metric, problem in lesson.problems.items():
        st.caption(f"{METRICS[metric].title}: {problem}")


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _one_metric(lesson: Lesson) -> None:
    """Draw the page of one metric, named in the address."""
    st.header("One metric at a time")
    metric = st.segmented_control(
        "Metric",
        list(default_metrics()),
        default=default_metrics()[0],
        format_func=lambda name: METRICS[name].title,
        key="metric",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    if metric is not None:
        metric_page(metric, lesson)
