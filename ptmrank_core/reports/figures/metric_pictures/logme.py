"""What LogME sees: the evidence over both precisions, and the path of its iteration to the top."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.logme import LogmeRecord, evidence_surface
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words, gap_before
from ptmrank_core.reports.figures.style.rank_colours import RANKS
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, INK
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["IS_OF_ONE_CLASS", "live_formula", "picture", "table", "words"]

IS_OF_ONE_CLASS = True
MOST_MARKS = 20
LEVELS = 14
LEAST_PIXELS = 640
BARS = 0.32  # of the width
# What is worse than so many parts of the surface is all in the colour of the worst: it is of no interest.
WORST = 0.4
BAR = {
    "title": {"text": "log evidence, nats", "side": "bottom"},
    "orientation": "h",
    "x": 0.0,
    "xanchor": "left",
    "y": -0.24,
    "yanchor": "top",
    "len": 0.5,
    "thickness": 12,
    "nticks": 6,
}
SCALE = [[1 - share, color] for share, color in reversed(RANKS.scale())]  # type: ignore[operator]


def picture(record: LogmeRecord, view: View) -> go.Figure:
    """Draw the evidence of the chosen target with the path on it, and the evidence of every target."""
    shown = _shown(record, view)
    gap = gap_before(view.short_names(shown), LEAST_PIXELS)
    figure = make_subplots(1, 2, column_widths=[1 - BARS, BARS], horizontal_spacing=gap)
    _add_surface(figure, record, view)
    _add_path(figure, record, view)
    figure.add_scatter(
        y=list(range(len(shown))),
        x=record.evidence[shown],
        mode="markers",
        marker={"size": 10, "color": [BRIGHT[0] if target == view.chosen else GREY for target in shown]},
        showlegend=False,
        hovertemplate="%{x:.3f} nats<extra></extra>",
        row=1,
        col=2,
    )
    figure.add_vline(record.value, line={"color": BRIGHT[1], "dash": "dot", "width": 2}, row=1, col=2)
    ticks = {"tickvals": list(range(len(shown))), "ticktext": view.short_names(shown)}
    figure.update_yaxes(**ticks, autorange="reversed", zeroline=False, row=1, col=2)
    figure.update_xaxes(title="log evidence, nats", nticks=4, zeroline=False, row=1, col=2)
    finish(figure, height=480, least_width=LEAST_PIXELS, bottom=110)
    return figure


def _add_surface(figure: go.Figure, record: LogmeRecord, view: View) -> None:
    """Draw the contours of the evidence over the logarithms of both precisions."""
    surface = evidence_surface(record, view.chosen)
    low, high = float(np.quantile(surface.evidence, WORST)), float(surface.evidence.max())
    figure.add_trace(
        go.Contour(
            x=surface.alphas,
            y=surface.betas,
            z=np.clip(surface.evidence, low, high).astype(np.float32),
            colorscale=SCALE,
            contours={"start": low, "end": high, "size": (high - low) / LEVELS or 1.0},
            line={"width": 0.5, "color": GREY},
            colorbar=BAR,
            hovertemplate="alpha %{x:.3g}, beta %{y:.3g}: %{z:.3f} nats<extra></extra>",
        ),
        row=1,
        col=1,
    )
    axis = {"type": "log", "exponentformat": "power", "dtick": 1, "zeroline": False}
    figure.update_xaxes(title="alpha, precision of the weights", **axis, row=1, col=1)
    figure.update_yaxes(title="beta, precision of the noise", **axis, row=1, col=1)


def _add_path(figure: go.Figure, record: LogmeRecord, view: View) -> None:
    """Draw the iteration: a mark for the start and for each round, a star where it stopped."""
    path, evidence = record.path[view.chosen], record.path_evidence[view.chosen]
    n_rounds = len(path) - 1
    figure.add_trace(
        go.Scatter(
            x=path[:, 0],
            y=path[:, 1],
            mode="lines+markers",
            line={"color": BRIGHT[1], "width": 2},
            marker={
                "color": BRIGHT[1],
                "size": [8] + [5] * (n_rounds - 1) + [14],
                "symbol": ["circle-open"] + ["circle"] * (n_rounds - 1) + ["star"],
                "line": {"color": INK, "width": 1},
            },
            customdata=np.column_stack([np.arange(n_rounds + 1), evidence]),
            hovertemplate="round %{customdata[0]}: alpha %{x:.3g}, beta %{y:.3g}, %{customdata[1]:.4f} nats"
            "<extra></extra>",
            name=f"{plural(n_rounds, 'round')} of the iteration",
            showlegend=True,
        ),
        row=1,
        col=1,
    )


def _shown(record: LogmeRecord, view: View) -> list[int]:
    """Return which targets have a mark: all, or the chosen one and those with the least and most evidence."""
    n_targets = len(record.evidence)
    if n_targets <= MOST_MARKS:
        return list(range(n_targets))
    order = np.argsort(record.evidence, kind="stable").tolist()
    half = MOST_MARKS // 2
    return sorted({view.chosen, *order[:half], *order[-half + 1 :]})


def table(record: LogmeRecord, view: View) -> Table:
    """List the iteration of the chosen target, then where that of every target stopped."""
    columns = (
        Column("target", "class against the rest"),
        Column("round", "round", "integer"),
        Column("alpha", "alpha", "number", "%.4g"),
        Column("beta", "beta", "number", "%.4g"),
        Column("evidence", "log evidence for each sample", "number", fixed(5)),
    )
    chosen = view.chosen
    steps = zip(record.path[chosen].tolist(), record.path_evidence[chosen].tolist(), strict=True)
    records = [
        {"target": view.class_names[chosen], "round": step, "alpha": a, "beta": b, "evidence": nats}
        for step, ((a, b), nats) in enumerate(steps)
    ]
    records += [
        {
            "target": view.class_names[target],
            "round": len(path) - 1,
            "alpha": float(record.alpha[target]),
            "beta": float(record.beta[target]),
            "evidence": float(record.evidence[target]),
        }
        for target, path in enumerate(record.path)
        if target != chosen
    ]
    return Table.of("evidence", "Evidence on the way, and where each class stopped", columns, records)


def live_formula(record: LogmeRecord, view: View) -> str:
    """Put the numbers of the chosen target into the formula, then the mean over the targets."""
    n, target = record.n_samples, view.chosen
    first, *others = signed(record.terms[target].tolist())
    alpha, beta = number(float(record.alpha[target])), number(float(record.beta[target]))
    every = few_terms(signed(record.evidence.tolist()))
    n_targets = len(record.evidence)
    return lines(
        rf"&\alpha={alpha},\quad\beta={beta}",
        rf"&\tfrac1N\ln p(t_{{{target + 1}}}\mid F,\alpha,\beta)",
        rf"&\quad=\tfrac1{{2\cdot{n}}}\big[{first}{''.join(others)}\big]",
        rf"&\quad={number(float(record.evidence[target]), 4)}",
        rf"&\text{{mean of }}{n_targets}\text{{: }}\tfrac1{{{n_targets}}}\big({every}\big)",
        rf"&\quad={number(record.value, 4)}",
    )


def words(record: LogmeRecord, view: View) -> Words:
    """Say what the picture shows."""
    chosen = view.chosen
    n_targets, n_rounds = len(record.evidence), len(record.path[chosen]) - 1
    alpha, beta = record.alpha[chosen], record.beta[chosen]
    left_out = ""
    if n_targets > MOST_MARKS:
        n_shown = len(_shown(record, view))
        left_out = f"Of {n_targets:,} classes the {n_shown} of the least and the most evidence are drawn."
    return Words(
        "How probable are the labels under a linear model, and at which precisions?",
        f"The log evidence of {view.class_names[chosen]} against the rest over both precisions. "
        f"The iteration stops after {plural(n_rounds, 'round')} at alpha {alpha:.3g} and beta {beta:.3g} "
        f"with {record.evidence[chosen]:.4g} nats for each sample; the mean over {n_targets} classes is "
        f"{record.value:.4g}.",
        "The path climbs to the top of the hill: features that explain a class allow little noise, a large "
        "beta, and the hill is high; where they know nothing it stays low and flat, however many there are.",
        left_out,
    )
