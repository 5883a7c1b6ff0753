"""Transferability metrics: arrays -> float. numpy and scipy; nothing here knows a model or a file."""

from ptmrank_core.metrics.class_pairs import class_distances
from ptmrank_core.metrics.emms import emms
from ptmrank_core.metrics.etran import etran
from ptmrank_core.metrics.gbc import gbc
from ptmrank_core.metrics.hscore import hscore
from ptmrank_core.metrics.inputs.inputs import MetricInputs, Task, prepare_inputs
from ptmrank_core.metrics.leep import leep
from ptmrank_core.metrics.logme import logme
from ptmrank_core.metrics.nce import nce
from ptmrank_core.metrics.nleep import nleep
from ptmrank_core.metrics.pactran import pactran
from ptmrank_core.metrics.ped import ped
from ptmrank_core.metrics.registry.compute import compute, inapplicable_reason
from ptmrank_core.metrics.registry.costs import MEASURED_AT, measured_seconds
from ptmrank_core.metrics.registry.joining import join_scores, score_parts
from ptmrank_core.metrics.registry.presets import METRIC_PRESETS, MetricPreset
from ptmrank_core.metrics.registry.priors import prior_agreement
from ptmrank_core.metrics.registry.registry import (
    METRICS,
    default_metrics,
    metric_spec,
    resolve_metrics,
)
from ptmrank_core.metrics.sfda import sfda
from ptmrank_core.metrics.transrate import transrate
from ptmrank_core.metrics.wdje import wdje

__all__ = [
    "MEASURED_AT",
    "METRICS",
    "METRIC_PRESETS",
    "MetricInputs",
    "MetricPreset",
    "Task",
    "class_distances",
    "compute",
    "default_metrics",
    "emms",
    "etran",
    "gbc",
    "hscore",
    "inapplicable_reason",
    "join_scores",
    "leep",
    "logme",
    "measured_seconds",
    "metric_spec",
    "nce",
    "nleep",
    "pactran",
    "ped",
    "prepare_inputs",
    "prior_agreement",
    "resolve_metrics",
    "score_parts",
    "sfda",
    "transrate",
    "wdje",
]
