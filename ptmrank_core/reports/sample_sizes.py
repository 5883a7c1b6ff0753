"""How the order settles with the number of samples: curves, what they say, and their figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import SizeCurve, consensus_draws, size_curve
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.evidence import CONSENSUS, contender_title
from ptmrank_core.reports.figures import class_marker
from ptmrank_core.reports.table import Column, Table, fixed
from ptmrank_core.reports.tables import scores_by_metric

__all__ = ["curves_of", "curves_payload", "size_verdict", "sizes_figure", "sizes_table"]

# Kendall's tau of half the samples with all of them; between the two neighbours still change places.
SETTLED, UNSETTLED = 0.9, 0.7
Draws = list[list[dict[str, float]]]


def curves_of(result: RunResult, ranking: Ranking) -> dict[str, SizeCurve]:
    """Collect the curve of every metric that was scored on fewer samples, and that of the consensus first.

    The consensus over parts of the samples has the votes of the whole, as far as those metrics were scored on
    parts.
    """
    payloads = {
        own.subject: own.payload for own in result.findings if own.kind == "sample-size" and own.payload
    }
    if not payloads:
        return {}
    sizes = next(iter(payloads.values()))["sizes"]
    draws = {
        metric: _draws(metric, {model: own["scores"] for model, own in payloads.items()}, len(sizes))
        for metric in next(iter(payloads.values()))["scores"]
    }
    full = scores_by_metric(result.cells)
    directions = {metric: METRICS[metric].higher_is_better for metric in result.plan.metrics}
    votes = {name: ranking.votes[name].weight if ranking.votes else 1.0 for name in ranking.metrics_used}
    joined = consensus_draws(draws, votes, directions)
    curves = {
        metric: size_curve(sizes, own, full[metric], higher_is_better=directions[metric])
        for metric, own in draws.items()
        if metric in full
    }
    if joined:
        curves = {
            CONSENSUS: size_curve(sizes, joined, ranking.mean_ranks, higher_is_better=False),
            **curves,
        }
    return {name: curve for name, curve in curves.items() if any(tau is not None for tau in curve.tau)}


def _draws(metric: str, scores: Mapping[str, Mapping[str, Any]], n_sizes: int) -> Draws:
    """Scores of one metric: size -> draw -> model -> value, joined over the models where it is defined so."""
    combine = METRICS[metric].combine
    found: Draws = []
    for size in range(n_sizes):
        columns = {model: own[metric][size] for model, own in scores.items() if metric in own}
        n_draws = max(map(len, columns.values()), default=0)
        found.append([])
        for draw in range(n_draws):
            own = {model: values[draw] for model, values in columns.items() if values[draw] is not None}
            found[-1].append(combine(own) if combine else own)
    return found


def size_verdict(curve: SizeCurve, n_samples: int) -> str:
    """Say in one sentence whether more labels would change the order; empty where nothing can be said."""
    known = [(size, tau) for size, tau in zip(curve.sizes, curve.tau, strict=True) if tau is not None]
    upto_half = [pair for pair in known if pair[0] <= 0.55 * n_samples]
    if not upto_half:
        return ""
    size, tau = upto_half[-1]
    said = f"With {size:.0f} of the {n_samples} samples the order agrees with that of all at τ = {tau:.2f}: "
    if tau >= SETTLED:
        return f"{said}you have enough labels; more would hardly change it."
    if tau >= UNSETTLED:
        return f"{said}the order is nearly settled; more labels may still swap neighbours."
    return f"{said}it has not settled; label more before you trust it."


def curves_payload(curves: Mapping[str, SizeCurve], n_samples: int) -> dict[str, Any]:
    """Curves as JSON, and what that of the consensus says."""
    found: dict[str, Any] = {
        name: {
            "sizes": list(curve.sizes),
            "tau": list(curve.tau),
            "low": list(curve.low),
            "high": list(curve.high),
        }
        for name, curve in curves.items()
    }
    return {
        "curves": found,
        "verdict": size_verdict(curves[CONSENSUS], n_samples) if CONSENSUS in curves else "",
    }


def sizes_figure(curves: Mapping[str, SizeCurve], shown: Sequence[str], n_samples: int) -> go.Figure:
    """Draw tau against the number of samples, one line for each of some contenders; bars span the draws.

    Parameters
    ----------
    curves
        Of all contenders.
    shown
        Names of those that are drawn.
    n_samples
        Number of all samples, where every curve ends at 1.
    """
    figure = go.Figure()
    for index, name in enumerate(shown):
        curve = curves[name]
        rows = [
            (size, tau, low, high)
            for size, tau, low, high in zip(curve.sizes, curve.tau, curve.low, curve.high, strict=True)
            if tau is not None and low is not None and high is not None
        ]
        figure.add_scatter(
            x=[*(row[0] for row in rows), n_samples],
            y=[*(row[1] for row in rows), 1.0],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [*(row[3] - row[1] for row in rows), 0.0],
                "arrayminus": [*(row[1] - row[2] for row in rows), 0.0],
                "thickness": 1,
                "width": 3,
            },
            mode="lines+markers",
            name=contender_title(name),
            marker=class_marker(index, size=8),
            line={"width": 3 if name == CONSENSUS else 1.5},
            hovertemplate="%{x:.0f} samples: τ = %{y:.2f}<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(title="samples", rangemode="tozero")
    figure.update_yaxes(title="Kendall τ with the order on all", range=[-1.05, 1.05], zeroline=False)
    if figure.data and min(min(trace.y) for trace in figure.data) >= 0:
        figure.update_yaxes(range=[-0.02, 1.05])
    figure.update_layout(
        height=380,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    return figure


def sizes_table(curves: Mapping[str, SizeCurve], shown: Sequence[str]) -> Table:
    """Write the curves of some contenders: a row for each number of samples."""
    columns = (
        Column("contender", "order by"),
        Column("n_samples", "samples", "integer"),
        Column("tau", "Kendall τ with the order on all", "number", fixed(2)),
        Column("low", "least of the draws", "number", fixed(2)),
        Column("high", "greatest", "number", fixed(2)),
    )
    records = [
        {"contender": contender_title(name), "n_samples": round(size), "tau": tau, "low": low, "high": high}
        for name in shown
        for size, tau, low, high in zip(
            curves[name].sizes, curves[name].tau, curves[name].low, curves[name].high, strict=True
        )
    ]
    return Table.of("sizes", "How the order settles", columns, records)
