"""Predictors that read rows of numbers themselves: k nearest neighbours and gradient-boosted trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.probing.linear_fits import standardise
from ptmrank_core.probing.probe import (
    Goal,
    Probe,
    check_arrays,
    folds_of,
    goal_of,
    probe_of,
    vote_of_nearest,
)

__all__ = ["PREDICTORS", "Predict", "cross_validate"]

Array: TypeAlias = NDArray[np.float64]
# Training rows, their targets of shape (n_train, n_targets), new rows, the goal, the seed, and what is called
# between steps -> predictions.
Predict: TypeAlias = Callable[[Array, Array, Array, Goal, int, Callable[[], None]], Array]
# A leaf holds at least so many samples, and never more than a tenth of the training samples.
LEAF, LEAF_SHARE = 20, 0.1
# Trees are added in steps, so that the work can be stopped between them.
N_TREES, STEP = 100, 20


def cross_validate(
    rows: ArrayLike,
    predict: Predict,
    *,
    labels: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    groups: Sequence[str] = (),
    seed: int = 0,
    proceed: Callable[[], None] = lambda: None,
) -> Probe:
    """Evaluate a predictor on each fold, fitted to the others: the folds of :func:`fit_probe`.

    Parameters
    ----------
    rows
        Array of shape (n_samples, n_columns), finite.
    predict
        One of :data:`PREDICTORS`.
    labels, targets, groups, seed, proceed
        As of :func:`~ptmrank_core.probing.probe.fit_probe`.

    Returns
    -------
    Probe
        What the predictor reaches; ``knn`` is NaN, as no neighbours are asked beside it.

    Raises
    ------
    InputError
        As of ``fit_probe``.
    """
    features = np.asarray(rows, dtype=np.float64)
    goal = goal_of(labels, targets)
    check_arrays(features, goal.values, groups)
    folds = folds_of(goal, groups, seed)
    predicted = np.empty(goal.values.shape)
    for fold in range(int(folds.max()) + 1):
        proceed()
        train, test = folds != fold, folds == fold
        predicted[test] = predict(features[train], goal.values[train], features[test], goal, seed, proceed)
    return probe_of(goal, folds, predicted, knn=float("nan"))


def _nearest(
    seen: Array,
    known: Array,
    new: Array,
    goal: Goal,
    _seed: int,
    _proceed: Callable[[], None],
) -> Array:
    """Predict by the nearest training rows, columns standardised."""
    scaled, scaled_new = standardise(seen, new)
    return vote_of_nearest(scaled, known, scaled_new, goal)


def _boosted_trees(
    seen: Array, known: Array, new: Array, goal: Goal, seed: int, proceed: Callable[[], None]
) -> Array:
    """Predict by gradient-boosted trees: of classes one model, of numbers one for each target."""
    from sklearn.ensemble import (  # noqa: PLC0415 - takes a second
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    leaf = max(1, min(LEAF, int(LEAF_SHARE * len(seen))))
    predicted = np.empty((len(new), known.shape[1]))
    for column, values in enumerate(known.T):
        if (values == values[0]).all():
            predicted[:, column] = values[0]
            continue
        kind = HistGradientBoostingClassifier if goal.measure == "accuracy" else HistGradientBoostingRegressor
        model = kind(min_samples_leaf=leaf, early_stopping=False, warm_start=True, random_state=seed)
        for n_trees in range(STEP, N_TREES + 1, STEP):
            proceed()
            model.set_params(max_iter=n_trees).fit(seen, values)
        predicted[:, column] = model.predict(new)
    return predicted


PREDICTORS: Mapping[str, Predict] = MappingProxyType({"knn": _nearest, "trees": _boosted_trees})
