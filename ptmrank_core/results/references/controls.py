"""Scores of permuted labels and untrained models beside the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.metrics import METRICS, join_scores
from ptmrank_core.ranking import PermutationTest, models_not_better, permutation_test
from ptmrank_core.records import ControlScores, PermutedScores, Ranking, RunResult, ScoreParts
from ptmrank_core.results.scores import parts_by_metric

__all__ = [
    "Control",
    "control_problems",
    "control_sentences",
    "controls_of",
    "permutation_tests_of",
    "value_among",
]


@dataclass(frozen=True, slots=True)
class Control:
    """A row that is scored like a candidate but not ranked.

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


def controls_of(result: RunResult, ranking: Ranking) -> list[Control]:
    """Collect the controls that have rows: those of the plan, baseline features, and untrained twins."""
    parts = parts_by_metric(result.of_candidates().cells)
    full = {metric: join_scores(metric, of_metric) for metric, of_metric in parts.items()}
    rows = []
    for subject, control in (_planned(result) | result.contents(ControlScores)).items():
        scores = {
            metric: value_among(metric, subject, control_parts, parts.get(metric, {}))
            for metric, control_parts in control.scores.items()
        }
        not_better = {
            metric: models_not_better(
                {model: full[metric][model] for model in ranking.per_metric.get(metric, ())},
                score,
                higher_is_better=METRICS[metric].higher_is_better,
            )
            for metric, score in scores.items()
            if metric in full
        }
        rows.append(Control(control.title, control.n_features, scores, not_better))
    return rows


def _planned(result: RunResult) -> dict[str, ControlScores]:
    """Collect the scores of the controls among the plan's models."""
    parts = parts_by_metric(result.cells)
    return {
        spec.id: ControlScores(
            title=spec.id,
            n_features=result.outcomes[spec.id].n_features or 0,
            scores={metric: of[spec.id] for metric, of in parts.items() if spec.id in of},
            problems={},
        )
        for spec in result.plan.controls
        if spec.id in result.outcomes
    }


def value_among(metric: str, name: str, own: ScoreParts, candidates: Mapping[str, ScoreParts]) -> float:
    """Compute the value of one score among those of the candidates, in place of the one of its name."""
    return join_scores(metric, {**candidates, name: own})[name]


def permutation_tests_of(result: RunResult) -> dict[str, dict[str, PermutationTest]]:
    """Test each score against those with permuted labels: metric -> model -> test."""
    parts = parts_by_metric(result.of_candidates().cells)
    full = {metric: join_scores(metric, of_metric) for metric, of_metric in parts.items()}
    tests: dict[str, dict[str, PermutationTest]] = {}
    for model, permuted in result.contents(PermutedScores).items():
        for metric, draws in permuted.scores.items():
            if model not in full.get(metric, {}):
                continue
            values = [value_among(metric, model, draw, parts[metric]) for draw in draws if draw is not None]
            test = permutation_test(
                full[metric][model], values, higher_is_better=METRICS[metric].higher_is_better
            )
            if test is not None:
                tests.setdefault(metric, {})[model] = test
    return tests


def control_problems(result: RunResult) -> dict[str, str]:
    """Say why controls could not be scored: subject -> sentence."""
    permuted = {f"permuted:{model}": why for model, why in result.problems(PermutedScores).items()}
    return {**result.problems(ControlScores), **permuted}


def control_sentences(
    controls: Sequence[Control], tests: Mapping[str, Mapping[str, PermutationTest]]
) -> list[str]:
    """Say which candidates do not beat a control, and which score no better than with permuted labels."""
    sentences = []
    for control in controls:
        losers = control.unbeaten_by()
        n_metrics = len(control.not_better)
        if losers:
            sentences.append(
                f"{control.title}: not beaten under most of {n_metrics} metrics by {', '.join(losers)}."
            )
        elif n_metrics:
            sentences.append(
                f"{control.title}: every candidate beats it under half or more of {n_metrics} metrics."
            )
    weak = {
        METRICS[metric].title: [model for model, test in tests[metric].items() if not test.stands_out]
        for metric in tests
    }
    n_draws = max((test.n_draws for by_model in tests.values() for test in by_model.values()), default=0)
    for title, models in weak.items():
        if models:
            sentences.append(
                f"{title}: as good with permuted labels as with the real ones, at least once in {n_draws}, "
                f"for {', '.join(models)}."
            )
    if tests and not any(weak.values()):
        sentences.append(f"Permuted labels: no score of {n_draws} permutations is as good as the real one.")
    return sentences
