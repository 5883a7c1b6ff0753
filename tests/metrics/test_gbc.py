"""GBC by hand and at its limits; tests/oracles has its definition."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import compute, gbc, prepare_inputs

SHAPES = ["spherical", "diagonal", "fulldet"]


def test_two_gaussians_on_a_line() -> None:
    """One feature, variances 1 and 4, means 3 apart: the Bhattacharyya distance by hand, counted twice."""
    features, labels = [[-1.0], [1.0], [1.0], [5.0]], [0, 0, 1, 1]
    expected = -2 * math.exp(-(9 / 2.5 / 8) - 0.5 * math.log(2.5 / 2))
    for shape in SHAPES:
        assert gbc(features, labels, shape=shape) == pytest.approx(expected, rel=1e-12)  # type: ignore[arg-type]


def test_classes_that_coincide_overlap_fully() -> None:
    """Equal classes overlap by 1 in each ordered pair: the least score there is, -C(C - 1)."""
    features = np.tile(np.arange(4.0)[:, None], (3, 5))
    assert gbc(features, np.repeat([0, 1, 2], 4)) == pytest.approx(-6.0, rel=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_unit_counts_only_near_the_floor(toy: Callable[..., Any], shape: Any) -> None:
    """A larger unit and a common mean change nothing; a tiny unit ends at the floor's tie, and is told."""
    data = toy()
    expected = gbc(data.embeddings, data.labels, shape=shape)
    assert gbc(100 * data.embeddings + 7, data.labels, shape=shape) == pytest.approx(expected, rel=1e-9)
    name = "gbc" if shape == "spherical" else f"gbc:{shape}"
    tiny = compute(name, prepare_inputs(1e-5 * data.embeddings, labels=data.labels))
    assert tiny.value == pytest.approx(-12, rel=1e-4)
    assert "100% of the variances are below the absolute floor of 1e-4." in tiny.warnings


def test_factor_of_the_determinant_can_reorder(toy: Callable[..., Any]) -> None:
    """The published form lacks the dimension in ln|Sigma|: more overlap where variances differ."""
    data = toy()
    features = data.embeddings * (1 + data.labels)[:, None]
    assert gbc(features, data.labels) < gbc(features, data.labels, shape="fulldet")


def test_underflow_is_told_and_its_logarithm_kept(toy: Callable[..., Any]) -> None:
    """Classes too far apart for exp tie at 0, with a warning; log_sum still orders them."""
    data = toy(40, 3, n_classes=2)
    sums = []
    for gap in (1e3, 2e3):
        features = data.embeddings + gap * data.labels[:, None]
        output = compute("gbc", prepare_inputs(features, labels=data.labels))
        assert output.value == 0.0
        assert any("overlap is 0" in note for note in output.warnings)
        sums.append(output.components["log_sum"])
    assert sums[1] < 3 * sums[0] < 0


def test_a_class_of_one_is_told(toy: Callable[..., Any]) -> None:
    """A single sample has the least variance there is: it looks far away, and the score says so."""
    data = toy()
    labels = np.where(np.arange(len(data.labels)) == 0, 9, data.labels)
    notes = compute("gbc", prepare_inputs(data.embeddings, labels=labels)).warnings
    assert any("looks far from all others" in note for note in notes)


def test_classes_smaller_than_the_components_are_told(toy: Callable[..., Any]) -> None:
    """Means of few samples in many components are apart by chance, which the score says; 12 are not many."""
    wide, narrow = toy(90, 30), toy(90, 12)
    told = compute("gbc", prepare_inputs(wide.embeddings, labels=wide.labels)).warnings
    assert told == (
        "4 of 4 classes have fewer samples than principal components: their means are apart by chance.",
    )
    assert compute("gbc", prepare_inputs(narrow.embeddings, labels=narrow.labels)).warnings == ()


def test_a_wide_model_is_reduced_in_sample_space() -> None:
    """No matrix of n_features x n_features is formed for 20 samples of width 50,000."""
    features = np.random.default_rng(9).normal(size=(20, 50_000))
    assert np.isfinite(gbc(features, np.arange(20) % 2))


def test_unknown_shape_is_refused(toy: Callable[..., Any]) -> None:
    """A form that does not exist is answered with those that do."""
    data = toy()
    with pytest.raises(UnknownNameError, match="diagonal, fulldet, spherical"):
        gbc(data.embeddings, data.labels, shape="full")  # type: ignore[arg-type]
