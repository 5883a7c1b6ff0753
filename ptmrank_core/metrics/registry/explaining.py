"""The intermediate quantities of one metric of the registry, found by its name as the metric itself is."""

from __future__ import annotations

import pkgutil
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.errors import MetricError, MetricInputError, UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.registry.compute import inapplicable_reason
from ptmrank_core.metrics.registry.registry import METRICS, metric_spec

__all__ = ["explained_metrics", "metric_intermediates"]

PACKAGE = "ptmrank_core.metrics.intermediates"


@cache
def explained_metrics() -> tuple[str, ...]:
    """Names of the metrics whose intermediate quantities are public, in the registry's order."""
    folder = Path(__file__).parent.parent / PACKAGE.rpartition(".")[2]
    found = {module.name for module in pkgutil.iter_modules([str(folder)]) if not module.ispkg}
    return tuple(name for name in METRICS if name in found)


def metric_intermediates(name: str, inputs: MetricInputs) -> Any:
    """Compute what a metric in its default form comes to on the way to its score.

    Parameters
    ----------
    name
        Name of its default form in the registry.
    inputs
        Checked arrays of one model.

    Returns
    -------
    object
        The record of ``ptmrank_core/metrics/intermediates/NAME.py``: its arrays are read-only, its docstring
        says what they are, and its field ``value`` is the score.

    Raises
    ------
    UnknownNameError
        No such metric, or none of those in :func:`explained_metrics`.
    MetricInputError
        The metric does not apply to these inputs.
    MetricError
        The metric has no value for them.
    """
    spec = metric_spec(name)
    if name not in explained_metrics():
        raise UnknownNameError("metric with intermediate quantities", name, explained_metrics())
    reason = inapplicable_reason(spec, inputs.available, inputs.task)
    if reason is not None:
        raise MetricInputError(reason)
    try:
        record = import_module(f"{PACKAGE}.{name}").intermediates(inputs)
    except np.linalg.LinAlgError as error:
        raise MetricError(
            f"{spec.title} has no value for these features: {error}.",
            hint="Look for features that are huge, or the same for all samples.",
        ) from error
    _freeze(record)
    return record


def _freeze(value: object) -> None:
    """Make arrays read-only, also those in a tuple or in a record."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, tuple):
        for item in value:
            _freeze(item)
    elif is_dataclass(value):
        for field in fields(value):
            _freeze(getattr(value, field.name))
