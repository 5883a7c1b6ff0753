"""What each metric takes, as measured: a literal table beside the class of its cost.

Processor seconds of one thread for one model at 5,000 samples, 1,024 features and 100 classes (1,000 source
classes), by ``python -m tests.benchmarks.metrics --cpu``. The decomposition of the features that most
metrics share is counted once, in LogME. They tell cheap from slow; another machine has other seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["MEASURED_AT", "MEASURED_SECONDS", "measured_seconds"]

MEASURED_AT = "5,000 samples × 1,024 features"
MEASURED_SECONDS: Mapping[str, float] = MappingProxyType(
    {
        "logme": 0.36,
        "leep": 0.01,
        "nleep": 5.0,
        "nce": 0.10,
        "pactran": 3.2,
        "emms": 0.07,
        "wdje": 4.0,
        "hscore": 0.05,
        "gbc": 0.21,
        "transrate": 0.05,
        "sfda": 0.29,
        "ped": 0.24,
        "etran": 0.04,
    }
)


def measured_seconds(metric: str) -> float:
    """Return what a metric took; a variant is taken for the metric that it is one of."""
    return MEASURED_SECONDS[metric.split(":", maxsplit=1)[0]]
