"""NCE against loops over its definition and scikit-learn's mutual information."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.metrics import mutual_info_score

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import MetricInputs, compute, nce, prepare_inputs
from ptmrank_core.metrics.nce import nce_output


def literal_nce(decided: NDArray[Any], labels: NDArray[Any]) -> float:
    """Sum P(y,z) ln [P(y,z) / P(z)] over the pairs that occur."""
    total = 0.0
    for z in set(decided.tolist()):
        inside = [y for y, decision in zip(labels, decided, strict=True) if decision == z]
        for y in set(inside):
            n_pairs = inside.count(y)
            total += n_pairs / len(labels) * math.log(n_pairs / len(inside))
    return total


@pytest.mark.parametrize(("n_samples", "n_classes"), [(40, 4), (150, 50), (9, 2)])
def test_equals_the_loops(toy: Callable[..., Any], n_samples: int, n_classes: int) -> None:
    """Logits and probabilities give the definition's value, which is the mutual information less H(Y)."""
    data = toy(n_samples, 6, n_classes)
    decided = data.source_logits.argmax(axis=1)
    expected = literal_nce(decided, data.labels)
    assert nce(data.labels, source_logits=data.source_logits) == pytest.approx(expected, rel=1e-12)
    probs = softmax(data.source_logits, axis=1)
    assert nce(data.labels, source_probs=probs) == pytest.approx(expected, rel=1e-12)
    entropy = mutual_info_score(data.labels, data.labels)
    assert expected == pytest.approx(mutual_info_score(data.labels, decided) - entropy, rel=1e-9)


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
