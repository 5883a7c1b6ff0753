"""What each metric sees: its picture, its formula with live numbers, and when to believe it."""

from __future__ import annotations

import streamlit as st

from dashboard.components.metric_page import metric_facts, metric_formula
from dashboard.views.learn.pictures.drawing import ask_class, draw_picture, offer_file
from dashboard.views.learn.pictures.own_model import ask_own_model, run_asked_for
from dashboard.views.learn.pictures.seen import Seen, see
from dashboard.views.learn.scenes.settings import LETTERS, ask_candidate, ask_task
from ptmrank_core.lessons import Candidate, Task
from ptmrank_core.metrics import METRICS, default_metrics
from ptmrank_core.reports.figures.metric_pictures import View, pictured_metrics

__all__ = ["draw"]


def draw() -> None:
    """Draw the section."""
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
    run = run_asked_for()
    if run is None:
        task, candidate = _samples()
        names = View.of(task.n_classes).class_names
        _draw_metric(metric, see(metric, task, candidate), names, _say(task, candidate))
    elif own := ask_own_model(metric, run):
        _draw_metric(metric, own.seen, own.class_names, own.said)
    metric_facts(metric)


def _samples() -> tuple[Task, Candidate]:
    """Ask for the samples, and for the candidate of the playground that is looked at."""
    task = ask_task()
    which, model = st.columns([1, 2], gap="large")
    with which:
        name = st.segmented_control(
            "Seen through the candidate",
            LETTERS,
            default=LETTERS[0],
            key="seen",
            bind="query-params",
            required=True,
            help="The candidates of the playground, as they are set there.",
        )
    with model:
        candidate = ask_candidate(name)
    return task, candidate


def _draw_metric(metric: str, seen: Seen, names: tuple[str, ...], said: str) -> None:
    """Draw what the metric sees in these samples, beside its formula and the same with their numbers.

    Parameters
    ----------
    metric
        Name of a default form.
    seen
        What it makes of them.
    names
        Of the classes, or of the targets.
    said
        Which samples these are, in one sentence.
    """
    words, place = st.columns([1, 2], gap="large")
    with words:
        metric_formula(metric)
    if seen.value is None:
        place.info(seen.problem)
        return
    with words:
        st.metric(f"{METRICS[metric].title} here", f"{seen.value:.4g}")
        for warning in seen.warnings:
            st.warning(warning)
    if seen.record is None or metric not in pictured_metrics():
        place.caption("There is no picture of this metric.")
        return
    with place:
        view = ask_class(metric, names)
        picture = draw_picture(metric, seen.record, view)
    with words:
        st.markdown("**With the numbers of these samples**")
        st.latex(picture.live_formula)
        offer_file(picture, said)


def _say(task: Task, candidate: Candidate) -> str:
    """Say what the samples are, for a file that leaves the page."""
    head = "no source head" if candidate.head is None else f"a source head that follows {candidate.head:.0%}"
    return (
        f"Artificial samples, draw {task.seed}: {task.n_classes} classes of {task.n_per_class}, "
        f"{task.wrong_labels:.0%} of the labels redrawn; class means {candidate.separation:g} standard "
        f"deviations apart, {candidate.n_noise_features} features that know nothing, {head}."
    )
