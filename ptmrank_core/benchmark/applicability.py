"""Which metrics can be had at all for some samples and candidates, told before a run is planned."""

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
    """For how many candidates a metric can be had.

    Parameters
    ----------
    n_models, n_reached
        The candidates, and those of them that it applies to, as far as that is known before the run.
    reason
        Why it does not apply to the others, a sentence; empty where it applies to all.
    """

    n_models: int
    n_reached: int
    reason: str


def coverage_of_metrics(
    models: Sequence[ModelSpec], modality: Modality, target_kind: TargetKind
) -> dict[str, MetricCoverage]:
    """Tell of every metric for how many of the candidates it can be had.

    Parameters
    ----------
    models
        The candidates; where there are none, only the samples decide, and one is counted.
    modality, target_kind
        What the samples and their labels are.

    Returns
    -------
    dict
        Name of the metric, variants included -> its reach.
    """
    inputs = [_inputs(spec, modality) for spec in models] or [_all_inputs()]
    found = {}
    for name, spec in METRICS.items():
        reasons = [inapplicable_reason(spec, available, target_kind) for available in inputs]
        said = [reason for reason in reasons if reason is not None]
        found[name] = MetricCoverage(len(inputs), len(inputs) - len(said), said[0] if said else "")
    return found


def inapplicable_metrics(
    models: Sequence[ModelSpec], modality: Modality, target_kind: TargetKind
) -> dict[str, str]:
    """Metrics that apply to none of the candidates.

    Parameters
    ----------
    models
        The candidates; where there are none, only the samples decide.
    modality, target_kind
        What the samples and their labels are.

    Returns
    -------
    dict
        Name of the metric -> why it does not apply, a sentence. A metric that applies to some candidates only
        is not among them: it is skipped for the others.
    """
    reach = coverage_of_metrics(models, modality, target_kind)
    return {name: own.reason for name, own in reach.items() if not own.n_reached}


def _all_inputs() -> set[str]:
    return set[str]().union(*(spec.needs for spec in METRICS.values()))


def _inputs(spec: ModelSpec, modality: Modality) -> set[str]:
    """Name the inputs that a run may have of a candidate; what is not known yet may be there."""
    if spec.source == "features":
        return _all_inputs()
    is_unknown = spec.source == "hub" and spec.path is None
    inputs = {LABEL_EMBEDDINGS}  # where a text model is chosen for the class names
    inputs |= {REFERENCE_EMBEDDINGS} if modality in BUILT_IN_REFERENCES else set()
    inputs |= TRANSFER_INPUTS if spec.source_samples else set()
    inputs |= {SOURCE_LOGITS} if is_unknown or spec.n_source_classes is not None else set()
    return inputs
