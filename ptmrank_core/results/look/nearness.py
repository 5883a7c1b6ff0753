"""Samples that are nearly the same, that stand among another class, or far from all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import Neighbourhoods, RunResult

__all__ = [
    "Astray",
    "Nearness",
    "Pair",
    "astray",
    "counts_of_classes",
    "near_duplicates",
    "nearness_of",
    "outliers",
]

Rows = NDArray[np.int64]
# A pair is nearly the same where its distance is below this share of the median distance of all samples to
# their nearest: the threshold of cleanlab's Datalab.
CLOSE = 0.13
# At least this share of the models has to say so.
MAJORITY = 0.5
# A sample stands among another class where so many of its neighbours are of that class.
ASTRAY = 0.8
# Robust deviations (1.4826 times the median absolute deviation) of the log distance: of a normal distribution
# one sample in 30,000 is beyond, and every model has to find it far.
FAR, FAR_EACH = 4.0, 2.5


@dataclass(frozen=True, eq=False)
class Nearness:
    """The neighbours of every sample under one model: indices and distances, both of shape (n, k)."""

    rows: Rows
    distances: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two samples that are nearly the same, and under how many models."""

    first: int
    second: int
    n_agree: int


@dataclass(frozen=True, slots=True)
class Astray:
    """A sample whose neighbours are of one other class.

    Parameters
    ----------
    row, code
        The sample, and the class of its neighbours.
    share
        Which share of its neighbours is of that class, over all models.
    n_agree
        Under how many models most of them are.
    """

    row: int
    code: int
    share: float
    n_agree: int


def nearness_of(result: RunResult) -> dict[str, Nearness]:
    """Collect the neighbours that a run kept of its candidates."""
    candidates = {spec.id for spec in result.plan.candidates}
    kept = {
        model: Nearness(near.rows.unpack().astype(np.int64), near.distances.unpack().astype(np.float64))
        for model, near in result.contents(Neighbourhoods).items()
        if model in candidates
    }
    return {model: near for model, near in kept.items() if len(near.rows) == result.samples.n_samples}


def near_duplicates(near: Sequence[Nearness]) -> list[Pair]:
    """Find pairs that are nearly the same under most models, those of most models first.

    Parameters
    ----------
    near
        The neighbours under each model, at least one, of the same samples.
    """
    n_samples = len(near[0].rows)
    keys: list[Rows] = []
    for own in near:
        close = own.distances <= CLOSE * np.median(own.distances[:, 0])
        first, place = np.nonzero(close)
        second = own.rows[first, place]
        keys.append(np.unique(np.minimum(first, second) * n_samples + np.maximum(first, second)))
    found, counts = np.unique(np.concatenate(keys), return_counts=True)
    is_most = counts > MAJORITY * len(near)
    pairs = [
        Pair(int(key // n_samples), int(key % n_samples), int(count))
        for key, count in zip(found[is_most], counts[is_most], strict=True)
    ]
    return sorted(pairs, key=lambda pair: -pair.n_agree)


def counts_of_classes(near: Sequence[Nearness], labels: NDArray[np.int64]) -> list[Rows]:
    """Count the neighbours of each sample by their class.

    Parameters
    ----------
    near
        The neighbours under each model.
    labels
        int64 array of shape (n,): codes of classes.

    Returns
    -------
    list of NDArray
        For each model int64 of shape (n, n_classes).
    """
    n_classes, rows = int(labels.max()) + 1, np.arange(len(labels))
    found = []
    for own in near:
        counts = np.zeros((len(labels), n_classes), dtype=np.int64)
        for column in own.rows.T:
            counts[rows, labels[column]] += 1
        found.append(counts)
    return found


def astray(near: Sequence[Nearness], labels: NDArray[np.int64]) -> list[Astray]:
    """Find samples whose neighbours are of one other class under most models.

    Parameters
    ----------
    near
        As of :func:`near_duplicates`.
    labels
        int64 array of shape (n,).
    """
    counts = counts_of_classes(near, labels)
    n_neighbours = [own.rows.shape[1] for own in near]
    agree = np.sum([own > MAJORITY * n_own for own, n_own in zip(counts, n_neighbours, strict=True)], axis=0)
    shares = np.sum(counts, axis=0) / sum(n_neighbours)
    rows = np.arange(len(labels))
    shares[rows, labels] = 0
    codes = np.argmax(shares, axis=1)
    found = np.flatnonzero((shares[rows, codes] >= ASTRAY) & (agree[rows, codes] > MAJORITY * len(near)))
    return [
        Astray(row, int(codes[row]), float(shares[row, codes[row]]), int(agree[row, codes[row]]))
        for row in found.tolist()
    ]


def outliers(near: Sequence[Nearness]) -> list[tuple[int, float, int]]:
    """Find samples that are far from all others: row, robust deviations from the usual distance, models.

    Parameters
    ----------
    near
        As of :func:`near_duplicates`.
    """
    deviations = np.stack([_deviations(own.distances.mean(axis=1)) for own in near])
    mean, n_agree = deviations.mean(axis=0), (deviations > FAR_EACH).sum(axis=0)
    found = np.flatnonzero((mean > FAR) & (n_agree > MAJORITY * len(near)))
    return [(int(row), float(mean[row]), int(n_agree[row])) for row in found[np.argsort(-mean[found])]]


def _deviations(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Robust deviations of the logarithm of distances; 0 where half of all are alike."""
    logs = np.log(np.maximum(distances, np.finfo(np.float32).tiny))
    centred = logs - np.median(logs)
    spread = 1.4826 * np.median(np.abs(centred))
    return np.asarray(centred / spread if spread > 0 else np.zeros_like(centred))
