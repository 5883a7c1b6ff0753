"""Scores of hidden layers, where they were asked for; the best layer of a model, and the mean over all.

Neither votes. On three demo zoos with real fine-tuning the mean over the layers agreed with it about as well
as the model's own features under two metrics, and worse under the others
(``python -m tests.benchmarks.consensus ... --layers``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from ptmrank_core.metrics import METRICS, join_scores, score_parts
from ptmrank_core.records import RunResult, Score, ScoreParts
from ptmrank_core.records.names import join_words
from ptmrank_core.results.phrases import bidi_isolate

__all__ = ["LayerSummary", "layer_scores", "say_layers", "summarise_layers"]

NO_VOTE = (
    "Layers do not vote: on three demo zoos the mean over them agreed with fine-tuning hardly better than the"
    " model's own features under any metric, and worse under most."
)


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """What the layers of one model show under one metric.

    Parameters
    ----------
    best, score
        Number of the best layer among those with a score, the input's own embedding being 0, and its score.
        Of equal layers it is the last.
    n_layers
        Number of layers.
    mean
        Mean score of all layers; ``None`` if one of them has none.
    """

    best: int
    score: float
    n_layers: int
    mean: float | None

    @property
    def last(self) -> int:
        """Number of the last layer."""
        return self.n_layers - 1


def layer_scores(result: RunResult) -> dict[str, dict[str, list[float | None]]]:
    """Collect the scores of the candidates' hidden layers: model -> metric -> one value for each layer.

    The first layer is the input's own embedding. Where a metric is defined over all candidates of a run,
    the candidates are all layers of all models.

    Returns
    -------
    dict
        Of the models whose layers were scored; ``None`` where a layer has no score.
    """
    result = result.of_candidates()
    parts: dict[str, dict[str, ScoreParts]] = {}
    for cell in result.layer_cells:
        of_metric = parts.setdefault(cell.metric, {})
        if isinstance(cell, Score):
            of_metric[f"{cell.layer} {cell.model}"] = score_parts(cell)
    values = {metric: join_scores(metric, of_metric) for metric, of_metric in parts.items()}
    return {
        model: {
            metric: [values[metric].get(f"{layer} {model}") for layer in range(outcome.n_layers)]
            for metric in result.plan.metrics
            if metric in values
        }
        for model, outcome in result.outcomes.items()
        if outcome.n_layers
    }


def summarise_layers(metric: str, scores: Mapping[str, Sequence[float | None]]) -> dict[str, LayerSummary]:
    """Find the best layer of each model under one metric, and average its layers.

    A model is more than its last layer: on text, averaging *representations* over the layers before they are
    scored follows fine-tuning far more closely than the last layer does (Garbas, Ploner, Akbik, Findings of
    ACL 2024, doi:10.18653/v1/2024.findings-acl.757). Here the *scores* are averaged, which needs nothing but
    what a run keeps.

    Parameters
    ----------
    metric
        Name of the metric.
    scores
        Model -> one value for each layer; ``None`` where there is none.

    Returns
    -------
    dict
        Of the models with a score of some layer.
    """
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    summaries = {}
    for model, values in scores.items():
        known = {layer: value for layer, value in enumerate(values) if value is not None}
        if known:
            best = max(known, key=lambda layer: (sign * known[layer], layer))
            mean = fmean(known.values()) if len(known) == len(values) else None
            summaries[model] = LayerSummary(best, known[best], len(values), mean)
    return summaries


def say_layers(metric: str, summaries: Mapping[str, LayerSummary]) -> tuple[str, ...]:
    """Say of which models an earlier layer is better than the last, and what layers mean for the order."""
    if not summaries:
        return ()
    title = METRICS[metric].title
    earlier = [
        f"{bidi_isolate(model)} (layer {own.best} of 0 to {own.last})"
        for model, own in summaries.items()
        if own.best < own.last
    ]
    what = (
        f"an earlier layer scores higher than the last for {join_words(earlier)}: features taken there may"
        " serve better than the model's own"
        if earlier
        else "no earlier layer scores higher than the last"
    )
    return f"Under {title} {what}.", NO_VOTE
