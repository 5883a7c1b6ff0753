"""References beside the candidates: which are shown first, and the place that each would take."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import RunResult
from ptmrank_core.results.references.references import Reference, references_of

__all__ = ["known_references", "places_beside"]


def known_references(result: RunResult) -> list[Reference]:
    """Collect the references of which something is known, those that reach most under the probe first."""
    known = [own for own in references_of(result) if own.value is not None or own.scores]
    return sorted(known, key=lambda own: -math.inf if own.value is None else own.value, reverse=True)


def places_beside(own: Reference, scores: Mapping[str, Mapping[str, float]]) -> dict[str, int]:
    """Find the place that a reference would take under each metric, from 1.

    Parameters
    ----------
    own
        The reference.
    scores
        Metric -> candidate -> score.
    """
    places = {}
    for metric, score in own.scores.items():
        sign = 1 if METRICS[metric].higher_is_better else -1
        places[metric] = 1 + sum(sign * other > sign * score for other in scores.get(metric, {}).values())
    return places
