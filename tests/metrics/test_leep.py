"""What LEEP makes of heads that are odd; tests/oracles has its definition."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import MetricInputs, leep, prepare_inputs
from ptmrank_core.metrics.leep import leep_output


def test_logits_are_probabilities(toy: Callable[..., Any]) -> None:
    """Logits score as their softmax does."""
    data = toy(40, 6)
    probs = softmax(data.source_logits, axis=1)
    expected = leep(data.labels, source_probs=probs)
    assert leep(data.labels, source_logits=data.source_logits) == pytest.approx(expected, rel=1e-14)


def test_source_classes_without_mass_are_skipped(toy: Callable[..., Any]) -> None:
    """Columns of zeros change nothing."""
    data = toy(40, 6)
    probs = softmax(data.source_logits, axis=1)
    dead = np.insert(probs, [0, 3, 7], 0.0, axis=1)
    assert leep(data.labels, source_probs=dead) == pytest.approx(
        leep(data.labels, source_probs=probs), rel=1e-13
    )


def test_logits_beyond_the_softmax_are_harmless() -> None:
    """Logits of a thousand give the hard labels' value: the source classes are the classes."""
    logits = 1e3 * np.eye(3)[[0, 1, 2, 0, 1, 2]]
    assert leep([5, 6, 7, 5, 6, 7], source_logits=logits) == 0.0


def test_a_head_that_knows_nothing_gets_minus_the_entropy() -> None:
    """The same outputs for every sample score -H(labels), which is a component of the output."""
    labels = [0, 0, 0, 1]
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    probs = [[0.2, 0.8]] * 4
    assert leep(labels, source_probs=probs) == pytest.approx(-entropy, rel=1e-14)
    inputs = prepare_inputs(np.eye(4), labels=labels, source_probs=probs)
    assert leep_output(inputs).components["label_entropy"] == pytest.approx(entropy, rel=1e-14)


def test_not_exactly_one_head_is_refused() -> None:
    """Without a head, or with two, there is no value."""
    probs = [[0.2, 0.8]] * 2
    with pytest.raises(MetricInputError, match="got neither"):
        leep([0, 1])
    with pytest.raises(MetricInputError, match="got both"):
        leep([0, 1], source_logits=probs, source_probs=probs)
    with pytest.raises(MetricInputError, match="LEEP expects labels and source_logits"):
        leep_output(MetricInputs(np.eye(2), "regression", targets=np.eye(2)))
