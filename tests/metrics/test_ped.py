"""PED against samples that are moved one by one, step for step, and at its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import compute, logme, ped, prepare_inputs, sfda
from ptmrank_core.metrics.numerics import repulsion
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from tests.oracles.ped import push
from tests.oracles.sfda import sfda as by_eigenvectors

CASES = [
    (90, 12, 4),
    (40, 100, 4),
    (30, 30, 4),
    (31, 30, 4),
    (60, 1, 3),
    (200, 20, 50),
    (9, 5, 4),
    (8, 40, 2),
]


@pytest.mark.parametrize("spread", [0.15, 0.3, 1.0])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_value_is_that_of_samples_moved_one_by_one(
    toy: Callable[..., Any], case: tuple[int, int, int], spread: float
) -> None:
    """Both inner metrics score the samples as if every one had been moved, for n above and below d."""
    data = toy(*case)
    features = 0.3 * (spread * data.embeddings + data.labels[:, None])
    reference = 0.3 * data.reference_embeddings
    moved, steps = push(features, data.labels, reference)
    output = compute("ped", prepare_inputs(features, labels=data.labels, reference_embeddings=reference))
    assert output.components["steps"] == steps
    assert output.value == pytest.approx(by_eigenvectors(moved, data.labels).mean_p, rel=1e-7)
    found = ped(features, data.labels, reference_embeddings=reference, inner="logme")
    assert found == pytest.approx(logme(moved, data.labels), rel=1e-8)


def test_classes_far_apart_are_left_alone(toy: Callable[..., Any]) -> None:
    """Without any overlap PED is its inner metric, bit for bit, and says so."""
    data = toy(60, 5, n_classes=3)
    features = data.embeddings + 30 * data.labels[:, None]
    inputs = prepare_inputs(features, labels=data.labels, reference_embeddings=data.reference_embeddings)
    for name, inner in (("ped", "sfda"), ("ped:logme", "logme")):
        output = compute(name, inputs)
        assert output.value == compute(inner, inputs).value
        assert output.components["steps"] == 0.0
        assert f"No two classes overlap: nothing is pushed and PED is {inner} itself." in output.warnings


def test_pushing_helps_overlapping_classes(toy: Callable[..., Any]) -> None:
    """Classes that overlap are better told apart after they pushed each other away."""
    data = toy(90, 12)
    features, reference = 0.3 * data.embeddings, 0.3 * data.reference_embeddings
    assert ped(features, data.labels, reference_embeddings=reference) > sfda(features, data.labels)


def test_two_classes_on_a_line_by_hand() -> None:
    """Radius 1, distance 1, reach 1.2: each step moves both classes by 0.005 of the overlap that is left."""
    features, labels = np.array([[-1.5], [0.5], [-0.5], [1.5]]), np.array([0, 0, 1, 1])
    pushed = repulsion.push_apart(Decomposition(features, labels=labels), np.ones(1))
    overlap = 0.2 * 0.99 ** np.arange(7)
    assert pushed.changes == pytest.approx(2 * 0.005 * overlap[:6], rel=1e-9)
    gap = 1.2 - overlap[6]
    assert pushed.mix @ [-0.5, 0.5] == pytest.approx([-gap / 2, gap / 2], rel=1e-9)


def test_the_push_ends_when_a_step_is_small() -> None:
    """A hundred classes that all push one another leave their overlap in fewer than six steps."""
    labels = np.repeat(np.arange(100), 4)
    features = np.random.default_rng(0).normal(size=(400, 60))
    reference = np.array([[-1.0] * 60, [1.0] * 60])
    moved, steps = push(features, labels, reference)
    statistics = Decomposition(features, labels=labels)
    pushed = repulsion.push_apart(statistics, repulsion.reference_unit(reference))
    assert 0 < steps < 6
    assert len(pushed.changes) == steps
    shifts = (pushed.mix - np.eye(100)) @ statistics.class_offsets
    assert moved - features == pytest.approx(shifts[labels], abs=1e-9)


def test_coincident_means_do_not_repel() -> None:
    """Two classes at the same place have no direction to go; the third pushes both: a finite score."""
    labels = np.repeat([0, 1, 2], 4)
    features = np.tile([[-1.0], [1.0]], (6, 3)) + 0.5 * (labels == 2)[:, None]
    assert np.isfinite(ped(features, labels, reference_embeddings=np.array([[-1.0] * 3, [1.0] * 3])))


def test_dead_reference_features_do_not_blow_up(toy: Callable[..., Any]) -> None:
    """Reference features that never change count with a deviation of 1e-3, and the push stays rigid."""
    data = toy(60, 6)
    reference = data.reference_embeddings.copy()
    reference[:, :3] = 0.0
    features = 0.3 * data.embeddings * np.where(np.arange(6) < 3, 1e-3, 1.0)
    moved, steps = push(features, data.labels, reference)
    assert steps == 6
    expected = by_eigenvectors(moved, data.labels).mean_p
    assert ped(features, data.labels, reference_embeddings=reference) == pytest.approx(expected, rel=1e-7)


def test_axes_count(toy: Callable[..., Any]) -> None:
    """The reference's deviations are taken axis by axis: a rotation of everything changes the score."""
    data = toy()
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(12, 12)))[0]
    stretched = data.reference_embeddings * np.logspace(-1, 1, 12)
    value = ped(data.embeddings, data.labels, reference_embeddings=stretched, inner="logme")
    turned = ped(
        data.embeddings @ rotation, data.labels, reference_embeddings=stretched @ rotation, inner="logme"
    )
    assert turned != pytest.approx(value, rel=1e-4)


def test_a_wide_model_is_pushed_in_sample_space() -> None:
    """No matrix of n_features x n_features is formed for 20 samples of width 50,000."""
    features = np.random.default_rng(9).normal(size=(20, 50_000))
    assert np.isfinite(ped(features, np.arange(20) % 2, reference_embeddings=features[::-1]))


def test_wrong_arguments_are_refused(toy: Callable[..., Any]) -> None:
    """No reference set, one of another width, and an inner metric that does not exist are named errors."""
    data = toy()
    with pytest.raises(MetricInputError, match=r"of shape \(m, 12\)"):
        ped(data.embeddings, data.labels, reference_embeddings=np.ones((5, 3)))
    with pytest.raises(MetricInputError, match="reference_embeddings"):
        compute("ped", prepare_inputs(data.embeddings, labels=data.labels))
    with pytest.raises(UnknownNameError, match="logme, sfda"):
        ped(data.embeddings, data.labels, reference_embeddings=data.embeddings, inner="nleep")  # type: ignore[arg-type]
