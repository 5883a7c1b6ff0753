"""A race as curves: what each model reaches while it is trained."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import plotly.graph_objects as go

from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, INK, class_marker
from ptmrank_core.results.phrases import plural, strip_bidi
from ptmrank_core.results.race import STAGE_TITLES, RaceCurve, RacePoint, RaceSoFar, final_clock, race_curves

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


def race_figure(so_far: RaceSoFar, *, against: RaceAxis = "clock") -> go.Figure:
    """Draw a line for each model: thin, grey and ending in a cross if it is out, bold if it leads.

    Parameters
    ----------
    so_far
        A race with at least one value.
    against
        One of :data:`AGAINST`.
    """
    curves = race_curves(so_far)
    out = [curve for curve in curves if curve.standing == "out"]
    others = [curve for curve in curves if curve.standing == "in"]
    ahead = [curve for curve in curves if curve.standing in {"leads", "won"}]
    figure = go.Figure()
    for place, curve in enumerate(out):
        title = f"out: {plural(len(out), 'model')}"
        look = {"legendgroup": "out", "legendrank": 1003, "showlegend": place == 0}
        _add_line(
            figure, curve, against, title, line={"color": GREY, "width": 1}, marker=_cross(curve), **look
        )
    for place, curve in enumerate(others, start=1):
        marker = class_marker(place, size=7)
        line = {"color": marker["color"], "width": 1.75}
        _add_line(figure, curve, against, curve.model, line=line, marker=marker, legendrank=1001)
    for curve in ahead:
        title = f"{curve.model} ({curve.standing})"
        marker = {**class_marker(0, size=9), "opacity": 1}
        _add_line(figure, curve, against, title, line={"color": BRIGHT[0], "width": 4}, marker=marker)
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


def say_race_figure(so_far: RaceSoFar) -> str:
    """Say what the figure shows, in one sentence, for readers who cannot see it."""
    curves = race_curves(so_far)
    ends = [f"{curve.model} {curve.points[-1].value:.3f}" for curve in curves if curve.standing != "out"]
    n_out = sum(curve.standing == "out" for curve in curves)
    out = f"; {plural(n_out, 'model')} {'is' if n_out == 1 else 'are'} out" if n_out else ""
    models = plural(len(curves), "model")
    return f"{so_far.measure_title} of {models} while they are trained: {', '.join(ends)}{out}"


def say_race_marks(so_far: RaceSoFar) -> str:
    """Explain the marks of the figure, only those that are in it."""
    said = ["Each point is what a model reaches on the samples that choose, which are not trained on."]
    standings = {curve.standing for curve in race_curves(so_far)}
    if "out" in standings:
        said.append("Thin and grey, with a cross at the end: out of the race.")
    if standings & {"leads", "won"}:
        said.append("Bold: the winner." if "won" in standings else "Bold: the leader.")
    if so_far.race.final is not None:
        said.append("Star: its final training, on the samples that judge, with a 90 % interval.")
    return " ".join(said)


def _add_line(
    figure: go.Figure, curve: RaceCurve, against: RaceAxis, title: str, *, line: Any, marker: Any, **look: Any
) -> None:
    """Draw one model; its name, what was trained and why it is out are in the hover."""
    reason = textwrap.wrap(strip_bidi(curve.reason), LINE_CHARS, max_lines=MAX_LINES, placeholder=" …")
    reasons = "".join(f"<br>%{{customdata[{2 + place}]}}" for place in range(len(reason)))
    figure.add_scatter(
        x=[getattr(point, against) for point in curve.points],
        y=[point.value for point in curve.points],
        customdata=[[curve.model, STAGE_TITLES[point.stage], *reason] for point in curve.points],
        mode="lines+markers",
        name=title,
        line=line,
        marker=marker,
        hovertemplate=f"%{{customdata[0]}}: %{{y:.3f}}<br>%{{customdata[1]}}{reasons}<extra></extra>",
        cliponaxis=False,
        **look,
    )


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
