"""Transferability metrics: arrays -> float. numpy and scipy; nothing here knows a model or a file.

The functions to call by hand are imported ``as`` themselves, so that type checkers see them. The registry
finds a metric by its file and needs no line here.
"""

from ptmrank_core.metrics.emms import emms as emms
from ptmrank_core.metrics.etran import etran as etran
from ptmrank_core.metrics.gbc import gbc as gbc
from ptmrank_core.metrics.hscore import hscore as hscore
from ptmrank_core.metrics.inputs.auxiliary import (
    LABEL_EMBEDDINGS,
    REFERENCE_EMBEDDINGS,
    SOURCE_EMBEDDINGS,
    SOURCE_LOGITS,
)
from ptmrank_core.metrics.inputs.inputs import MetricInputs, Task, prepare_inputs
from ptmrank_core.metrics.label_alignment import label_alignment as label_alignment
from ptmrank_core.metrics.leep import leep as leep
from ptmrank_core.metrics.logme import logme as logme
from ptmrank_core.metrics.nce import nce as nce
from ptmrank_core.metrics.nearest_mean import nearest_mean as nearest_mean
from ptmrank_core.metrics.nearest_neighbours import nearest_neighbours as nearest_neighbours
from ptmrank_core.metrics.nleep import nleep as nleep
from ptmrank_core.metrics.numerics.bhattacharyya import class_distances
from ptmrank_core.metrics.pactran import pactran as pactran
from ptmrank_core.metrics.ped import ped as ped
from ptmrank_core.metrics.registry.compute import compute, describe_input, inapplicable_reason
from ptmrank_core.metrics.registry.explaining import explained_metrics, metric_intermediates
from ptmrank_core.metrics.registry.joining import join_scores, score_parts
from ptmrank_core.metrics.registry.notes import differences
from ptmrank_core.metrics.registry.presets import METRIC_PRESETS, MetricPreset
from ptmrank_core.metrics.registry.registry import (
    MEASURED_AT,
    MEASURED_SIZE,
    METRICS,
    default_metrics,
    evidence_metrics,
    join_titles,
    metric_spec,
    metrics_in,
    metrics_reading,
    resolve_metrics,
    standard_metrics,
    titles_reading,
)
from ptmrank_core.metrics.sfda import sfda as sfda
from ptmrank_core.metrics.transrate import transrate as transrate
from ptmrank_core.metrics.wdje import wdje as wdje

__all__ = [
    "LABEL_EMBEDDINGS",
    "MEASURED_AT",
    "MEASURED_SIZE",
    "METRICS",
    "METRIC_PRESETS",
    "REFERENCE_EMBEDDINGS",
    "SOURCE_EMBEDDINGS",
    "SOURCE_LOGITS",
    "MetricInputs",
    "MetricPreset",
    "Task",
    "class_distances",
    "compute",
    "default_metrics",
    "describe_input",
    "differences",
    "evidence_metrics",
    "explained_metrics",
    "inapplicable_reason",
    "join_scores",
    "join_titles",
    "metric_intermediates",
    "metric_spec",
    "metrics_in",
    "metrics_reading",
    "prepare_inputs",
    "resolve_metrics",
    "score_parts",
    "standard_metrics",
    "titles_reading",
]
