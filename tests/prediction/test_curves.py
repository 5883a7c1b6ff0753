"""What a point of a curve says of its end, on curves made so that it is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.prediction import (
    CurveCoefficients,
    Joint,
    Reached,
    caution,
    condition,
    join,
    learnt_logit,
    load_curve_coefficients,
    settle,
    value_of,
)

CURVES = CurveCoefficients(0.6, 3.0, 0.1, 0.2, 0.5, 0.3, 0.3, 100, tuple("abcde"))
FRACTIONS = np.array([1 / 16, 1 / 4, 1.0])
GAPS = np.array([2.0, 0.7, 0.1])
PRIOR = (np.array([0.5, 1.0, 1.2]), 0.5 + 0.2 * np.eye(3))


def integers(*values: int) -> NDArray[np.int64]:
    """Places."""
    return np.array(values, dtype=np.int64)


EVERYWHERE = (np.repeat(integers(0, 1, 2), 3), np.tile(integers(0, 1, 2), 3))


def reached(points: dict[tuple[int, int], float], noise: float = 0.01) -> Reached:
    """Values of models at fractions, each measured with the same error."""
    models, fractions = zip(*points, strict=True)
    values = np.array(list(points.values()))
    return Reached(integers(*models), integers(*fractions), values, noise * np.eye(len(values)))


def of_ends(joint: Joint) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means and covariance of the ends."""
    return joint.mean[: joint.n_models], joint.covariance[: joint.n_models, : joint.n_models]


def test_conditioning_adds_up_precisions() -> None:
    """It is what the sum of the precisions of prior and measurements gives."""
    joint = join(PRIOR, FRACTIONS, EVERYWHERE, GAPS, CURVES)
    values = reached({(0, 0): -1.0, (2, 1): 0.4})
    found = condition(joint, values)
    picked = np.zeros((2, len(joint.mean)))
    picked[0, joint.places(integers(0), integers(0))] = 1
    picked[1, joint.places(integers(2), integers(1))] = 1
    before, weight = np.linalg.inv(joint.covariance), np.linalg.inv(values.noise)
    covariance = np.linalg.inv(before + picked.T @ weight @ picked)
    mean = covariance @ (before @ joint.mean + picked.T @ weight @ values.logits)
    assert found.covariance == pytest.approx(covariance, abs=1e-8)
    assert found.mean == pytest.approx(mean, abs=1e-8)


def test_the_joint_distribution_is_that_of_the_formula() -> None:
    """Means and covariances of models drawn by the formula, step by step, are those that were computed."""
    rng = np.random.default_rng(0)
    curves, n_draws = replace(CURVES, pace_spread=0.0), 200_000
    joint = join(PRIOR, FRACTIONS, EVERYWHERE, GAPS, curves)
    ends = rng.multivariate_normal(*PRIOR, size=n_draws)
    usual = np.log2(1 / FRACTIONS) ** 1.5
    slopes = (1 + 0.6 * GAPS) * np.exp(-((GAPS / 3.0) ** 2))
    spreads = np.sqrt(0.1**2 + (caution(5) * 0.2 * GAPS) ** 2)
    shared = rng.normal(size=(n_draws, 1, 3)) * np.sqrt((0.2 * 0.3 * usual) ** 2 + 0.15**2)
    memory = 0.5 ** np.abs(np.subtract.outer([4, 2, 0], [4, 2, 0]))
    own = rng.normal(size=(n_draws, 3, 3)) @ np.linalg.cholesky(memory).T * spreads
    pivot = PRIOR[0].mean()
    drawn = pivot + slopes * (ends[:, :, None] - pivot) - 0.3 * usual + shared + own
    entries = np.column_stack([ends, drawn.reshape(n_draws, -1)])
    assert entries.mean(axis=0) == pytest.approx(joint.mean, abs=0.02)
    assert np.cov(entries.T) == pytest.approx(joint.covariance, abs=0.03)


