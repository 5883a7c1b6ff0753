"""The interval of the final result: against formulas, and where groups make it wider."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, r2_score

from ptmrank_core.benchmark.race.judgement import judge, wilson_interval
from ptmrank_core.features.training.doses import TaskResult
from tests.sampling.making import samples_of

ALL = np.arange(200)


def result_of(measure: str, value: float, outputs: np.ndarray, losses: np.ndarray) -> TaskResult:
    """What a final training gave."""
    return TaskResult(
        outputs=outputs.astype(np.float32),
        curve=((3.0, value),),
        measure=measure,
        value=value,
        standard_error=None,
        losses=tuple(losses.astype(float).tolist()),
        epochs=3.0,
        learning_rate=1e-4,
        seconds=5.0,
        n_parameters=10,
        dtype="float32",
        accumulated=1,
    )


@pytest.mark.parametrize(("n_right", "n_samples"), [(0, 20), (20, 20), (97, 120), (1, 3)])
def test_an_accuracy_has_wilsons_interval(n_right: int, n_samples: int) -> None:
    """Equal to that of SciPy."""
    expected = binomtest(n_right, n_samples).proportion_ci(0.9, method="wilson")
    assert wilson_interval(n_right / n_samples, n_samples) == pytest.approx((expected.low, expected.high))


def test_samples_of_a_group_count_for_less() -> None:
    """Where whole groups are right or wrong, the interval is that of the groups, not of the samples."""
    wrong = np.repeat(np.arange(20) % 5 == 0, 10)
    labels = np.tile([0, 1], 100)
    result = result_of("accuracy", 0.8, np.zeros((200, 2)), wrong)
    alone = judge(result, samples_of(labels), ALL, n_train=600, seed=0)
    assert (alone.low, alone.high) == pytest.approx(wilson_interval(0.8, 200))
    groups = [f"g{row // 10}" for row in range(200)]
    grouped = judge(result, samples_of(labels, groups=groups), ALL, n_train=600, seed=0)
    assert (grouped.low, grouped.high) == pytest.approx(wilson_interval(0.8, 20), abs=0.01)
    perfect = judge(
        result_of("accuracy", 1.0, np.zeros((200, 2)), 0 * wrong),
        samples_of(labels, groups=groups),
        ALL,
        n_train=600,
        seed=0,
    )
    assert (perfect.low, perfect.high) == pytest.approx(wilson_interval(1.0, 20))


def test_r2_has_a_bootstrap_interval_that_covers() -> None:
    """Over repeated draws of judging samples, nine of ten intervals hold the R2 of very many samples."""
    rng, n_held = np.random.default_rng(0), 0
    for _ in range(60):
        labels = rng.normal(size=200)
        outputs = labels + rng.normal(scale=0.5, size=200)
        value = r2_score(labels, outputs)
        result = result_of("r2", value, outputs[:, None], (labels - outputs) ** 2)
        final = judge(result, samples_of(labels, "regression"), ALL, n_train=600, seed=1)
        assert final.low < value < final.high
        n_held += final.low <= 0.75 <= final.high
    assert 48 <= n_held <= 59


def test_an_average_precision_has_a_bootstrap_interval() -> None:
    """It holds the value, which is the mean over the labels, and is narrower with more samples."""
    rng = np.random.default_rng(0)
    labels = (rng.random((200, 3)) < 0.3).astype(float)
    outputs = labels + rng.normal(size=(200, 3))
    widths = []
    for rows in (ALL[:50], ALL):
        value = float(average_precision_score(labels[rows], outputs[rows], average="macro"))
        result = result_of("average_precision", value, outputs[rows], np.zeros(len(rows)))
        final = judge(result, samples_of(labels, "multilabel"), rows, n_train=600, seed=0)
        assert final.low < value < final.high
        widths.append(final.high - final.low)
    assert widths[1] < 0.7 * widths[0]
