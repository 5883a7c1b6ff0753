"""The probe against scikit-learn, and where samples, classes or columns are lacking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.preprocessing import StandardScaler

from ptmrank_core.errors import CancelledError, InputError
from ptmrank_core.probing.linear_fits import PENALTIES, fit_logistic, fit_ridge, standardise
from ptmrank_core.probing.probe import N_FOLDS, N_NEIGHBOURS, fit_probe
from ptmrank_core.sampling import assign_folds, units_of


def classes(n: int, d: int, n_classes: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Overlapping classes in features of unequal scales."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % n_classes
    means = rng.standard_normal((n_classes, d))
    return (means[labels] + 2 * rng.standard_normal((n, d))) * np.logspace(0, 2, d), labels


@pytest.mark.parametrize(("n", "d", "n_classes"), [(90, 8, 3), (60, 150, 2), (60, 150, 4), (80, 5, 2)])
def test_logistic_regression_is_that_of_scikit_learn(n: int, d: int, n_classes: int) -> None:
    """Narrow and wide, two classes and more: those of LogisticRegression(C=1), converged."""
    features, labels = classes(n, d, n_classes)
    seen, new = standardise(features[: n // 2], features[n // 2 :])
    theirs = LogisticRegression(C=1, max_iter=10_000, tol=1e-9).fit(seen, labels[: n // 2])
    margins = np.sort(theirs.predict_proba(new), axis=1)
    clear = margins[:, -1] - margins[:, -2] > 1e-3
    known, logs = fit_logistic(seen, labels[: n // 2], new)
    assert known.tolist() == theirs.classes_.tolist()
    assert clear.mean() > 0.9
    assert (known[np.argmax(logs, axis=1)] == theirs.predict(new))[clear].all()
    assert np.exp(logs) == pytest.approx(theirs.predict_proba(new), abs=0.01)


def test_ridge_regression_is_that_of_scikit_learn() -> None:
    """The same predictions as RidgeCV, which chooses each target's penalty by leave-one-out too."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((50, 30))
    targets = features[:, :2] + rng.standard_normal((50, 2))
    seen, new = standardise(features[:40], features[40:])
    theirs = RidgeCV(alphas=PENALTIES * 40, alpha_per_target=True).fit(seen, targets[:40])
    assert fit_ridge(seen, targets[:40], new) == pytest.approx(theirs.predict(new), rel=1e-6)


def test_out_of_fold_predictions_are_those_of_each_fold() -> None:
    """Standardised in the training fold alone, then logistic regression; as a literal loop has it."""
    features, labels = classes(100, 6, 3)
    folds = assign_folds(units_of(labels, "classification"), N_FOLDS, seed=3)
    expected = np.empty(100, dtype=int)
    for fold in range(N_FOLDS):
        train, test = folds != fold, folds == fold
        scaler = StandardScaler().fit(features[train])
        seen, new = scaler.transform(features[train]), scaler.transform(features[test])
        expected[test] = (
            LogisticRegression(C=1, max_iter=5000, tol=1e-8).fit(seen, labels[train]).predict(new)
        )
    found = fit_probe(features, labels=labels, seed=3)
    assert found.predictions.tolist() == expected.tolist()
    assert found.losses.tolist() == (expected != labels).astype(float).tolist()
    assert found.value == pytest.approx(np.mean(expected == labels))
    assert found.folds == pytest.approx([np.mean((expected == labels)[folds == k]) for k in range(N_FOLDS)])
    assert (found.measure, found.notes) == ("accuracy", ())


def test_neighbours_vote_by_majority_and_the_nearest_decides_a_tie() -> None:
    """The accuracy of k-NN is that of a literal loop: most votes of five, of equal ones the nearest."""
    features, labels = classes(90, 3, 4)
    folds = assign_folds(units_of(labels, "classification"), N_FOLDS, seed=0)
    right = []
    for i in range(90):
        train = np.flatnonzero(folds != folds[i])
        scaler = StandardScaler().fit(features[train])
        far = np.linalg.norm(scaler.transform(features[train]) - scaler.transform(features[[i]]), axis=1)
        nearest = labels[train[np.argsort(far)[:N_NEIGHBOURS]]].tolist()
        right.append(max(nearest, key=nearest.count) == labels[i])
    assert fit_probe(features, labels=labels).knn == pytest.approx(np.mean(right))


