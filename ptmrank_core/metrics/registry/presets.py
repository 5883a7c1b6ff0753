"""Ready-made choices of metrics, by the facts that the table has of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ptmrank_core.metrics.registry.priors import prior_agreement
from ptmrank_core.metrics.registry.registry import METRICS, default_metrics
from ptmrank_core.records import MetricSpec

__all__ = ["METRIC_PRESETS", "MetricPreset"]

SOURCE_LOGITS = "source_logits"  # a run makes them without a second set of samples
HIGH_PRIOR = 0.5  # weighted tau


@dataclass(frozen=True, slots=True)
class MetricPreset:
    """A ready-made choice.

    Parameters
    ----------
    title
        How people call it.
    idea
        What is in it and why, one sentence.
    metrics
        Names of default forms; those that do not apply to a run are left out of it.
    """

    title: str
    idea: str
    metrics: tuple[str, ...]


def _defaults(keep: Callable[[MetricSpec], bool]) -> tuple[str, ...]:
    return tuple(name for name in default_metrics() if keep(METRICS[name]))


METRIC_PRESETS: Mapping[str, MetricPreset] = MappingProxyType(
    {
        "quick": MetricPreset(
            "Quick",
            "No slow iterations and no second set of samples: all of them within seconds.",
            _defaults(lambda spec: spec.cost != "iterative" and spec.needs <= {SOURCE_LOGITS}),
        ),
        "proven": MetricPreset(
            "Most often right",
            "Those whose order was nearest to that of a linear probe on twelve other sets of features.",
            _defaults(lambda spec: prior_agreement(spec.name) >= HIGH_PRIOR),
        ),
        "few-samples": MetricPreset(
            "For few samples",
            "Without those that wide features win by their width alone, and without N-LEEP, whose clusters "
            "need many samples of each class.",
            _defaults(lambda spec: not (spec.rewards_width or spec.stochastic)),
        ),
        "all": MetricPreset(
            "All that apply",
            "N-LEEP, PACTran and WDJE take most of the time.",
            default_metrics(),
        ),
    }
)
