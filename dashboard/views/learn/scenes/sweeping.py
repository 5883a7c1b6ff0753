"""How every score moves with one setting of the scene."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.views.learn.scenes.later import Stage
from dashboard.views.learn.scenes.work import (
    CHEAP,
    PROBE,
    TRAINING,
    aside,
    jobs_of,
    opinion_of,
    slow_jobs_of,
    training_of,
)
from ptmrank_core.lessons import KNOBS, Candidate, Task, sweep_of, sweep_points
from ptmrank_core.reports.figures.lessons.sweep import sweep_figure, sweep_table

__all__ = ["draw_sweep"]

FIRST = "separation"


def draw_sweep(task: Task, candidates: Sequence[Candidate]) -> list[Stage]:
    """Draw a chart for each metric against a setting that the reader chooses.

    Returns
    -------
    list of Stage
        What the chart is waiting for.
    """
    st.header("What moves each score?")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        knob = st.selectbox(
            "Setting",
            list(KNOBS),
            index=list(KNOBS).index(FIRST),
            format_func=lambda name: KNOBS[name].title,
            key="sweep-of",
            bind="query-params",
            width=320,
        )
        name = st.segmented_control(
            "Candidate",
            [candidate.name for candidate in candidates],
            default=candidates[0].name,
            key="sweep-candidate",
            required=True,
            bind="query-params",
        )
    st.caption("Everything else is as set above. The dotted line is where you are.")
    candidate = next((own for own in candidates if own.name == name), candidates[0])
    points = sweep_points(task, candidate, knob)
    soon, late = jobs_of(points, CHEAP, PROBE, TRAINING), slow_jobs_of(points)
    found = aside().ask([*late, *soon])
    curves = sweep_of(
        knob,
        [opinion_of(found, *point) for point in points],
        [training_of(found, *point) for point in points],
    )
    here = getattr(task if KNOBS[knob].whose == "task" else candidate, knob)
    show_chart(
        sweep_figure(curves, here),
        key="sweep",
        title=f"{KNOBS[knob].title}, candidate {candidate.name}",
        alt=f"A small chart for training, the probe and each metric against one setting: {KNOBS[knob].title}",
        table=partial(sweep_table, curves),
    )
    return [Stage(aside(), soon, found), Stage(aside(), late, found)]
