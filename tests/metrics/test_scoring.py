"""Only finite numbers leave the registry."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import MetricError, MetricInputError, UnknownNameError
from ptmrank_core.metrics import METRICS, MetricInputs, compute, prepare_inputs
from ptmrank_core.metrics.registry import registry
from ptmrank_core.records import MetricOutput


def replace_metric(monkeypatch: pytest.MonkeyPatch, function: Callable[[Any], MetricOutput]) -> None:
    """Let LogME be another function."""
    spec = dataclasses.replace(METRICS["logme"], function=function)
    monkeypatch.setattr(registry, "METRICS", MappingProxyType({"logme": spec}))


@pytest.fixture
def inputs() -> MetricInputs:
    """Four samples of two classes."""
    return prepare_inputs([[0.0], [1.0], [2.0], [4.0]], labels=[0, 0, 1, 1])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, 1, "0.5", True])
def test_what_is_not_a_finite_float_is_an_error(
    monkeypatch: pytest.MonkeyPatch, inputs: MetricInputs, value: Any
) -> None:
    """NaN, infinity, None and non-floats raise: they are failures, never scores."""
    replace_metric(monkeypatch, lambda _: MetricOutput(value))
    with pytest.raises(MetricError, match="expected a finite number"):
        compute("logme", inputs)


def test_a_failed_decomposition_is_a_metric_error(
    monkeypatch: pytest.MonkeyPatch, inputs: MetricInputs
) -> None:
    """A linear algebra error carries the metric's name."""

    def fail(_: Any) -> MetricOutput:
        raise np.linalg.LinAlgError("SVD did not converge")

    replace_metric(monkeypatch, fail)
    with pytest.raises(MetricError, match="LogME has no value for these features: SVD"):
        compute("logme", inputs)


def test_a_metric_that_does_not_apply_is_refused(inputs: MetricInputs) -> None:
    """LEEP without a source head is an error of the inputs, not a number."""
    with pytest.raises(MetricInputError, match="LEEP needs"):
        compute("leep", inputs)


def test_unknown_metric_is_refused(inputs: MetricInputs) -> None:
    """A name outside the table computes nothing."""
    with pytest.raises(UnknownNameError):
        compute("logmee", inputs)
