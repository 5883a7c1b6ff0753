"""How well each model separates the classes, pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import ClassDistances, RunResult, Samples
from ptmrank_core.results.phrases import bidi_isolate
from ptmrank_core.results.votes import probes_of

__all__ = [
    "MIN_DISTANCE",
    "ClassPairs",
    "ClosePair",
    "class_pairs_of",
    "closest_pairs",
    "mistaken_rows",
    "say_closest",
    "say_difference",
]


MAX_SHOWN = 12


# Distances span several orders of magnitude: colours follow their logarithm.
MIN_DISTANCE = 0.1


NOTABLE = 1.5


@dataclass(frozen=True, eq=False)
class ClassPairs:
    """Distances between classes under some models.

    Parameters
    ----------
    names
        Names of the c classes that come closest to another one, in the order of their codes.
    distances
        Model -> Bhattacharyya distances of shape (c, c), 0 on the diagonal.
    medians
        Model -> median distance of all pairs.
    n_classes
        Number of classes that were compared, shown or not.
    """

    names: tuple[str, ...]
    distances: Mapping[str, NDArray[np.float64]]
    medians: Mapping[str, float]
    n_classes: int


def class_pairs_of(result: RunResult, models: Sequence[str], class_names: Sequence[str]) -> ClassPairs | None:
    """Collect the distances that a run has for some models; ``None`` where it has none.

    Parameters
    ----------
    result
        The run.
    models
        The models to be compared.
    class_names
        Names of the classes of its samples, by their codes.
    """
    by_model = result.contents(ClassDistances)
    distances = {
        model: by_model[model].distances.unpack().astype(np.float64) for model in models if model in by_model
    }
    if not distances:
        return None
    codes = by_model[next(iter(distances))].classes.unpack().tolist()
    nearest = np.min([_off_diagonal(matrix).min(axis=1) for matrix in distances.values()], axis=0)
    chosen = np.sort(np.argsort(nearest, kind="stable")[:MAX_SHOWN])
    return ClassPairs(
        tuple(class_names[codes[index]] for index in chosen),
        {model: matrix[np.ix_(chosen, chosen)] for model, matrix in distances.items()},
        {
            model: float(np.median(matrix[~np.eye(len(matrix), dtype=bool)]))
            for model, matrix in distances.items()
        },
        len(codes),
    )


@dataclass(frozen=True, slots=True)
class ClosePair:
    """Two classes that a model hardly tells apart: names, their distance, and that of the median pair."""

    model: str
    first: str
    second: str
    distance: float
    median: float


def closest_pairs(pairs: ClassPairs, n_pairs: int = 3) -> tuple[ClosePair, ...]:
    """Find the pairs of classes that a model has closest, relative to its own median pair; each pair once."""
    found = [
        ClosePair(model, pairs.names[i], pairs.names[j], float(matrix[i, j]), pairs.medians[model])
        for model, matrix in pairs.distances.items()
        for i in range(len(pairs.names))
        for j in range(i + 1, len(pairs.names))
    ]
    found.sort(key=lambda pair: pair.distance / max(pair.median, MIN_DISTANCE))
    first = {(pair.first, pair.second): pair for pair in reversed(found)}
    return tuple(sorted(first.values(), key=found.index)[:n_pairs])


def mistaken_rows(result: RunResult, samples: Samples, pair: ClosePair) -> tuple[int, ...]:
    """Find the samples of two classes that the model's probe takes for the other; none without a probe."""
    probe = probes_of(result).get(pair.model)
    if probe is None or len(probe.predictions) != samples.n_samples:
        return ()
    predicted, labels = np.asarray(probe.predictions), np.asarray(samples.labels)
    codes = [samples.class_names.index(name) for name in (pair.first, pair.second)]
    swapped = np.isin(labels, codes) & np.isin(predicted, codes) & (predicted != labels)
    return tuple(int(row) for row in np.flatnonzero(swapped))


def _off_diagonal(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.eye(len(distances), dtype=bool), np.inf, distances)


def say_difference(pairs: ClassPairs) -> str:
    """Say which pair stands close under one model and far apart under another, as plain text.

    Close and far are relative to the model's own median pair, so that the number of its features alone does
    not count. Empty where there is no such pair.
    """
    if len(pairs.distances) < 2:
        return ""
    models = list(pairs.distances)
    shares = np.stack(
        [matrix / max(pairs.medians[model], MIN_DISTANCE) for model, matrix in pairs.distances.items()]
    )
    low, high = shares.min(axis=0), shares.max(axis=0)
    ratios = np.triu(np.where((low < 1) & (high > 1), high / np.maximum(low, 1e-9), 0.0), 1)
    first, second = (int(place) for place in np.unravel_index(int(ratios.argmax()), ratios.shape))
    if ratios[first, second] < NOTABLE:
        return ""
    far, close = (int(pick(shares[:, first, second])) for pick in (np.argmax, np.argmin))
    return (
        f"The models differ most on {bidi_isolate(pairs.names[first])} and "
        f"{bidi_isolate(pairs.names[second])}: relative to its median pair, {bidi_isolate(models[far])} has "
        f"them {shares[far, first, second]:.2g} times as far "
        f"apart, {bidi_isolate(models[close])} {shares[close, first, second]:.2g} times."
    )


def say_closest(pairs: ClassPairs, model: str) -> str:
    """Name the two classes that are closest under a model, as plain text."""
    distances = _off_diagonal(pairs.distances[model])
    first, second = np.unravel_index(int(distances.argmin()), distances.shape)
    names = " and ".join(bidi_isolate(pairs.names[place]) for place in (first, second))
    return f"{bidi_isolate(model)}: {names} ({distances[first, second]:.3g})"