def test_what_all_models_of_a_set_share_cancels() -> None:
    """All values a logit lower, at a pace that is not known: the differences of the ends stay as they are."""
    curves = replace(CURVES, pace_spread=100.0)
    joint = join(PRIOR, FRACTIONS, EVERYWHERE, GAPS, curves)
    points = {(0, 0): -1.0, (1, 0): 0.1, (2, 0): 0.2}
    high, _ = of_ends(condition(joint, reached(points)))
    low, _ = of_ends(condition(joint, reached({at: value - 1 for at, value in points.items()})))
    assert np.diff(low) == pytest.approx(np.diff(high), abs=1e-3)


def test_a_later_value_tells_more() -> None:
    """The difference of two ends is known the better, the later both were looked at."""
    joint = join(PRIOR, FRACTIONS, EVERYWHERE, GAPS, CURVES)
    variances = []
    for fraction in range(3):
        _, covariance = of_ends(condition(joint, reached({(0, fraction): 0.0, (1, fraction): 0.5})))
        variances.append(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    assert variances[0] > 1.5 * variances[1] > 2 * variances[2]


def test_the_last_value_of_a_curve_carries_most() -> None:
    """Moved up alone, the last of three values moves the end most."""
    joint = join(PRIOR, FRACTIONS, EVERYWHERE, GAPS, CURVES)
    points = {(0, 0): -1.0, (0, 1): 0.0, (0, 2): 0.5, (1, 2): 0.9}
    before, _ = of_ends(condition(joint, reached(points)))
    moves = []
    for fraction in range(3):
        after, _ = of_ends(condition(joint, reached(points | {(0, fraction): points[0, fraction] + 1})))
        moves.append(abs(after[0] - before[0]))
    assert moves[2] > 3 * max(moves[:2])


def test_values_settle_the_gaps() -> None:
    """Where models start at their ends the gap is small; where they start at chance it is large."""
    ahead = integers(0, 1, 2)
    near = settle(PRIOR, FRACTIONS, ahead, reached({(0, 1): 0.5, (1, 1): 1.0, (2, 1): 1.2}), CURVES)
    far = settle(PRIOR, FRACTIONS, ahead, reached({(0, 1): -2.5, (1, 1): -2.0, (2, 1): -1.8}), CURVES)
    assert near.gaps[1] < 0.5
    assert far.gaps[1] > 1.5
    # What was seen at one fraction says how fast all models of the set are.
    assert near.gaps[0] < far.gaps[0]


def test_without_values_the_prior_stays() -> None:
    """Nothing was trained: the ends are what the probes say."""
    none = Reached(integers(), integers(), np.zeros(0), np.zeros((0, 0)))
    means, covariance = of_ends(settle(PRIOR, FRACTIONS, integers(0, 1, 2), none, CURVES))
    assert means == pytest.approx(PRIOR[0])
    assert covariance == pytest.approx(PRIOR[1])


def test_shares_are_half_a_sample_away_from_their_ends() -> None:
    """A value of chance or of 1 has a finite logit, and a value in between comes back."""
    assert learnt_logit(0.1, 0.1, 100) == pytest.approx(np.log(0.005 / 0.995))
    assert learnt_logit(1.0, 0.1, 100) == pytest.approx(-learnt_logit(0.1, 0.1, 100))
    assert value_of(np.array([learnt_logit(0.7, 0.1, 100)]), 0.1) == pytest.approx([0.7])


def test_spreads_from_few_sets_are_wider() -> None:
    """By Student's t: at five sets 2.132 stands for 1.645."""
    assert caution(5) == pytest.approx(2.132 / 1.645, abs=1e-3)
    assert caution(1000) == pytest.approx(1.0, abs=2e-3)


def test_the_coefficients_on_record_are_usable() -> None:
    """They come from five sets; spreads fall from the beginning to the end, and a value always counts."""
    curves = load_curve_coefficients()
    assert len(curves.sets) == 5
    gaps = curves.pace * np.log2(1 / FRACTIONS) ** 1.5
    assert (np.diff(curves.spreads(gaps)) < 0).all()
    assert (curves.slopes(gaps) > 0).all()
    assert 0 <= curves.memory < 1
