"""Transferability metrics: arrays -> float. numpy and scipy; nothing here knows a model or a file."""

from ptmrank_core.metrics.hscore import hscore
from ptmrank_core.metrics.inputs import MetricInputs, Task, prepare_inputs
from ptmrank_core.metrics.leep import leep
from ptmrank_core.metrics.logme import logme
from ptmrank_core.metrics.registry import (
    METRICS,
    default_metrics,
    metric_spec,
    resolve_metrics,
)
from ptmrank_core.metrics.scoring import compute, why_not

__all__ = [
    "METRICS",
    "MetricInputs",
    "Task",
    "compute",
    "default_metrics",
    "hscore",
    "leep",
    "logme",
    "metric_spec",
    "prepare_inputs",
    "resolve_metrics",
    "why_not",
]
