"""Samples on which a metric and its second opinion are compared: what real features are like, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.metrics.conftest import make_toy
from tests.oracles.common import Array


def _same(array: Array) -> Array:
    """Leave it as it is."""
    return array


def _two_of_the_first(labels: Array) -> Array:
    """All but two samples of class 0 go to class 1."""
    changed = labels.copy()
    changed[np.flatnonzero(labels == 0)[2:]] = 1
    return changed


def _unequal(labels: Array) -> Array:
    """Half of every class but the first joins the first."""
    changed = labels.copy()
    changed[::2] = 0
    return changed


@dataclass(frozen=True)
class Case:
    """Shape (n, d, C) of toy samples, and what is done to their features and labels."""

    shape: tuple[int, int, int]
    change: Callable[[Array], Array] = _same
    relabel: Callable[[Array], Array] = _same

    def arrays(self, seed: int, unit: float) -> dict[str, Any]:
        """Everything that a metric can ask for, the features in some unit."""
        toy = make_toy(*self.shape, seed=seed)
        return toy.mapped(lambda features: unit * self.change(features), labels=self.relabel(toy.labels))


CASES = {
    "n > d": Case((90, 12, 4)),
    "n < d": Case((40, 100, 4)),
    "n = d": Case((30, 30, 3)),
    "n = d + 1": Case((31, 30, 4)),
    "one feature": Case((60, 1, 3)),
    "two classes": Case((50, 8, 2)),
    "two classes, n < d": Case((8, 40, 2)),
    "fifty classes": Case((150, 6, 50)),
    "over 64 features": Case((120, 80, 8)),
    "hardly any samples": Case((9, 5, 4)),
    "a class of two": Case((60, 10, 4), relabel=_two_of_the_first),
    "unequal classes": Case((60, 10, 4), relabel=_unequal),
    "constant column": Case((60, 9, 4), lambda f: np.hstack([f, np.full((len(f), 1), 3.7)])),
    "duplicated columns": Case((60, 9, 4), lambda f: np.hstack([f, f[:, :4]])),
    "scales": Case((60, 9, 4), lambda f: f * np.logspace(-2, 1, 9)),
    "far from 0": Case((60, 9, 4), lambda f: f + 1e3),
}
