"""Linear probe and k nearest neighbours: out-of-fold quality of simple models on the features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.probing.linear_fits import fit_logistic, fit_ridge, standardise
from ptmrank_core.records import MEASURES, Measure, TargetKind
from ptmrank_core.sampling import assign_folds, units_of

__all__ = [
    "N_FOLDS",
    "N_NEIGHBOURS",
    "Goal",
    "Probe",
    "check_arrays",
    "fit_probe",
    "folds_of",
    "goal_of",
    "probe_of",
    "vote_of_nearest",
]

Array: TypeAlias = NDArray[np.float64]
KINDS: Mapping[Measure, TargetKind] = MappingProxyType({measure: kind for kind, measure in MEASURES.items()})
N_FOLDS = 5
N_NEIGHBOURS = 5
# Distances of a block of samples to all others: 32 MiB.
BLOCK_VALUES = 2**22


@dataclass(frozen=True, eq=False)
class Probe:
    """Quality of a linear model and of k-NN on samples that they were not fitted to.

    Parameters
    ----------
    measure
        ``"accuracy"`` (classes), ``"r2"`` (numbers) or ``"average_precision"`` (multi-label targets).
    value
        Of the linear model over all samples; higher is better.
    folds
        The same within each fold.
    knn
        The same measure for k nearest neighbours.
    predictions
        Out-of-fold predictions: int64 codes of shape (n_samples,) for classes, else float64 of the targets'
        shape.
    losses
        float64 array of shape (n_samples,): 0 for right and 1 for wrong, or the mean squared error over the
        targets.
    notes
        Restrictions of the estimate, one sentence each.
    probabilities
        Of classes, the out-of-fold probability of each, float64 array of shape (n_samples, n_classes) in the
        order of their codes; ``None`` where the predictions are no classes, or have no probabilities.
    """

    measure: Measure
    value: float
    folds: tuple[float, ...]
    knn: float
    predictions: NDArray[Any]
    losses: Array
    notes: tuple[str, ...] = ()
    probabilities: Array | None = None


def fit_probe(
    embeddings: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    groups: Sequence[str] = (),
    seed: int = 0,
    proceed: Callable[[], None] = lambda: None,
) -> Probe:
    """Fit a linear model and k-NN to the features, and evaluate each fold with models fitted to the others.

    Classes: multinomial logistic regression with L2 penalty, C = 1. Numbers: ridge regression, its penalty
    chosen inside each training fold by leave-one-out error. Multi-label targets: the same ridge regression on
    zeros and ones, evaluated by the mean over labels of the average precision. Features are standardised by
    mean and deviation of the training fold; columns that are constant there are ignored.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), finite.
    labels
        int array of shape (n_samples,): codes of the classes.
    targets
        float array of shape (n_samples,) or (n_samples, n_targets). Exactly one of the two; two or more
        columns of zeros and ones are multi-label targets.
    groups
        Group of each sample; a group is never split. Empty for no groups.
    seed
        Seed of the folds.
    proceed
        Called between the steps; raises to stop.

    Returns
    -------
    Probe
        The same for the same arguments.

    Raises
    ------
    InputError
        Arrays that do not fit, values that are not finite, one class only, fewer than two samples or groups.
    """
    features = np.asarray(embeddings, dtype=np.float64)
    goal = goal_of(labels, targets)
    check_arrays(features, goal.values, groups)
    folds = folds_of(goal, groups, seed)
    linear = np.empty(goal.values.shape)
    near = np.empty(goal.values.shape)
    likely = np.zeros((len(goal.values), goal.n_classes))
    for fold in range(int(folds.max()) + 1):
        proceed()
        train, test = folds != fold, folds == fold
        seen, new = standardise(features[train], features[test])
        linear[test], likely[test] = goal.fit(seen, goal.values[train], new, proceed)
        near[test] = vote_of_nearest(seen, goal.values[train], new, goal)
    probe = probe_of(goal, folds, linear, knn=goal.judge(near, np.ones(len(folds), dtype=bool)))
    return replace(probe, probabilities=likely if goal.n_classes else None)


@dataclass(frozen=True, eq=False)
class Goal:
    """The targets, and how predictions are evaluated.

    Parameters
    ----------
    measure
        Measure of the predictions.
    given
        Codes of shape (n_samples,), or targets as they were given.
    """

    measure: Measure
    given: NDArray[Any]

    @cached_property
    def values(self) -> Array:
        """Targets of shape (n_samples, n_targets); codes are a single target."""
        return self.given.reshape(len(self.given), -1).astype(np.float64)

    @cached_property
    def n_classes(self) -> int:
        """Number of codes up to the largest that occurs; 0 where the targets are no classes."""
        return int(self.given.max()) + 1 if self.measure == "accuracy" else 0

    def fit(self, seen: Array, known: Array, new: Array, proceed: Callable[[], None]) -> tuple[Array, Array]:
        """Predictions of the linear model for new samples, and the probability of each class."""
        likely = np.zeros((len(new), self.n_classes))
        if self.measure != "accuracy":
            return fit_ridge(seen, known, new), likely
        classes, logs = fit_logistic(seen, known[:, 0].astype(np.int64), new, proceed=proceed)
        likely[:, classes] = np.exp(logs)
        return classes[np.argmax(logs, axis=1)][:, None].astype(np.float64), likely

    def judge(self, predicted: Array, chosen: NDArray[np.bool_]) -> float:
        """Evaluate the predictions of some samples."""
        values, guesses = self.values[chosen], predicted[chosen]
        if self.measure == "accuracy":
            return float(np.mean(values == guesses))
        if self.measure == "average_precision":
            return _average_precision(values, guesses)
        spread = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
        missed = ((values - guesses) ** 2).sum(axis=0)
        known = spread > 0
        return float(np.mean(1 - missed[known] / spread[known])) if known.any() else 0.0

    def losses(self, predicted: Array) -> Array:
        """Loss of each sample."""
        if self.measure == "accuracy":
            return np.asarray((self.values != predicted)[:, 0], dtype=np.float64)
        return np.asarray(((self.values - predicted) ** 2).mean(axis=1), dtype=np.float64)

    def as_given(self, predicted: Array) -> NDArray[Any]:
        """Give predictions the shape and type of the targets."""
        if self.measure == "accuracy":
            return predicted[:, 0].astype(np.int64)
        return predicted.reshape(self.given.shape)


def folds_of(goal: Goal, groups: Sequence[str], seed: int) -> NDArray[np.int64]:
    """Assign each sample to a fold: the same for the same samples, whatever is fitted to them."""
    return assign_folds(units_of(goal.given, KINDS[goal.measure], groups), N_FOLDS, seed=seed)


def goal_of(labels: ArrayLike | None, targets: ArrayLike | None) -> Goal:
    """Make the goal of labels, or of targets: exactly one of the two."""
    if (labels is None) == (targets is None):
        raise InputError("Expected either labels or targets.")
    if labels is not None:
        return Goal("accuracy", np.asarray(labels, dtype=np.int64))
    given = np.asarray(targets, dtype=np.float64)
    is_binary = given.ndim > 1 and given.shape[1] >= 2 and bool(np.isin(given, (0.0, 1.0)).all())
    return Goal("average_precision" if is_binary else "r2", given)


def check_arrays(features: Array, values: Array, groups: Sequence[str]) -> None:
    """Refuse arrays that do not fit, are not finite, or have nothing to learn."""
    if features.ndim != 2 or len(features) != len(values) or len(groups) not in (0, len(values)):
        raise InputError(
            f"Expected one row of features, one target and at most one group for each sample; got features"
            f" {features.shape}, {len(values)} targets, {len(groups)} groups."
        )
    if not (np.isfinite(features).all() and np.isfinite(values).all()):
        raise InputError("Expected finite features and targets, got NaN or infinity.")
    if len(values) < 2 or (values == values[0]).all():
        raise InputError("A probe needs at least two samples with different targets.")


def vote_of_nearest(seen: Array, known: Array, new: Array, goal: Goal) -> Array:
    """Predict by the nearest training samples (Euclidean): majority, ties to the nearest; or their mean."""
    n_near = min(N_NEIGHBOURS, len(seen))
    squares = (seen**2).sum(axis=1)
    predicted = np.empty((len(new), known.shape[1]))
    n_rows = max(1, BLOCK_VALUES // len(seen))
    for start in range(0, len(new), n_rows):
        block = new[start : start + n_rows]
        order = np.argsort(squares - 2 * block @ seen.T, axis=1, kind="stable")[:, :n_near]
        votes = known[order]
        if goal.measure != "accuracy":
            predicted[start : start + n_rows] = votes.mean(axis=1)
            continue
        same = (votes == votes.transpose(0, 2, 1)).sum(axis=1)
        winner = np.argmax(same, axis=1)  # the first of the most frequent: the nearest of them
        predicted[start : start + n_rows] = np.take_along_axis(votes, winner[:, None, None], axis=1)[:, 0]
    return predicted


def _average_precision(values: Array, guesses: Array) -> float:
    """Mean over the labels that occur of the average precision."""
    from sklearn.metrics import average_precision_score  # noqa: PLC0415 - a second

    occurs = (values > 0).any(axis=0)
    if not occurs.any():
        return 0.0
    return float(average_precision_score(values[:, occurs], guesses[:, occurs], average="macro"))


def probe_of(goal: Goal, folds: NDArray[np.int64], predicted: Array, *, knn: float) -> Probe:
    """Evaluate out-of-fold predictions, over all samples and within each fold."""
    return Probe(
        measure=goal.measure,
        value=goal.judge(predicted, np.ones(len(folds), dtype=bool)),
        folds=tuple(goal.judge(predicted, folds == fold) for fold in range(int(folds.max()) + 1)),
        knn=knn,
        predictions=goal.as_given(predicted),
        losses=goal.losses(predicted),
        notes=_notes(goal, folds),
    )


def _notes(goal: Goal, folds: NDArray[np.int64]) -> tuple[str, ...]:
    """Say where the folds restrict the estimate, one sentence each."""
    n_folds = int(folds.max()) + 1
    notes = (
        []
        if n_folds == N_FOLDS
        else [f"{n_folds} folds instead of {N_FOLDS}: there are no more samples or groups to hold out."]
    )
    if goal.measure == "accuracy":
        classes = np.unique(goal.given)
        n_absent = sum(len(np.unique(folds[goal.given == code])) < n_folds for code in classes)
        if n_absent:
            notes.append(
                f"{n_absent} of {len(classes)} classes are not in every fold (fewer samples or groups than"
                f" {n_folds})."
            )
    return tuple(notes)
