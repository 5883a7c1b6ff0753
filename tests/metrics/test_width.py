"""Wide noise on few samples: which metrics take it for signal, measured, and whether they say so."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from ptmrank_core.metrics import METRICS, compute, prepare_inputs
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.records import MetricOutput

N_SAMPLES = 200
WIDTHS = (16, 256, 1024)
# They read the source head's outputs and never the features' width; WDJE reads other samples too.
BLIND = {"leep", "nce", "wdje", "wdje:auto"}
SEEN = sorted(METRICS.keys() - BLIND)


@lru_cache
def inputs(width: int, *, is_noise: bool) -> MetricInputs:
    """Five classes of forty: independent noise, or class means well apart."""
    rng = np.random.default_rng(width)
    labels = np.arange(N_SAMPLES) % 5
    features = rng.normal(size=(N_SAMPLES, width))
    if not is_noise:
        features += rng.normal(size=(5, width))[labels]
    return prepare_inputs(features, labels=labels, reference_embeddings=rng.normal(size=(100, width)))


@lru_cache
def output(metric: str, width: int, *, is_noise: bool) -> MetricOutput:
    """Compute one metric on them."""
    return compute(metric, inputs(width, is_noise=is_noise))


@pytest.mark.parametrize("metric", SEEN)
def test_a_metric_that_takes_width_for_signal_is_on_record_and_warns(metric: str) -> None:
    """Where noise of some width beats informative features of width 16, the table and the score say so."""
    informative = output(metric, 16, is_noise=False).value
    fooled = [width for width in WIDTHS if output(metric, width, is_noise=True).value >= informative]
    assert bool(fooled) == METRICS[metric].rewards_width
    for width in fooled:
        assert output(metric, width, is_noise=True).warnings


@pytest.mark.parametrize("metric", SEEN)
def test_at_equal_width_signal_beats_noise(metric: str) -> None:
    """With more samples than features every metric prefers the informative features."""
    assert output(metric, 16, is_noise=False).value > output(metric, 16, is_noise=True).value
