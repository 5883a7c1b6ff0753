"""What each model costs, as far as the run has measured it, beside its place in the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.ranking import pareto_front
from ptmrank_core.records import ModelOutcome, ModelSpec, Ranking, RunResult
from ptmrank_core.reports.figures import BRIGHT
from ptmrank_core.reports.table import COMPACT, Column, Table, fixed

__all__ = [
    "COST_TITLES",
    "ModelCost",
    "cost_figure",
    "cost_of",
    "cost_payload",
    "cost_table",
    "costs_of",
    "fronts_of",
]

COST_TITLES: Mapping[str, str] = {
    "n_parameters": "parameters",
    "seconds_per_1000": "seconds per 1,000 samples",
    "size_bytes": "size on disk (bytes)",
    "peak_memory_bytes": "peak memory (bytes)",
}
MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What one model costs; unknown is ``None``.

    Parameters
    ----------
    n_parameters
        Number of parameters.
    size_bytes
        Size of its weights on disk.
    seconds_per_1000
        Seconds of preparing and running 1,000 samples, from the samples that it really ran on in this run.
    n_measured
        How many those were.
    peak_memory_bytes
        Peak memory while it ran: the device's own, on a CPU that of the whole process.
    """

    n_parameters: int | None
    size_bytes: int | None
    seconds_per_1000: float | None
    n_measured: int
    peak_memory_bytes: int | None

    def known(self, name: str) -> float | None:
        """One of :data:`COST_TITLES` as a number."""
        value = getattr(self, name)
        return None if value is None else float(value)


def costs_of(result: RunResult) -> dict[str, ModelCost]:
    """Collect what each model of a run costs, in the plan's order."""
    return {spec.id: cost_of(spec, result.outcomes.get(spec.id)) for spec in result.plan.models}


def cost_of(planned: ModelSpec, outcome: ModelOutcome | None) -> ModelCost:
    """Collect what one model costs; the speed and the memory only where it really ran on samples."""
    spec = outcome.spec if outcome else planned
    n_run = (outcome.n_run if outcome else None) or 0
    seconds = outcome.seconds if outcome else {}
    spent = seconds.get("preprocess", 0.0) + seconds.get("forward", 0.0)
    return ModelCost(
        n_parameters=spec.n_parameters,
        # Of a file of features the size says nothing of the model that made them.
        size_bytes=None if spec.source == "features" else spec.size_bytes,
        seconds_per_1000=1_000 * spent / n_run if n_run else None,
        n_measured=n_run,
        peak_memory_bytes=outcome.peak_memory_bytes if outcome and n_run else None,
    )


def fronts_of(costs: Mapping[str, ModelCost], ranking: Ranking) -> dict[str, tuple[str, ...]]:
    """Find, under each cost, the models that no other one beats in the order at no higher cost.

    Costs that are known of fewer than two ranked models are left out.
    """
    fronts = {}
    for name in COST_TITLES:
        known = {
            model: value
            for model, own in costs.items()
            if model in ranking.mean_ranks and (value := own.known(name)) is not None
        }
        if len(known) > 1:
            fronts[name] = pareto_front(known, _places(ranking), higher_is_better=False)
    return fronts


def _places(ranking: Ranking) -> dict[str, float]:
    return {model: float(place) for place, model in enumerate(ranking.order, start=1)}


def cost_payload(result: RunResult, ranking: Ranking) -> dict[str, Any]:
    """Costs as JSON: each model's, and the front under each cost."""
    costs = costs_of(result)
    models = {
        model: {**{name: getattr(own, name) for name in COST_TITLES}, "n_measured": own.n_measured}
        for model, own in costs.items()
    }
    fronts = {name: list(front) for name, front in fronts_of(costs, ranking).items()}
    return {"models": models, "fronts": fronts}


def cost_table(costs: Mapping[str, ModelCost], ranking: Ranking) -> Table:
    """Write every cost that is known, best placed model first."""
    columns = (
        Column("place", "place", "integer"),
        Column("model", "model"),
        Column("n_parameters", "parameters", "integer", COMPACT),
        Column("size_bytes", "bytes on disk", "integer", COMPACT),
        Column("seconds_per_1000", "seconds per 1,000", "number", fixed(2)),
        Column("n_measured", "measured on", "integer"),
        Column("peak_memory_bytes", "peak memory (bytes)", "integer", COMPACT),
    )
    records = [
        {
            "place": ranking.order.index(model) + 1 if model in ranking.mean_ranks else None,
            "model": model,
            **{name: getattr(costs[model], name) for name in COST_TITLES},
            "n_measured": costs[model].n_measured or None,
        }
        for model in (*ranking.order, *ranking.unranked)
    ]
    return Table.of("cost", "What the models cost", columns, records).known()


def cost_figure(
    name: str, costs: Mapping[str, ModelCost], ranking: Ranking, front: Sequence[str]
) -> go.Figure:
    """Draw a cost against the place in the order; the front is a line of marks of its own.

    Parameters
    ----------
    name
        One of :data:`COST_TITLES`.
    costs, ranking
        Of the models.
    front
        The models that no other one beats at no higher cost, by rising cost.
    """
    places = _places(ranking)
    known = {model: value for model in ranking.order if (value := costs[model].known(name)) is not None}
    others = [model for model in known if model not in set(front)]
    figure = go.Figure()
    for models, title, color, symbol, mode in (
        (others, "beaten at no higher cost", BRIGHT[6], "circle", "markers"),
        (list(front), "worth its cost", BRIGHT[0], "diamond", "lines+markers"),
    ):
        figure.add_scatter(
            x=[known[model] for model in models],
            y=[places[model] for model in models],
            text=[model.removeprefix("demo:") for model in models],
            customdata=models,
            mode=mode + ("+text" if len(known) <= MOST_NAMES else ""),
            name=title,
            line={"shape": "hv", "width": 1.5},
            textposition="top center",
            textfont={"size": 10},
            cliponaxis=False,
            marker={"color": color, "symbol": symbol, "size": 10},
            hovertemplate="%{customdata}<br>place %{y}, %{x:.4s}<extra></extra>",
        )
    figure.update_xaxes(title=COST_TITLES[name], type="log", zeroline=False)
    figure.update_yaxes(title="place (1 is best)", autorange="reversed", zeroline=False)
    figure.update_layout(
        height=430,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    return figure
