"""The playground: models to choose from, what metrics, a probe and real training make of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.components.chart import show_chart
from dashboard.views.learn.scenes.later import Stage
from dashboard.views.learn.scenes.settings import ask_candidate, ask_names, ask_task
from dashboard.views.learn.scenes.sweeping import draw_sweep
from dashboard.views.learn.scenes.work import (
    CHEAP,
    PROBE,
    TRAINING,
    Point,
    do_now,
    jobs_of,
    opinion_of,
    quickly,
    slow_jobs_of,
    slowly,
    training_of,
    world_of,
)
from dashboard.wording import tell_faults
from ptmrank_core.lessons import Candidate, Comparison, Task, World, compare_views, headline
from ptmrank_core.metrics import METRICS, default_metrics, join_titles
from ptmrank_core.reports.figures.lessons.comparison import comparison_figure, comparison_table
from ptmrank_core.reports.figures.lessons.scene import reach_of, scene_figure, scene_table

__all__ = ["draw"]

POLL_SECONDS = 0.25


def draw() -> None:
    """Draw the section."""
    st.markdown(
        "Which of these models would you fine-tune? Make one better or worse, or spoil the samples, and see "
        f"what {len(default_metrics())} metrics and a linear probe say of them, and what training reaches."
    )
    answer = st.container(key="answer")
    names = ask_names()
    task = ask_task()
    points, places = _candidates(task, names)
    soon, late = jobs_of(points, PROBE, TRAINING), slow_jobs_of(points)
    found = {job: do_now(job) for job in jobs_of(points, CHEAP)}
    found |= slowly().ask(late) | quickly().ask(soon)
    opinions = {candidate.name: opinion_of(found, task, candidate) for _, candidate in points}
    trainings = {candidate.name: training_of(found, task, candidate) for _, candidate in points}
    comparison = compare_views(
        opinions, {name: trained for name, trained in trainings.items() if trained is not None}
    )
    _answer(answer, comparison)
    _show(comparison, names)
    _draw_scenes(points, places)
    for why in dict.fromkeys(why for own in opinions.values() for why in own.problems.values()):
        st.caption(why)
    stages = [Stage(quickly(), soon, found), Stage(slowly(), late, found)]
    stages += draw_sweep(task, [own for _, own in points], is_resting=stages[0].is_drawn)
    if waiting := [stage for stage in stages if not stage.is_drawn]:
        st.fragment(tell_faults(_watch), run_every=POLL_SECONDS)(waiting)


def _candidates(task: Task, names: Sequence[str]) -> tuple[list[Point], list[DeltaGenerator]]:
    """Draw the candidates side by side: a place for its samples above its sliders."""
    places, points = [], []
    for name, column in zip(names, st.columns(len(names), gap="medium"), strict=True):
        with column:
            places.append(st.container())
            points.append((task, ask_candidate(name)))
    return points, places


def _draw_scenes(points: Sequence[Point], places: Sequence[DeltaGenerator]) -> None:
    """Draw the samples as each candidate sees them: after the scores, which the browser draws much sooner."""
    worlds = [world_of(*point) for point in points]
    reach = reach_of(worlds)
    for place, (task, candidate), world in zip(places, points, worlds, strict=True):
        with place:
            _picture(task, candidate, world, reach)


def _picture(task: Task, candidate: Candidate, world: World, reach: float) -> None:
    show_chart(
        scene_figure(world, reach),
        key=f"scene-{candidate.name.lower()}",
        title=f"Candidate {candidate.name}",
        alt=f"The samples as candidate {candidate.name} sees them: {task.n_classes} classes at separation "
        f"{candidate.separation:g}, {task.wrong_labels:.0%} of the labels redrawn",
        table=partial(scene_table, world),
    )


def _answer(place: DeltaGenerator, comparison: Comparison) -> None:
    """Say in a sentence who is right, above everything."""
    n_pending = len(default_metrics()) - len(comparison.views)
    with place:
        said = headline(comparison, n_pending) if comparison.best else "Training …"
        st.markdown(f"## {said}")


def _show(comparison: Comparison, names: Sequence[str]) -> None:
    """Draw what each row says of every candidate."""
    show_chart(
        comparison_figure(comparison, names),
        key="comparison",
        title="Who puts which candidate first?",
        alt="What training, the linear probe and every metric say of each candidate, and whether they agree",
        table=partial(comparison_table, comparison, names),
    )
    joined = join_titles([metric for metric in default_metrics() if METRICS[metric].combine])
    st.caption(
        "Training: the share of fresh samples that a small network tells right, whose body begins as the "
        "candidate's features and is changed by training. Linear probe: logistic regression on the features, "
        f"out of fold. The numbers of {joined} compare the candidates with one another."
    )


def _watch(stages: Sequence[Stage]) -> None:
    """Draw the page again once a part of what it waits for is done."""
    if state.address_is_current() and any(stage.is_done for stage in stages):
        st.rerun()
    st.caption(":material/hourglass: More is being worked out …")
