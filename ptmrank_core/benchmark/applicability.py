"""Which metrics apply to given samples and candidates, determined before a run is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.benchmark.plan import TRANSFER_INPUTS
from ptmrank_core.metrics import (
    LABEL_EMBEDDINGS,
    METRICS,
    REFERENCE_EMBEDDINGS,
    SOURCE_LOGITS,
    inapplicable_reason,
)
from ptmrank_core.records import BUILT_IN_REFERENCES, Modality, ModelSpec, TargetKind

__all__ = ["MetricCoverage", "coverage_of_metrics", "inapplicable_metrics"]


@dataclass(frozen=True, slots=True)
class MetricCoverage:
    """The number of candidates to which a metric applies.

    Parameters
    ----------
    n_models, n_reached
        Number of candidates, and number of those to which the metric applies, as far as that is known before
        the run.
    reason
        Why it does not apply to the others, one sentence; empty if it applies to all.
    """

    n_models: int
    n_reached: int
    reason: str


def coverage_of_metrics(
    models: Sequence[ModelSpec], modality: Modality, target_kind: TargetKind
) -> dict[str, MetricCoverage]:
    """Determine for every metric to how many of the candidates it applies.

    Parameters
    ----------
    models
        The candidates; if there are none, only the samples decide, and one candidate is counted.
    modality, target_kind
        Modality of the samples, and kind of their labels.

    Returns
    -------
    dict
        Name of the metric, variants included -> its coverage.
    """
    inputs = [_inputs(spec, modality) for spec in models] or [_all_inputs()]
    coverage = {}
    for name, spec in METRICS.items():
        by_model = [inapplicable_reason(spec, available, target_kind) for available in inputs]
        reasons = [reason for reason in by_model if reason is not None]
        n_reached = len(inputs) - len(reasons)
        coverage[name] = MetricCoverage(len(inputs), n_reached, reasons[0] if reasons else "")
    return coverage


def inapplicable_metrics(
    models: Sequence[ModelSpec], modality: Modality, target_kind: TargetKind
) -> dict[str, str]:
    """Find the metrics that apply to none of the candidates.

    Parameters
    ----------
    models
        The candidates; if there are none, only the samples decide.
    modality, target_kind
        Modality of the samples, and kind of their labels.

    Returns
    -------
    dict
        Name of the metric -> why it does not apply, one sentence. A metric that applies to some of the
        candidates is not included: the run skips it for the others.
    """
    by_metric = coverage_of_metrics(models, modality, target_kind)
    return {name: coverage.reason for name, coverage in by_metric.items() if not coverage.n_reached}


def _all_inputs() -> set[str]:
    return set[str]().union(*(spec.needs for spec in METRICS.values()))


def _inputs(spec: ModelSpec, modality: Modality) -> set[str]:
    """Name the metric inputs that a candidate may provide; unknown ones count as available."""
    if spec.source == "features":
        return _all_inputs()
    is_unknown = spec.source == "hub" and spec.path is None
    inputs = {LABEL_EMBEDDINGS}  # available if a text model is chosen for the class names
    inputs |= {REFERENCE_EMBEDDINGS} if modality in BUILT_IN_REFERENCES else set()
    inputs |= TRANSFER_INPUTS if spec.source_samples else set()
    inputs |= {SOURCE_LOGITS} if is_unknown or spec.n_source_classes is not None else set()
    return inputs
