"""A race as curves: what each model reaches while it is trained."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import plotly.graph_objects as go

from ptmrank_core.records import DoseStage
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, INK, class_marker
from ptmrank_core.results.phrases import plural, strip_bidi
from ptmrank_core.results.race import (
    RaceCurve,
    RacePoint,
    RaceRow,
    RaceSoFar,
    final_clock,
    race_curves,
    race_rows,
    stage_titles,
)

__all__ = ["AGAINST", "RaceAxis", "race_figure", "say_race_figure", "say_race_marks"]

RaceAxis: TypeAlias = Literal["clock", "seconds", "passes"]
AGAINST: Mapping[RaceAxis, str] = MappingProxyType(
    {
        "clock": "seconds of training in the race",
        "seconds": "seconds of training of the model",
        "passes": "passes over the training samples",
    }
)
"""What the curves can be drawn against -> title of the axis."""
LINE_CHARS, MAX_LINES = 56, 5
OUT: Mapping[str, Any] = MappingProxyType({"legendgroup": "out", "legendrank": 1004})


def race_figure(so_far: RaceSoFar, *, against: RaceAxis = "clock") -> go.Figure:
    """Draw a line for each model: thin, grey and ending in a cross if it is out, bold if it leads.

    A model that no dose trained is a mark at the beginning, at what it is expected to reach.

    Parameters
    ----------
    so_far
        A race with at least one value.
    against
        One of :data:`AGAINST`.
    """
    figure, titles = go.Figure(), stage_titles(so_far)
    for row in untrained_of(so_far):
        _add_untrained(figure, row)
    places = {model: place for place, model in enumerate(dict.fromkeys(dose.model for dose in so_far.doses))}
    for curve in reversed(race_curves(so_far)):
        if curve.standing == "out":
            look = {"line": {"color": GREY, "width": 1}, "marker": _cross(curve), **OUT}
            _add_line(figure, curve, against, titles, **look)
            continue
        is_ahead = curve.standing != "in"
        marker = _marker(places[curve.model], size=9 if is_ahead else 7)
        line = {"color": marker["color"], "width": 4 if is_ahead else 1.75}
        title = f"{curve.model} ({curve.standing})" if is_ahead else curve.model
        rank = 1000 if is_ahead else 1001
        _add_line(figure, curve, against, titles, line=line, marker=marker, name=title, legendrank=rank)
    _name_out(figure)
    _add_final(figure, so_far, against)
    figure.update_xaxes(title=AGAINST[against], rangemode="tozero", zeroline=False)
    figure.update_yaxes(title=so_far.measure_title, zeroline=False)
    figure.update_layout(
        height=420,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    return figure


def untrained_of(so_far: RaceSoFar) -> list[RaceRow]:
    """List the models that no dose has given a value, and of which something is expected."""
    return [row for row in race_rows(so_far) if row.value is None and row.expected is not None]


def say_race_figure(so_far: RaceSoFar) -> str:
    """Say what the figure shows, in one sentence, for readers who cannot see it."""
    curves, untrained = race_curves(so_far), untrained_of(so_far)
    ends = [f"{curve.model} {curve.points[-1].value:.3f}" for curve in curves if curve.standing != "out"]
    said = [f"{so_far.measure_title} of {plural(len(curves), 'model')} while trained: {', '.join(ends)}"]
    if untrained:
        said.append(f"what {plural(len(untrained), 'model')} without training may reach")
    if n_out := sum(row.is_out for row in race_rows(so_far)):
        said.append(f"{plural(n_out, 'model')} {'is' if n_out == 1 else 'are'} out")
    return "; ".join(said)


def say_race_marks(so_far: RaceSoFar) -> str:
    """Explain the marks of the figure, only those that are in it."""
    said = ["Each point is what a model reaches on the samples that choose, which are not trained on."]
    standings = {curve.standing for curve in race_curves(so_far)}
    untrained = untrained_of(so_far)
    if untrained:
        said.append("At the beginning: what models that were not trained are expected to reach.")
    if "out" in standings or any(row.is_out for row in untrained):
        said.append("Grey cross: out of the race.")
    if standings & {"leads", "won"}:
        said.append("Bold: the winner." if "won" in standings else "Bold: the leader.")
    if so_far.race.final is not None:
        said.append("Star: its final training, on the samples that judge, with a 90 % interval.")
    return " ".join(said)


def _add_line(
    figure: go.Figure,
    curve: RaceCurve,
    against: RaceAxis,
    titles: Mapping[DoseStage, str],
    **look: Any,
) -> None:
    """Draw one model; its name, what was trained and why it is out are in the hover."""
    reason = _lines(curve.reason)
    figure.add_scatter(
        x=[getattr(point, against) for point in curve.points],
        y=[point.value for point in curve.points],
        customdata=[[curve.model, titles[point.stage], *reason] for point in curve.points],
        mode="lines+markers",
        hovertemplate=_hover("%{customdata[0]}: %{y:.3f}", 1 + len(reason)),
        cliponaxis=False,
        **look,
    )


def _add_untrained(figure: go.Figure, row: RaceRow) -> None:
    """Mark what a model is expected to reach that was not trained in the race."""
    own = row.expected
    if own is None:
        return
    lines = [f"90 % interval: {own.low:.3f} to {own.high:.3f}", *_lines(row.reason)]
    look = (
        OUT if row.is_out else {"legendgroup": "untrained", "legendrank": 1003, "name": "not trained (yet)"}
    )
    figure.add_scatter(
        x=[0.0],
        y=[own.value],
        customdata=[[row.model, *lines]],
        mode="markers",
        marker={"color": GREY, "symbol": "x" if row.is_out else "circle-open", "size": 9, "opacity": 1},
        hovertemplate=_hover("%{customdata[0]}: expected %{y:.3f}", len(lines)),
        cliponaxis=False,
        showlegend=row.is_out or all(trace.legendgroup != "untrained" for trace in figure.data),
        **look,
    )


def _lines(reason: str) -> list[str]:
    """Break a sentence into lines of a hover."""
    return textwrap.wrap(strip_bidi(reason), LINE_CHARS, max_lines=MAX_LINES, placeholder=" …")


def _hover(first: str, n_lines: int) -> str:
    """Write a hover of a first line and some lines of data."""
    lines = [f"%{{customdata[{place}]}}" for place in range(1, 1 + n_lines)]
    return "<br>".join([first, *lines]) + "<extra></extra>"


def _name_out(figure: go.Figure) -> None:
    """Give all models that are out one entry in the legend."""
    out = [trace for trace in figure.data if trace.legendgroup == OUT["legendgroup"]]
    for place, trace in enumerate(out):
        trace.update(name=f"out: {plural(len(out), 'model')}", showlegend=place == 0)


def _marker(place: int, *, size: int) -> dict[str, Any]:
    """Choose a look by when a model was first trained, so that it keeps it; never the grey of those out."""
    n_colours = len(BRIGHT) - 1
    return {**class_marker(place + place // n_colours, size=size), "opacity": 1}


def _cross(curve: RaceCurve) -> dict[str, Any]:
    """Mark the points of a model that is out: small, and the last with a cross."""
    n_before = len(curve.points) - 1
    return {
        "color": GREY,
        "symbol": ["circle"] * n_before + ["x"],
        "size": [4] * n_before + [9],
        "opacity": 1,
        "line": {"width": 0},
    }


def _add_final(figure: go.Figure, so_far: RaceSoFar, against: RaceAxis) -> None:
    """Mark what the winner reaches after its final training, with its interval."""
    final = so_far.race.final
    if final is None:
        return
    own = next((c.points for c in race_curves(so_far) if c.model == so_far.race.winner), ())
    figure.add_scatter(
        x=[_end(so_far, own, against)],
        y=[final.value],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [final.high - final.value],
            "arrayminus": [final.value - final.low],
            "thickness": 1.5,
            "color": INK,
        },
        customdata=[[so_far.race.winner, final.low, final.high]],
        mode="markers",
        name="final training, on held-out samples",
        marker={"symbol": "star", "size": 15, "color": INK},
        hovertemplate=(
            "%{customdata[0]}: %{y:.3f}<br>90 % interval: %{customdata[1]:.3f} to %{customdata[2]:.3f}"
            "<extra></extra>"
        ),
        cliponaxis=False,
        legendrank=1002,
    )


def _end(so_far: RaceSoFar, points: Sequence[RacePoint], against: RaceAxis) -> float:
    """Place the final training on an axis: it begins anew, after every dose."""
    final, parts = so_far.race.final, so_far.race.parts
    if final is None:
        return 0.0
    if against == "passes":
        return final.epochs * final.n_train / max(parts.training, 1)
    if against == "seconds":
        return final.seconds + (points[-1].seconds if points else 0.0)
    return final_clock(so_far)
