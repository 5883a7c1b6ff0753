"""Scores of permuted labels and untrained models beside the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import PermutationTest, models_not_better, permutation_test
from ptmrank_core.records import Ranking, RunResult, Score
from ptmrank_core.results.scores import scores_by_metric

__all__ = ["Control", "control_sentences", "controls_of", "permutation_tests_of"]


PERMUTED = "permuted:"


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


def permutation_tests_of(result: RunResult) -> dict[str, dict[str, PermutationTest]]:
    """Tell where each score stands among those of permuted labels: metric -> model -> standing."""
    full = scores_by_metric(result.cells)
    found: dict[str, dict[str, PermutationTest]] = {}
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
            standing = permutation_test(score, permuted, higher_is_better=METRICS[metric].higher_is_better)
            if standing is not None:
                found.setdefault(metric, {})[model] = standing
    return found


def control_sentences(
    controls: Sequence[Control], standings: Mapping[str, Mapping[str, PermutationTest]]
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
