"""How every score moves with one setting of the scene."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, cast

import streamlit as st

from dashboard import state
from dashboard.components.chart import show_chart
from dashboard.views.learn.scenes.later import Stage
from dashboard.views.learn.scenes.work import (
    CHEAP,
    PROBE,
    TRAINING,
    Found,
    Job,
    Point,
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
CHART = "sweep"


def draw_sweep(task: Task, candidates: Sequence[Candidate], *, is_resting: bool) -> list[Stage]:
    """Draw a chart for each metric against a setting that the reader chooses.

    Parameters
    ----------
    task, candidates
        The scene.
    is_resting
        Whether the scene above is whole: until then the chart stays as it is.

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
    asked = _Swept(knob, task, candidate)
    found = aside().ask([*asked.late, *asked.soon])
    shown = _shown(asked, is_resting)
    seen = found if shown == asked else aside().found([*shown.late, *shown.soon])
    _draw(shown, seen)
    if shown != asked and not is_resting:
        return []  # it waits for the scene, not for anything of its own
    return [Stage(aside(), asked.soon, seen), Stage(aside(), asked.late, seen)]


class _Swept(NamedTuple):
    """A chart of the sweep: the setting that is moved, and the scene in which it is."""

    knob: str
    task: Task
    candidate: Candidate

    @property
    def points(self) -> tuple[Point, ...]:
        return sweep_points(self.task, self.candidate, self.knob)

    @property
    def soon(self) -> list[Job]:
        return jobs_of(self.points, CHEAP, PROBE, TRAINING)

    @property
    def late(self) -> list[Job]:
        return slow_jobs_of(self.points)


def _shown(asked: _Swept, is_resting: bool) -> _Swept:  # noqa: FBT001
    """Choose what to draw: while a slider moves, the chart stays as it was before.

    Drawn anew at every step it would keep the browser from following the slider.
    """
    last = cast("_Swept | None", state.drawn(CHART))
    if last is not None and not (is_resting and aside().has_all(asked.soon)):
        is_same = (last.knob, last.candidate.name) == (asked.knob, asked.candidate.name)
        if is_same and aside().has_all(last.soon):
            return last
    state.note_drawn(CHART, asked)
    return asked


def _draw(swept: _Swept, found: Found) -> None:
    knob, task, candidate = swept
    curves = sweep_of(
        knob,
        [opinion_of(found, *point) for point in swept.points],
        [training_of(found, *point) for point in swept.points],
    )
    here = getattr(task if KNOBS[knob].whose == "task" else candidate, knob)
    show_chart(
        sweep_figure(curves, here),
        key=CHART,
        title=f"{KNOBS[knob].title}, candidate {candidate.name}",
        alt=f"A small chart for training, the probe and each metric against one setting: {KNOBS[knob].title}",
        table=partial(sweep_table, curves),
    )
