"""Scores that rank candidates; components that are defined over all of them are joined here alone."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.metrics.registry.registry import METRICS
from ptmrank_core.records import VALUE, Score, ScoreParts

__all__ = ["join_scores", "score_parts"]


def score_parts(score: Score) -> dict[str, float]:
    """Keep of a score what ranking takes: its value, and the components to be joined over candidates."""
    components = score.components if METRICS[score.metric].combine else {}
    return {VALUE: score.value, **components}


def join_scores(
    metric: str, parts: Mapping[str, ScoreParts], scale: Mapping[str, ScoreParts] | None = None
) -> dict[str, float]:
    """Turn the scores of candidates under one metric into values that rank them.

    Parameters
    ----------
    metric
        Name in the registry.
    parts
        Candidate -> :func:`score_parts` of its score, all candidates of one comparison.
    scale
        The same of the scores whose least and greatest components set the scale where components are joined;
        by default ``parts`` themselves.

    Returns
    -------
    dict
        Candidate -> value. Where the metric is defined over all candidates (``MetricSpec.combine``) and its
        scores have several components, these are joined; a score of a single component (ETran's for a
        regression) has nothing to be joined with.
    """
    combine = METRICS[metric].combine
    components = _components(parts)
    if combine is None or all(len(own) == 1 for own in components.values()):
        return {name: own[VALUE] for name, own in parts.items()}
    return combine(components) if scale is None else combine(components, _components(scale))


def _components(parts: Mapping[str, ScoreParts]) -> dict[str, dict[str, float]]:
    """Leave out the values."""
    return {
        name: {part: value for part, value in own.items() if part != VALUE} for name, own in parts.items()
    }
