"""The intermediate quantities of one metric of the registry, found by its name as the metric itself is."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.registry.compute import applied
from ptmrank_core.metrics.registry.registry import metric_spec, metrics_in

__all__ = ["explained_metrics", "metric_intermediates"]

PACKAGE = "ptmrank_core.metrics.intermediates"


@cache
def explained_metrics() -> tuple[str, ...]:
    """Names of the metrics whose intermediate quantities are public, in the registry's order."""
    return metrics_in(Path(__file__).parent.parent / PACKAGE.rpartition(".")[2])


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
    with applied(spec, inputs):
        record = import_module(f"{PACKAGE}.{name}").intermediates(inputs)
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
