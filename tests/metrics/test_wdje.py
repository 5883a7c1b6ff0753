"""WDJE's transport against brute force, and what it does around it; tests/oracles has its definition."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import MetricError, MetricInputError, UnknownNameError
from ptmrank_core.metrics import MetricInputs, compute, prepare_inputs, wdje
from ptmrank_core.metrics.numerics import optimal_transport as transport
from ptmrank_core.metrics.numerics.optimal_transport import plan_transport, squared_wasserstein
from ptmrank_core.metrics.wdje import wdje_output
from tests.oracles.wdje import copies, programme


def test_terms_add_up_and_widths_are_padded() -> None:
    """Labels of another width are padded; further source labels add their length; terms sum to the bound."""
    features = np.eye(3)
    inputs = prepare_inputs(
        features,
        labels=[0, 1, 2],
        source_embeddings=np.zeros((5, 3)),
        source_labels=[[3.0, 4.0]] * 5,
        source_error=0.1,
        target_error=1.0,
        lipschitz=3.0,
    )
    output = compute("wdje", inputs)
    parts = output.components
    assert parts["remainder"] == 5
    moves = [np.sum((np.array([3, 4, 0]) - e) ** 2) for e in np.eye(3)]
    assert parts["label_shift"] == pytest.approx(np.mean(moves), rel=1e-12)
    assert parts["feature_shift"] == pytest.approx(parts["lipschitz"] * 0.5, rel=1e-12)
    total = sum(parts[name] for name in ("source_error", "feature_shift", "label_shift", "remainder"))
    assert parts["bound"] == pytest.approx(total + parts["largest_loss"], rel=1e-14)
    assert output.value == pytest.approx(1 - parts["bound"], rel=1e-14)
    assert "given lipschitz is not used" in output.warnings[-1]


def test_real_targets_take_the_given_constant(toy: Callable[..., Any]) -> None:
    """Regression uses M = 1 and the given Lipschitz constant, without which it does not apply."""
    data = toy(30, 5)
    arrays = data.arrays(labels=None, targets=np.arange(30.0), source_labels=np.arange(37.0))
    parts = compute("wdje", prepare_inputs(**arrays)).components
    assert parts["lipschitz"] == 0.1
    assert parts["largest_loss"] == pytest.approx(0.1 * math.exp(-0.5), rel=1e-14)
    assert parts["label_shift"] == 0
    assert parts["remainder"] == pytest.approx(33)
    with pytest.raises(MetricInputError, match=r"needs a Lipschitz constant .* \(lipschitz\)"):
        compute("wdje", prepare_inputs(**(arrays | {"lipschitz": None})))


@pytest.mark.parametrize(("n", "m"), [(5, 5), (1, 4), (4, 1), (6, 4), (12, 18), (7, 5)])
@pytest.mark.parametrize("few", [0, 10_000])
def test_transport_is_exact(monkeypatch: pytest.MonkeyPatch, n: int, m: int, few: int) -> None:
    """Assignment and programme give what an assignment of copies and a dense programme give."""
    monkeypatch.setattr(transport, "FEW_PAIRS", few)
    rng = np.random.default_rng(n * m)
    left, right = rng.normal(size=(n, 3)), rng.normal(size=(m, 3)) + 1
    found = squared_wasserstein(left, right)
    assert found == pytest.approx(copies(left, right), rel=1e-9)
    assert found == pytest.approx(programme(left, right), rel=1e-9)
    assert squared_wasserstein(right, left) == pytest.approx(found, rel=1e-9)


def test_transport_of_closed_cases() -> None:
    """A permuted cloud is 0 away, a moved one the squared move, and so is the best of all permutations."""
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(5, 2))
    assert squared_wasserstein(cloud, cloud[::-1]) == pytest.approx(0, abs=1e-15)
    assert squared_wasserstein(cloud, cloud + np.array([3, 4])) == pytest.approx(25, rel=1e-12)
    other = rng.normal(size=(5, 2))
    best = min(
        np.mean(np.sum((cloud - other[list(p)]) ** 2, axis=1)) for p in itertools.permutations(range(5))
    )
    assert squared_wasserstein(cloud, other) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize(("scale", "origin"), [(1.0, 1e9), (1e9, 0.0), (1e-9, 0.0), (1e4, 1e6)])
def test_the_size_of_the_costs_does_not_count(scale: float, origin: float) -> None:
    """Points far away or in another unit are transported as the same points near 0 and of size 1."""
    rng = np.random.default_rng(5)
    left, right = rng.normal(size=(12, 1)), rng.normal(size=(17, 1)) + 1
    found = squared_wasserstein(scale * left + origin, scale * right + origin)
    assert found == pytest.approx(scale**2 * squared_wasserstein(left, right), rel=1e-6)
    # Only one of the two moved: the squared move is what counts then.
    moved = squared_wasserstein(scale * left, scale * right + 1e9 * scale)
    assert moved == pytest.approx((1e9 * scale) ** 2, rel=1e-6)


@pytest.mark.parametrize("origin", [0.0, 1e9])
def test_targets_far_from_zero_have_a_score(toy: Callable[..., Any], origin: float) -> None:
    """Real targets around 1e9, the target's alone or the source's too, have a finite score."""
    data = toy(30, 5)
    targets = np.arange(30.0) + 1e9
    arrays = data.arrays(labels=None, targets=targets, source_labels=np.arange(37.0) / 3 + origin)
    assert math.isfinite(compute("wdje", prepare_inputs(**arrays)).value)


def test_equal_points_are_merged() -> None:
    """Thousands of hard labels are a programme of a few points: half of the mass moves by sqrt(2)."""
    left, right = np.eye(2)[[0] * 3000 + [1] * 1000], np.eye(2)[[0] * 1000 + [1] * 3000]
    assert squared_wasserstein(left, right) == pytest.approx(1.0, rel=1e-12)


def test_large_unequal_clouds_need_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the plan comes from POT, or the metric is refused with the extra's name."""
    monkeypatch.setattr(transport, "MAX_PAIRS", 10)
    left, right = np.arange(4.0)[:, None], np.arange(3.0)[:, None]
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(MetricInputError, match=r"4 x 3 points.*ptmrank\[ot\]"):
        squared_wasserstein(left, right)
    asked = []

    def emd2(a: Any, b: Any, costs: Any, **options: Any) -> tuple[float, dict[str, Any]]:
        asked.append((len(a), len(b), costs.shape, options["log"]))
        plan = np.outer(a, b)
        return 0.25, {"warning": None if len(asked) == 1 else "numItermax reached", "G": plan}

    monkeypatch.setitem(sys.modules, "ot", SimpleNamespace(emd2=emd2))  # type: ignore[arg-type]
    plan = plan_transport(left, right)
    assert plan.cost == 0.25
    assert plan.masses.sum() == pytest.approx(1)
    assert asked == [(4, 3, (4, 3), True)]
    with pytest.raises(MetricError, match="numItermax reached"):
        squared_wasserstein(left, right)


def test_wrong_calls_are_refused(toy: Callable[..., Any]) -> None:
    """An unknown largest loss and missing inputs are named."""
    data = toy()
    with pytest.raises(UnknownNameError, match="auto, official"):
        wdje(data.embeddings, data.labels, largest_loss="none")  # type: ignore[arg-type]
    inputs = MetricInputs(data.embeddings, "classification", labels=data.labels, n_classes=4)
    with pytest.raises(MetricInputError, match="WDJE expects source_embeddings"):
        wdje_output(inputs)
