"""What fine-tuning gave: drawing the labelled samples, and the record of the accuracies."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

LABELS_PER_CLASS = 20
PROBE_ITERATIONS = 5_000
UNSTABLE_SPREAD = 0.03
DECIMALS = 6


@dataclass(frozen=True)
class Outcome:
    """Accuracies of one model on the test samples, one for each seed.

    Attributes
    ----------
    accuracies : tuple of float
        After fine-tuning all weights.
    probe_accuracies : tuple of float
        Of a logistic regression on the pooled features.
    """

    accuracies: tuple[float, ...]
    probe_accuracies: tuple[float, ...]


def draw_labelled(
    labels: NDArray[np.int64], *, seed: int, per_class: int = LABELS_PER_CLASS
) -> NDArray[np.int64]:
    """Draw the samples that are labelled for training, the same for every model.

    A smaller draw of a seed is a part of its larger ones.

    Parameters
    ----------
    labels : array of shape (n_samples,)
        Class numbers.
    seed : int
        Seed of the draw.
    per_class : int
        Samples of each class, at most `LABELS_PER_CLASS`.

    Returns
    -------
    array of shape (n_classes * per_class,)
        Positions in `labels`, ascending, equally many of each class.
    """
    rng = np.random.default_rng(seed)
    members = (np.flatnonzero(labels == label) for label in np.unique(labels))
    chosen = [rng.choice(group, LABELS_PER_CLASS, replace=False)[:per_class] for group in members]
    return np.sort(np.concatenate(chosen))


def fit_probe(features: NDArray[np.float64], labels: NDArray[np.int64]) -> Pipeline:
    """Fit a logistic regression to standardised features.

    Parameters
    ----------
    features, labels : arrays of shape (n_labelled, width) and (n_labelled,)
        What it is fitted to.

    Returns
    -------
    Pipeline
        The scaler and the regression.
    """
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=PROBE_ITERATIONS)).fit(
        features, labels
    )


def _summary(values: Sequence[float], prefix: str = "") -> dict[str, float]:
    return {
        f"{prefix}mean": round(float(np.mean(values)), DECIMALS),
        f"{prefix}std": round(float(np.std(values, ddof=1)), DECIMALS),
    }


def entry(outcome: Outcome) -> dict[str, object]:
    """Return what is recorded of one model.

    Parameters
    ----------
    outcome : Outcome
        Its accuracies.

    Returns
    -------
    dict of str to object
        Accuracies as fractions.
    """
    return {
        "accuracies": [round(value, DECIMALS) for value in outcome.accuracies],
        **_summary(outcome.accuracies),
        "unstable": max(outcome.accuracies) - min(outcome.accuracies) > UNSTABLE_SPREAD,
        **_summary(outcome.probe_accuracies, "linear_probe_"),
    }


def gaps(outcomes: Mapping[str, Outcome]) -> list[dict[str, object]]:
    """Compare the neighbours in the order that fine-tuning gives.

    Parameters
    ----------
    outcomes : mapping of str to Outcome
        Accuracies by name of the model.

    Returns
    -------
    list of dict
        From the best pair to the worst: the mean over the seeds of the paired difference, and its
        standard error.
    """
    order = sorted(outcomes, key=lambda name: -float(np.mean(outcomes[name].accuracies)))
    found: list[dict[str, object]] = []
    for better, worse in pairwise(order):
        paired = np.subtract(outcomes[better].accuracies, outcomes[worse].accuracies)
        standard_error = float(np.std(paired, ddof=1)) / len(paired) ** 0.5
        found.append(
            {
                "better": better,
                "worse": worse,
                "difference": round(float(np.mean(paired)), DECIMALS),
                "standard_error": round(standard_error, DECIMALS),
            }
        )
    return found


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of installed packages.

    Parameters
    ----------
    *packages : str
        Names of distributions.

    Returns
    -------
    dict of str to str
        Version by name.
    """
    return {"python": platform.python_version()} | {name: version(name) for name in packages}
