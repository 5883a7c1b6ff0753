"""Negative controls of a run: rows of their own beside the candidates, and who does not beat them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Standing, models_not_better, standing_among
from ptmrank_core.records import Ranking, RunResult, Score
from ptmrank_core.reports.figures import BRIGHT, GREY
from ptmrank_core.reports.table import Column, Table, shared_format
from ptmrank_core.reports.tables import scores_by_metric

__all__ = [
    "Control",
    "control_sentences",
    "controls_figure",
    "controls_of",
    "controls_payload",
    "controls_table",
    "standings_of",
]

PERMUTED = "permuted:"
ROW_PIXELS = 28


@dataclass(frozen=True, slots=True)
class Control:
    """A row that is scored as a candidate is, but is none.

    Parameters
    ----------
    title
        What it is.
    n_features
        Width of its features.
    scores
        Metric -> its score, comparable with those of the candidates.
    not_better
        Metric -> the candidates whose score is no better.
    """

    title: str
    n_features: int
    scores: Mapping[str, float]
    not_better: Mapping[str, tuple[str, ...]]

    def unbeaten_by(self) -> tuple[str, ...]:
        """List the candidates that do not beat it under most of the metrics with both scores."""
        n_metrics = len(self.not_better)
        counts: dict[str, int] = {}
        for models in self.not_better.values():
            for model in models:
                counts[model] = counts.get(model, 0) + 1
        return tuple(model for model, count in counts.items() if 2 * count > n_metrics)


def _payloads(result: RunResult) -> dict[str, Mapping[str, Any]]:
    return {own.subject: own.payload for own in result.findings if own.kind == "controls" and own.payload}


def _components(result: RunResult, metric: str) -> dict[str, Mapping[str, float]]:
    """Components of the candidates under a metric that is defined over all of them."""
    return {
        cell.model: cell.components
        for cell in result.cells
        if isinstance(cell, Score) and cell.metric == metric
    }


def _comparable(metric: str, value: Any, name: str, components: Mapping[str, Mapping[str, float]]) -> float:
    """Put a control's value on the scale of the candidates; ``name`` is whom it stands in for, or new."""
    combine = METRICS[metric].combine
    if combine is None:
        return float(value)
    if len(value) == 1:  # a single component has nothing to be joined with
        return float(next(iter(value.values())))
    return combine({**components, name: value})[name]


def controls_of(result: RunResult, ranking: Ranking) -> list[Control]:
    """Collect the controls that are rows: plain features and untrained twins."""
    full = scores_by_metric(result.cells)
    rows = []
    for subject, payload in _payloads(result).items():
        if subject.startswith(PERMUTED):
            continue
        scores = {
            metric: _comparable(metric, value, subject, _components(result, metric))
            for metric, value in payload["scores"].items()
        }
        not_better = {
            metric: models_not_better(
                {model: full[metric][model] for model in ranking.per_metric[metric]},
                score,
                higher_is_better=METRICS[metric].higher_is_better,
            )
            for metric, score in scores.items()
            if metric in full
        }
        rows.append(Control(payload["title"], payload["n_features"], scores, not_better))
    return rows


def standings_of(result: RunResult) -> dict[str, dict[str, Standing]]:
    """Tell where each score stands among those of permuted labels: metric -> model -> standing."""
    full = scores_by_metric(result.cells)
    found: dict[str, dict[str, Standing]] = {}
    for subject, payload in _payloads(result).items():
        if not subject.startswith(PERMUTED):
            continue
        model = subject.removeprefix(PERMUTED)
        for metric, values in payload["scores"].items():
            score = full.get(metric, {}).get(model)
            if score is None:
                continue
            components = _components(result, metric)
            permuted = [_comparable(metric, own, model, components) for own in values if own is not None]
            standing = standing_among(score, permuted, higher_is_better=METRICS[metric].higher_is_better)
            if standing is not None:
                found.setdefault(metric, {})[model] = standing
    return found


def control_sentences(
    controls: Sequence[Control], standings: Mapping[str, Mapping[str, Standing]]
) -> list[str]:
    """Say plainly who does not beat a control, and where labels that mean nothing score as well."""
    said = []
    for control in controls:
        losers = control.unbeaten_by()
        n_metrics = len(control.not_better)
        if losers:
            said.append(
                f"{control.title}: not beaten under most of {n_metrics} metrics by {', '.join(losers)}."
            )
        elif n_metrics:
            said.append(
                f"{control.title}: every candidate beats it under half or more of {n_metrics} metrics."
            )
    weak = {
        METRICS[metric].title: [model for model, own in standings[metric].items() if not own.stands_out]
        for metric in standings
    }
    n_draws = max((own.n_draws for by_model in standings.values() for own in by_model.values()), default=0)
    for title, models in weak.items():
        if models:
            said.append(
                f"{title}: as good with permuted labels as with the real ones, at least once in {n_draws}, "
                f"for {', '.join(models)}."
            )
    if standings and not any(weak.values()):
        said.append(f"Permuted labels: no score of {n_draws} permutations is as good as the real one.")
    return said


