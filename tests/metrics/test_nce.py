"""NCE against scikit-learn's mutual information; tests/oracles has its definition."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import mutual_info_score

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import MetricInputs, compute, nce, prepare_inputs
from ptmrank_core.metrics.nce import nce_output


@pytest.mark.parametrize(("n_samples", "n_classes"), [(40, 4), (150, 50), (9, 2)])
def test_is_the_mutual_information_less_the_entropy(
    toy: Callable[..., Any], n_samples: int, n_classes: int
) -> None:
    """Logits and probabilities give I(Y; Z) - H(Y)."""
    data = toy(n_samples, 6, n_classes)
    decided = data.source_logits.argmax(axis=1)
    entropy = mutual_info_score(data.labels, data.labels)
    expected = mutual_info_score(data.labels, decided) - entropy
    assert nce(data.labels, source_logits=data.source_logits) == pytest.approx(expected, rel=1e-9)
    probs = softmax(data.source_logits, axis=1)
    assert nce(data.labels, source_probs=probs) == pytest.approx(expected, rel=1e-9)


def test_closed_cases() -> None:
    """A decision that is the class scores 0; one that is always the same scores -H(Y), a component."""
    head = np.eye(3)[[0, 1, 2, 0]]
    assert math.copysign(1, nce([5, 6, 7, 5], source_probs=head)) == 1
    assert nce([5, 6, 7, 5], source_probs=head) == 0
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    inputs = prepare_inputs(np.eye(4), labels=[0, 0, 0, 1], source_probs=[[0.2, 0.8]] * 4)
    output = compute("nce", inputs)
    assert output.value == pytest.approx(-entropy, rel=1e-14)
    assert output.components["label_entropy"] == pytest.approx(entropy, rel=1e-14)
    assert output.components["source_classes_decided_for"] == 1


def test_a_head_is_needed() -> None:
    """Without a head there is no value."""
    with pytest.raises(MetricInputError, match="got neither"):
        nce([0, 1])
    with pytest.raises(MetricInputError, match="NCE expects labels and source_logits"):
        nce_output(MetricInputs(np.eye(2), "regression", targets=np.eye(2)))
