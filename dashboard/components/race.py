"""A race as it stands: how much time is left, who leads, what each model reaches, who is out and why.

The results show it, and so does the run page while it is at work.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.wording import plain, say_duration
from ptmrank_core.events import RaceStep
from ptmrank_core.records import Expectation, RunResult
from ptmrank_core.reports.figures.race import race_figure, say_race_figure, say_race_marks
from ptmrank_core.reports.tables.race import race_table
from ptmrank_core.results.phrases import percent
from ptmrank_core.results.race import (
    RacePhase,
    RaceRow,
    RaceSoFar,
    race_rows,
    race_sentence,
    say_parts,
    say_training,
    stage_titles,
)

__all__ = ["show_race", "show_time"]

SHOWN_OUT = 8  # the other ones that are out can be opened
TITLES = ("Model", "Trained", "Reaches", "In the end", "Best")
COLUMNS = (
    "Reaches: on the samples that choose. In the end: what the final training is expected to reach, with a "
    "90 % interval. Best: the chance that this model then reaches most."
)
EXPECTED = "What each model is expected to reach, before any of them is trained"
AHEAD = ":material/flag: "


def show_time(so_far: RaceSoFar, step: RaceStep | None) -> None:
    """Draw who leads a race that a worker is on, how much time is left, and what is trained now.

    Parameters
    ----------
    so_far
        The race.
    step
        The dose at work; ``None`` before the first one.
    """
    limit = so_far.race.seconds_limit
    left = so_far.seconds_left if step is None else step.seconds_left
    share = min(1.0, max(0.0, 1 - left / limit)) if limit > 0 else 1.0
    st.progress(share, text=f"{plain(race_sentence(so_far))} At most {say_duration(left)} left.")
    if step is not None:
        st.caption(f":material/hourglass_top: {_say_step(step, so_far)}")


def _say_step(step: RaceStep, so_far: RaceSoFar) -> str:
    """Say what is trained now; Markdown."""
    return f"Now {plain(step.model)}: {stage_titles(so_far)[step.stage]} ({percent(step.share)} done)."


def show_race(result: RunResult, so_far: RaceSoFar) -> None:
    """Draw what the race of a run found so far; nothing of one that did not begin."""
    if so_far.phase is RacePhase.REFUSED:
        return
    rows = race_rows(so_far)
    if any(row.value is not None or row.expected is not None for row in rows):
        show_chart(
            race_figure(so_far),
            key="race-curves",
            title="What does each reach while it is trained?",
            alt=say_race_figure(so_far) if so_far.compared else EXPECTED,
            table=lambda: race_table(result),
        )
        st.caption(say_race_marks(so_far) if so_far.compared else f"{EXPECTED}.")
    _show_rows(rows, so_far.measure)
    for remark in filter(None, (say_parts(so_far), say_training(so_far), *so_far.race.notes)):
        st.caption(plain(remark))


def _show_rows(rows: Sequence[RaceRow], measure: str) -> None:
    """Draw the models that are still in as a table, and those that are out with their reasons."""
    inside = [_say_row(row, measure) for row in rows if not row.is_out]
    if inside:
        lines = [TITLES, ("---",) * len(TITLES), *inside]
        text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        st.markdown(text.replace(" %", "\N{NO-BREAK SPACE}%"))
        st.caption(COLUMNS)
    outside = [f"- ~~{plain(row.model)}~~: {plain(row.reason)}" for row in rows if row.is_out]
    if outside:
        st.markdown(f"**Out of the race ({len(outside)})**\n\n" + "\n".join(outside[:SHOWN_OUT]))
    if len(outside) > SHOWN_OUT:
        with st.expander("The other models that are out"):
            st.markdown("\n".join(outside[SHOWN_OUT:]))


def _say_row(row: RaceRow, measure: str) -> tuple[str, ...]:
    """Write the cells of a model that is still in; Markdown."""
    ahead = AHEAD if row.standing in {"leads", "won"} else ""
    return (
        f"{ahead}{plain(row.model)}",
        "nothing yet" if row.stage is None else _say_trained(row),
        "–" if row.value is None else _say_value(measure, row.value),
        _say_expected(row.expected, measure),
        percent(row.chance_best),
    )


def _say_trained(row: RaceRow) -> str:
    """Say how far a model is trained."""
    if row.stage is None or row.stage == "head":
        return "a head"
    return f"{row.passes:.2g} {'pass' if row.passes == 1 else 'passes'}"


def _say_expected(expected: Expectation | None, measure: str) -> str:
    """Write an expectation with its interval."""
    if expected is None:
        return "–"
    ends = (expected.value, expected.low, expected.high)
    if measure == "accuracy":
        value, low, high = (percent(share).removesuffix(" %") for share in ends)
        return f"{value} % ({low}–{high})"
    value, low, high = (f"{own:.2f}" for own in ends)
    return f"{value} ({low}–{high})"


def _say_value(measure: str, value: float) -> str:
    return percent(value, 1) if measure == "accuracy" else f"{value:.3f}"