def controls_payload(result: RunResult, ranking: Ranking) -> dict[str, Any]:
    """Build the JSON of the controls: rows, standings among permuted labels, and what it comes to."""
    controls, standings = controls_of(result, ranking), standings_of(result)
    problems = {own.subject: own.problem for own in result.findings if own.kind == "controls" and own.problem}
    return {
        "rows": [
            {
                "title": control.title,
                "n_features": control.n_features,
                "scores": dict(control.scores),
                "not_better": {metric: list(models) for metric, models in control.not_better.items()},
                "unbeaten_by": list(control.unbeaten_by()),
            }
            for control in controls
        ],
        "permuted": {
            metric: {
                model: {"n_draws": s.n_draws, "n_as_good": s.n_as_good, "low": s.low, "high": s.high}
                for model, s in own.items()
            }
            for metric, own in standings.items()
        },
        "problems": problems,
        "sentences": control_sentences(controls, standings),
    }


def controls_table(
    metric: str,
    scores: Mapping[str, float],
    order: Sequence[str],
    controls: Sequence[Control],
    standings: Mapping[str, Standing],
) -> Table:
    """Write candidates and controls under one metric; the parameters are those of the figure."""
    form = shared_format(scores.values())
    columns = (
        Column("row", "candidate or control"),
        Column("score", METRICS[metric].title, "number", form),
        Column("permuted_low", "labels permuted: least", "number", form),
        Column("permuted_high", "greatest", "number", form),
    )
    models = [
        {
            "row": model,
            "score": scores[model],
            "permuted_low": standings[model].low if model in standings else None,
            "permuted_high": standings[model].high if model in standings else None,
        }
        for model in order
        if model in scores
    ]
    own = [
        {"row": control.title, "score": control.scores[metric]}
        for control in controls
        if metric in control.scores
    ]
    return Table.of("controls", "Controls", columns, [*models, *own]).known()


def controls_figure(
    metric: str,
    scores: Mapping[str, float],
    order: Sequence[str],
    controls: Sequence[Control],
    standings: Mapping[str, Standing],
) -> go.Figure:
    """Draw the candidates' scores under one metric, the range of permuted labels, and the controls below.

    Parameters
    ----------
    metric
        Its name.
    scores, order
        Of the candidates, best first.
    controls
        Rows of their own.
    standings
        Of the candidates under this metric.
    """
    models = [model for model in order if model in scores]
    own = [control for control in controls if metric in control.scores]
    figure = go.Figure()
    permuted = [model for model in models if model in standings]
    figure.add_scatter(
        x=[end for m in permuted for end in (standings[m].low, standings[m].high, None)],
        y=[row for m in permuted for row in (m, m, None)],
        mode="lines+markers",
        name="labels permuted (least to greatest)",
        line={"color": GREY, "width": 5},
        marker={"symbol": "line-ns-open", "size": 9, "color": GREY},
        hovertemplate="%{y}<br>labels permuted: %{x:.4g}<extra></extra>",
    )
    figure.add_scatter(
        x=[scores[model] for model in models],
        y=models,
        mode="markers",
        name="candidates",
        marker={"color": BRIGHT[0], "size": 10},
        hovertemplate="%{y}<br>%{x:.4g}<extra></extra>",
    )
    figure.add_scatter(
        x=[control.scores[metric] for control in own],
        y=[control.title for control in own],
        mode="markers",
        name="controls",
        marker={"color": BRIGHT[1], "symbol": "diamond", "size": 11},
        hovertemplate="%{y}<br>%{x:.4g}<extra></extra>",
    )
    _lay_rows_out(figure, metric, [*models, *(control.title for control in own)])
    return figure


def _lay_rows_out(figure: go.Figure, metric: str, rows: Sequence[str]) -> None:
    """Give the metric's axis and one named row to each candidate and control, the first on top."""
    spec = METRICS[metric]
    direction = "higher is better" if spec.higher_is_better else "lower is better"
    figure.update_xaxes(title=f"{spec.title} ({direction})", zeroline=False)
    figure.update_yaxes(categoryorder="array", categoryarray=list(rows)[::-1], automargin=True)
    figure.update_layout(
        height=160 + ROW_PIXELS * len(rows),
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
