"""Ready-made choices of metrics, made from the facts that the registry has of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ptmrank_core.metrics.inputs.auxiliary import SOURCE_LOGITS
from ptmrank_core.metrics.registry.registry import METRICS, join_titles, standard_metrics
from ptmrank_core.records import MetricSpec

__all__ = ["METRIC_PRESETS", "MetricPreset"]

# Mean weighted tau with fine-tuning on other sets, less its spread between them.
RELIABLE = 0.4


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
    """Names of the default forms that have a property."""
    return tuple(name for name in standard_metrics() if keep(METRICS[name]))


def _is_reliable(spec: MetricSpec) -> bool:
    """Whether a metric agreed with fine-tuning nearly wherever that was measured."""
    prior = spec.prior_agreement
    return prior.mean is not None and prior.spread is not None and prior.mean - prior.spread >= RELIABLE


METRIC_PRESETS: Mapping[str, MetricPreset] = MappingProxyType(
    {
        "quick": MetricPreset(
            "Quick",
            "No slow iterations and no second set of samples: all of them within seconds.",
            _defaults(lambda spec: spec.cost != "iterative" and spec.needs <= {SOURCE_LOGITS}),
        ),
        "proven": MetricPreset(
            "Most often right",
            "Those whose order agreed with that after fine-tuning on all other sets, not only on some.",
            _defaults(_is_reliable),
        ),
        "few-samples": MetricPreset(
            "For few samples",
            "Without those that wide features win by their width alone, and without those whose random start "
            f"moves the score ({join_titles(_defaults(lambda spec: spec.stochastic))}).",
            _defaults(lambda spec: not (spec.rewards_width or spec.stochastic)),
        ),
        "all": MetricPreset(
            "All that apply",
            f"{join_titles(_defaults(lambda spec: spec.cost == 'iterative'))} take most of the time.",
            standard_metrics(),
        ),
    }
)
