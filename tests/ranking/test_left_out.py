"""Rank correlations without each model in turn are those of the others alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.ranking.statistics import (
    kendall_tau,
    kendall_tau_without_each,
    weighted_kendall_tau,
    weighted_tau_without_each,
)

Array: TypeAlias = NDArray[np.float64]
PAIRS = [
    pytest.param(kendall_tau_without_each, kendall_tau, id="kendall"),
    pytest.param(weighted_tau_without_each, weighted_kendall_tau, id="weighted"),
]


def pairs_of_values() -> list[tuple[Array, Array]]:
    """Few and many models, more than one block among them, alike and not, with ties and without."""
    rng = np.random.default_rng(0)
    found = []
    for n_models in (4, 5, 12, 40, 300):
        x = rng.normal(size=n_models)
        y = x + rng.normal(size=n_models)
        tied = np.round(x), np.round(2 * y) / 2
        found += [(x, y), (x, -y), (x, x), (tied[0], y), tied, (tied[0], tied[0])]
    return found


@pytest.mark.parametrize(("without_each", "of_all"), PAIRS)
def test_each_is_that_of_the_others_alone(
    without_each: Callable[[Array, Array], Array], of_all: Callable[[Array, Array], float]
) -> None:
    """SciPy's value of the arrays without the model, wherever that has one."""
    n_compared = 0
    for x, y in pairs_of_values():
        with np.errstate(invalid="ignore"):
            found = without_each(x, y)
        expected = np.array([of_all(np.delete(x, i), np.delete(y, i)) for i in range(len(x))])
        is_there = np.isfinite(expected)
        np.testing.assert_allclose(found[is_there], expected[is_there], atol=1e-12)
        n_compared += int(is_there.sum())
    assert n_compared > 2_000
