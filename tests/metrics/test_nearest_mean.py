"""Nearest class mean against a loop that leaves every sample out, and on classes of one."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.metrics import compute, nearest_mean, prepare_inputs


def test_a_mean_that_holds_the_sample_would_score_higher() -> None:
    """On wide noise the closed form does leave the sample out: it is below chance, not near 1."""
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(60, 500)), np.arange(60) % 3
    means = np.array([features[labels == c].mean(axis=0) for c in range(3)])
    inside = ((features[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert np.mean(inside == labels) == 1
    assert nearest_mean(features, labels) < 1 / 3


def test_a_class_of_one_is_missed_and_takes_no_part_but_as_a_rival() -> None:
    """A sample that is alone in its class has no mean without it; others can still be nearer to it."""
    features = [[0.0], [1.0], [10.0], [0.4]]
    output = compute("nearest_mean", prepare_inputs(features, labels=[0, 0, 1, 2]))
    # 0 is 1 from its class's other sample and 0.4 from class 2; 1 is 1 from its own, 0.6 from class 2.
    assert output.value == 0
    assert "2 of 3 classes have one sample only." in output.warnings
    assert output.components["chance"] == pytest.approx(0.5)


def test_means_that_coincide_share_the_hit() -> None:
    """Samples that are all the same are as near to every class: the score is one over their number."""
    assert nearest_mean(np.ones((9, 2)), np.arange(9) % 3) == pytest.approx(1 / 3)
