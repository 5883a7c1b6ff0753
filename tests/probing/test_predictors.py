"""Predictors of rows of numbers, against the probe's own neighbours and scikit-learn's trees."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from ptmrank_core.errors import CancelledError
from ptmrank_core.probing import fit_probe
from ptmrank_core.probing.predictors import PREDICTORS, cross_validate
from ptmrank_core.probing.probe import N_FOLDS
from ptmrank_core.sampling import assign_folds, units_of

RNG = np.random.default_rng(0)
CODES = np.arange(120) % 3
ROWS = RNG.normal(size=(120, 4)) * [1, 10, 100, 1000] + CODES[:, None] * [1, 5, 0, 0]


def test_neighbours_are_those_of_the_probe() -> None:
    """The same folds, scaling and vote: the value that the probe gives beside its own."""
    found = cross_validate(ROWS, PREDICTORS["knn"], labels=CODES, seed=3)
    assert found.value == fit_probe(ROWS, labels=CODES, seed=3).knn
    assert found.losses.mean() == pytest.approx(1 - found.value)
    assert np.isnan(found.knn)


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_trees_are_those_of_scikit_learn(kind: str) -> None:
    """Each fold is predicted by 100 trees that were fitted to the others in one go."""
    targets = ROWS[:, 1] + 0.1 * ROWS[:, 0]
    is_classes = kind == "classes"
    known = CODES if is_classes else targets
    folds = assign_folds(units_of(known, "classification" if is_classes else "regression"), N_FOLDS, seed=0)
    expected = np.empty(120)
    for fold in range(N_FOLDS):
        train, test = folds != fold, folds == fold
        make = HistGradientBoostingClassifier if is_classes else HistGradientBoostingRegressor
        model = make(min_samples_leaf=int(0.1 * train.sum()), early_stopping=False, random_state=0)
        expected[test] = model.fit(ROWS[train], known[train]).predict(ROWS[test])
    found = cross_validate(ROWS, PREDICTORS["trees"], **{"labels" if is_classes else "targets": known})
    assert found.predictions == pytest.approx(expected)
    assert found.measure == ("accuracy" if is_classes else "r2")


def test_several_labels_have_trees_each() -> None:
    """Zeros and ones in several columns are evaluated by the average precision; a constant one is itself."""
    marks = np.stack([CODES == 0, CODES > 0, np.zeros(120)], axis=1).astype(float)
    found = cross_validate(ROWS, PREDICTORS["trees"], targets=marks)
    assert found.measure == "average_precision"
    assert found.value > 0.5
    assert (found.predictions[:, 2] == 0).all()


def test_trees_stop_between_steps() -> None:
    """What is called between the steps may stop the work."""
    calls = []

    def proceed() -> None:
        calls.append(1)
        if len(calls) == 4:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        cross_validate(ROWS, PREDICTORS["trees"], labels=CODES, proceed=proceed)
