"""Values that can be derived with pencil, for the names that no published code gives a value for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ptmrank_core.metrics import compute, prepare_inputs
from tests.oracles import nleep, sfda, transrate, wdje

EPS = 1e-4


@pytest.mark.parametrize("name", ["nleep", "nleep:spherical"])
def test_clusters_far_apart_leave_the_entropy_within_each(name: str) -> None:
    """Samples at two places score minus the entropy of the label, given the place."""
    # A component has its mean at one place or at the other, and a variance of the regularisation, 1e-5 at
    # most. Seen from the other place its density is exp(-2000^2 / 2e-5) = 0 in float64. So each component v
    # belongs to one place x, where theta_v is the same for all samples, say t_v, and sum_{v at x} t_v = 1.
    # Then
    #     P(y|v) = sum_{i at x, y_i = y} t_v / sum_{i at x} t_v = p(y|x), and
    #     LEEP = mean_i ln sum_{v at x_i} p(y_i|x_i) t_v = mean_i ln p(y_i|x_i) = -H(Y|X).
    # 60 samples at the first place, 45 + 15; 40 at the second, 10 + 30: p = 3/4, 1/4 at both.
    place = np.repeat([-1e3, 1e3], [60, 40])
    labels = np.repeat([0, 1, 0, 1], [45, 15, 10, 30])
    expected = 0.75 * math.log(0.75) + 0.25 * math.log(0.25)
    features = np.stack([place, place], axis=1)
    assert compute(name, prepare_inputs(features, labels=labels)).value == pytest.approx(expected, rel=1e-12)
    covariance = "spherical" if ":" in name else "full"
    assert nleep.nleep(features, labels, covariance) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("half_gap", "spread"), [(1.0, 1.5), (0.3, 0.5), (2.0, 1.0)])
def test_discriminants_on_a_line(half_gap: float, spread: float) -> None:
    """Two classes of two points, at +-a +-t: both fits of SFDA in closed form, with and without logarithm."""
    # One feature: S = (1 - s) S_w + s S_w = S_w = t^2 whatever the shrinkage s. Means +-a, equal priors:
    #     logit_+ - logit_- = 2 a x / t^2, so p = sigma(2 a x / t^2) at x from 0 on the own side.
    # q is a softmax of (p, 1 - p): q = sigma(2 p - 1). The other class's mean is at -a, so ConfMix moves x to
    #     q x - (1 - q) a.
    # By symmetry the mixed classes are at +-m +-v with m the mean and v half the difference of the two mixed
    # points: the second fit is the first one with m for a and v for t. The score is the mean of p, or of ln
    # p.
    a, t = half_gap, spread
    mixed = []
    for x in (a + t, a - t):
        p = 1 / (1 + math.exp(-2 * a * x / t**2))
        q = 1 / (1 + math.exp(1 - 2 * p))
        mixed.append(q * x - (1 - q) * a)
    m, v = (mixed[0] + mixed[1]) / 2, (mixed[0] - mixed[1]) / 2
    final = [1 / (1 + math.exp(-2 * m * x / v**2)) for x in mixed]
    features, labels = np.array([[a + t], [a - t], [-a + t], [-a - t]]), np.array([0, 0, 1, 1])
    inputs = prepare_inputs(features, labels=labels)
    mean_log = math.log(final[0] * final[1]) / 2
    assert compute("sfda", inputs).value == pytest.approx(sum(final) / 2, rel=1e-12)
    assert compute("sfda:log", inputs).value == pytest.approx(mean_log, rel=1e-11)
    assert sfda.sfda(features, labels).mean_log_p == pytest.approx(mean_log, rel=1e-11)


def test_rates_on_a_line() -> None:
    """One feature: the rates of four numbers, weighed in the three ways."""
    # Mean 0. R of k numbers x: ln(1 + sum x^2 / (k eps)) / 2. All: 4 + 1 + 0 + 9 = 14 over 4; classes: 5 over
    # 3, 9 over 1. trace: numbers over sqrt(14), so that their squares sum to 1, 5/14 and 9/14; weights 3/4
    # and 1/4.
    features, labels = [[-2.0], [-1.0], [0.0], [3.0]], [0, 0, 0, 1]
    every, first, second = (math.log1p(x / EPS) / 2 for x in (14 / 4, 5 / 3, 9.0))
    scaled = [math.log1p(x / EPS) / 2 for x in (1 / 4, 5 / 14 / 3, 9 / 14)]
    inputs = prepare_inputs(features, labels=labels)
    expected = {
        "transrate": every - (first + second) / 2,
        "transrate:prior": every - 0.75 * first - 0.25 * second,
        "transrate:trace": scaled[0] - 0.75 * scaled[1] - 0.25 * scaled[2],
    }
    for name, value in expected.items():
        assert compute(name, inputs).value == pytest.approx(value, rel=1e-10)


def test_rates_of_orthogonal_classes() -> None:
    """Three classes on axes of their own, at +-2: three directions of all against one of each class."""
    # Z'Z = diag(8, 8, 8): R = 3 ln(1 + 8 / (6 eps)) / 2; a class has one direction: ln(1 + 8 / (2 eps)) / 2.
    # trace: the squares sum to 24, so 8 becomes 1/3. All classes are alike: every weighting is the same.
    features, labels = np.kron(np.eye(3), [[2.0], [-2.0]]), np.repeat([0, 1, 2], 2)
    inputs = prepare_inputs(features, labels=labels)
    for name, square in (("transrate", 8.0), ("transrate:prior", 8.0), ("transrate:trace", 1 / 3)):
        expected = 3 * math.log1p(square / 6 / EPS) / 2 - math.log1p(square / 2 / EPS) / 2
        assert compute(name, inputs).value == pytest.approx(expected, rel=1e-12)
        form = name.partition(":")[2] or "uniform"
        assert transrate.transrate(features, labels, form) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "largest"), [("wdje", math.log(100)), ("wdje:auto", math.log(2))])
def test_a_source_that_is_the_target(name: str, largest: float) -> None:
    """Nothing to be moved leaves the source error and Lip M exp(-1/2)."""
    # Rows of length 1: (1, 0), (0, 1), twice each. F'F = diag(2, 2), so ||F||_2 = sqrt(2) and, with C = 2 and
    # n = 4, Lip = sqrt(2) (C - 1) / (C n) = sqrt(2) / 8. Both clouds and both sets of labels are equal: W_x =
    # W_y = 0, and no source label is left over. value = target error - (source error + Lip M exp(-1/2)), M =
    # ln 100 or ln C.
    features, labels = np.eye(2)[[0, 1, 0, 1]], np.array([0, 1, 0, 1])
    further: dict[str, Any] = {"source_labels": np.eye(2)[labels], "source_error": 0.1, "target_error": 0.7}
    inputs = prepare_inputs(5 * features, labels=labels, source_embeddings=features, **further)
    expected = 0.7 - 0.1 - math.sqrt(2) / 8 * largest * math.exp(-0.5)
    assert compute(name, inputs).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "largest"), [("wdje", math.log(100)), ("wdje:auto", math.log(3))])
def test_a_source_at_right_angles(name: str, largest: float) -> None:
    """Source samples at right angles to all targets, their labels of one class, two of them left over."""
    # Targets e1, e2, e3 (scaled), sources e4 five times: any plan moves by |e_i - e4|^2 = 2, so W_x = 2.
    # ||F||_2 = 1 and Lip = 1 (3 - 1) / (3 3) = 2/9. The first three source labels are class 0, the target's
    # one of each: two thirds of the mass move by |e_0 - e_c|^2 = 2, so W_y = 4/3. Two labels of length 1 are
    # left over: E_s = 1.
    target, source, labels = 3 * np.eye(3, 4), np.repeat([[0.0, 0.0, 0.0, 7.0]], 5, axis=0), np.arange(3)
    theirs = np.repeat([[1.0, 0.0, 0.0]], 5, axis=0)
    inputs = prepare_inputs(
        target,
        labels=labels,
        source_embeddings=source,
        source_labels=theirs,
        source_error=0.1,
        target_error=0.7,
    )
    bound = 0.1 + 2 / 9 * 0.5 * 2 + 4 / 3 + 1 + 2 / 9 * largest * math.exp(-0.5)
    assert compute(name, inputs).value == pytest.approx(0.7 - bound, rel=1e-12)
    literal = wdje.wdje((source, target), (theirs, np.eye(3)), (0.1, 0.7), m=largest, lip=2 / 9)
    assert literal == pytest.approx(0.7 - bound, rel=1e-10)