def test_a_probe_is_the_same_for_the_same_seed_and_ignores_labels_of_the_fold() -> None:
    """Deterministic; another seed is another split; noise stays at chance however wide it is."""
    rng = np.random.default_rng(0)
    noise, labels = rng.standard_normal((120, 500)), np.arange(120) % 4
    first, again = (fit_probe(noise, labels=labels, seed=1) for _ in range(2))
    other = fit_probe(noise, labels=labels, seed=2)
    assert first.predictions.tolist() == again.predictions.tolist()
    assert first.predictions.tolist() != other.predictions.tolist()
    assert first.value < 0.45
    assert first.knn < 0.45


def test_dead_columns_and_scales_do_not_count() -> None:
    """Constant columns, also those that are constant up to round-off, and units change nothing."""
    features, labels = classes(80, 5, 2)
    dead = np.concatenate([features * 1e6, np.full((80, 3), 7.0), np.full((80, 1), 0.1)], axis=1)
    dead[::2, -1] = np.nextafter(0.1, 1)
    plain, padded = fit_probe(features, labels=labels), fit_probe(dead, labels=labels)
    assert plain.predictions.tolist() == padded.predictions.tolist()
    nothing = fit_probe(np.ones((80, 3)), labels=labels)
    assert nothing.value == 0.5


def test_a_class_smaller_than_the_folds_is_told() -> None:
    """Three samples of a class cannot be in five folds; the probe is fitted all the same and says so."""
    features, labels = classes(60, 4, 2)
    labels = labels.copy()
    labels[:3] = 2
    found = fit_probe(features, labels=labels)
    assert found.notes == ("1 of 3 classes are not in every fold (fewer samples or groups than 5).",)
    assert len(found.folds) == 5


def test_group_leakage_is_not_rewarded() -> None:
    """Features that only tell the group are at chance where groups are held out, and perfect elsewhere."""
    rng = np.random.default_rng(0)
    member = np.arange(200) % 20
    labels = rng.permutation(np.arange(20) % 2)[member]
    features = np.eye(20)[member] + 0.01 * rng.standard_normal((200, 20))
    assert fit_probe(features, labels=labels).value == 1.0
    assert fit_probe(features, labels=labels, groups=[str(m) for m in member]).value < 0.7


def test_numbers_are_judged_by_r2() -> None:
    """A linear relation is found, noise is near 0 or below; one target or several."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((150, 10))
    one = features[:, 0] + 0.1 * rng.standard_normal(150)
    found = fit_probe(features, targets=one)
    assert (found.measure, found.predictions.shape) == ("r2", (150,))
    assert found.value > 0.95
    assert found.losses == pytest.approx((found.predictions - one) ** 2)
    both = fit_probe(features, targets=np.stack([one, rng.standard_normal(150)], axis=1))
    assert both.predictions.shape == (150, 2)
    assert 0.3 < both.value < 0.55


def test_several_labels_are_judged_by_average_precision() -> None:
    """Labels that the features tell come first for nearly every label."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((150, 10))
    targets = (features[:, :3] > 0.5).astype(float)
    found = fit_probe(features, targets=targets)
    assert found.measure == "average_precision"
    assert found.value > 0.9
    assert fit_probe(rng.standard_normal((150, 10)), targets=targets).value < 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": [0, 1], "targets": [0.0, 1.0]}, "either labels or targets"),
        ({"labels": [0, 0, 0]}, "different targets"),
        ({"labels": [0, 1, 0], "groups": ["a", "a", "a"]}, "one group, 'a'"),
        ({"labels": [0, 1]}, "one row of features"),
        ({"targets": [0.0, 1.0, np.nan]}, "finite"),
    ],
)
def test_what_cannot_be_probed_is_refused(arguments: dict[str, Any], message: str) -> None:
    """Both kinds of targets, one class, one group, lengths that differ, and NaN are errors."""
    with pytest.raises(InputError, match=message):
        fit_probe(np.eye(3), **arguments)


def test_a_probe_can_be_stopped() -> None:
    """What is called in between may raise, also inside the fit of one fold."""
    features, labels = classes(60, 4, 3)
    calls = []

    def stop_at(n: int) -> Callable[[], None]:
        def proceed() -> None:
            calls.append(n)
            if calls.count(n) == n:
                raise CancelledError("The run was cancelled.")

        return proceed

    for n in (1, 4):
        with pytest.raises(CancelledError):
            fit_probe(features, labels=labels, proceed=stop_at(n))
        assert calls.count(n) == n
