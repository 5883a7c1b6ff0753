"""Scores on parts of the samples, scaled to the spread of full-sample scores, and where that fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Conditions, ScoresOnParts, rescale_deviations
from ptmrank_core.records import HalfSampleScores, MetricSpec, RunResult, Score

__all__ = ["ScaledParts", "freedom_of", "saturated_models"]

# Distance of the parts' scores from a metric's limit, as a share of that of the full-sample score, below
# which they are too close to it to vary like the full-sample score.
NEAR_LIMIT = 1 / 8


@dataclass(frozen=True, slots=True)
class ScaledParts:
    """Scores of one metric on parts, scaled to the spread of full-sample scores, and what holds for them."""

    scores: ScoresOnParts
    conditions: Conditions

    @classmethod
    def of(cls, metric: str, content: HalfSampleScores, result: RunResult) -> ScaledParts:
        """Scale the deviations of the parts' scores; leave out models whose parts are another regime."""
        n_samples = result.samples.n_samples
        size = sum(content.sizes) / max(len(content.sizes), 1)
        excluded = saturated_models(metric, content, result) if 0 < size < n_samples else {}
        # The variance of a mean of n is this many times that of a part's deviation from it.
        ratio = size / (n_samples - size) if size < n_samples else 0.0
        factors = {model: ratio**0.5 * content.growth.get(model, 1.0) for model in content.scores}
        scores = {model: own for model, own in content.scores.items() if model not in excluded}
        conditions = Conditions(
            seed=result.plan.seed,
            freedom=freedom_of(result),
            excluded=excluded,
            notes=content.notes,
        )
        return cls(rescale_deviations(scores, factors), conditions)


def freedom_of(result: RunResult) -> int | None:
    """Degrees of freedom of a spread between groups: their number less that of the classes."""
    samples = result.samples
    return None if samples.n_groups is None else max(1, samples.n_groups - max(1, len(samples.class_counts)))


def saturated_models(metric: str, content: HalfSampleScores, result: RunResult) -> dict[str, str]:
    """Find the models whose score is at its limit on parts of the samples, but not on all of them: why."""
    spec, samples = METRICS[metric], result.samples
    if samples.target_kind not in spec.saturates:
        return {}
    full = {
        cell.model: cell.value for cell in result.cells if isinstance(cell, Score) and cell.metric == metric
    }
    reasons = {}
    for model, scores in content.scores.items():
        outcome = result.outcomes.get(model)
        width = (outcome.n_features if outcome else None) or 0
        is_wide = width + len(samples.class_counts) >= spec.saturates_at * min(content.sizes)
        if is_wide and (width < samples.n_samples or spec.saturates_at < 1):
            reasons[model] = (
                f"its features are too wide ({width:,}) for the {min(content.sizes):,} samples of a part, "
                f"which they fit whatever the labels are, unlike all {samples.n_samples:,}."
            )
        elif spec.combine is None and model in full and _is_near_limit(spec, full[model], scores):
            reasons[model] = (
                "its scores on parts are near the limit of the metric, unlike that of all samples."
            )
    return reasons


def _is_near_limit(spec: MetricSpec, full: float, scores: Sequence[float | None]) -> bool:
    """Whether parts are so near to the upper limit that their scores cannot vary like that of all samples."""
    limit = spec.bounds[1]
    known = [score for score in scores if score is not None]
    if limit is None or not known:
        return False
    return limit - sum(known) / len(known) < NEAR_LIMIT * (limit - full)
