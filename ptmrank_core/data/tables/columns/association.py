"""How well one column tells classes or numbers apart, by itself."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "codes_tell",
    "is_beyond_chance",
    "is_sharp",
    "is_tight",
    "means_tell",
    "rank_correlation",
    "splits_tell",
]

FloatVector = NDArray[np.float64]
IntVector = NDArray[np.int64]


def codes_tell(codes: IntVector, labels: IntVector) -> float:
    """Share of rows whose class is that of most other rows with the same value.

    Parameters
    ----------
    codes
        Value of each of the n rows, as an integer from 0 on.
    labels
        Class of each row, as an integer from 0 on.

    Returns
    -------
    float
        Between 0 and 1; a value that occurs once tells nothing.
    """
    n_classes = int(labels.max()) + 1
    pairs, counts = np.unique(codes * n_classes + labels, return_counts=True)
    owners = pairs // n_classes
    order = np.lexsort((counts, owners))
    owners, counts = owners[order], counts[order]
    is_last = np.append(owners[1:] != owners[:-1], True)
    most = counts[is_last]
    has_second = np.append(False, owners[1:] == owners[:-1])
    second = np.where(has_second[is_last], np.append(0, counts[:-1])[is_last], 0)
    right = np.where((most > 1) & (most - 1 >= second), most, 0)
    return float(right.sum() / len(labels))


def is_beyond_chance(labels: IntVector, n_columns: int) -> bool:
    """Whether a random column would hardly have the classes' own counts and give every label.

    Parameters
    ----------
    labels
        Class of each row.
    n_columns
        Number of columns that are looked at: one such column in a thousand tables is expected at most.
    """
    counts = np.unique(labels, return_counts=True)[1].tolist()
    arrangements = math.lgamma(len(labels) + 1) - sum(math.lgamma(count + 1) for count in counts)
    return arrangements - math.lgamma(len(counts) + 1) >= math.log(1_000 * max(1, n_columns))


def splits_tell(numbers: FloatVector, labels: IntVector) -> tuple[float, FloatVector]:
    """Share of rows that are right when each class has one interval of the numbers, and its best borders.

    Parameters
    ----------
    numbers
        n finite numbers.
    labels
        Class of each, as an integer from 0 on; all K classes occur.

    Returns
    -------
    share, borders
        The borders are the K - 1 numbers between neighbouring intervals.
    """
    n_classes = int(labels.max()) + 1
    order = np.argsort(numbers, kind="stable")
    numbers, labels = numbers[order], labels[order]
    medians = [float(np.median(numbers[labels == k])) for k in range(n_classes)]
    classes = np.argsort(medians, kind="stable").tolist()
    may_cut = np.concatenate([[True], numbers[1:] != numbers[:-1], [True]])
    best = np.where(may_cut, 0.0, -np.inf)
    best[1:] = -np.inf
    starts = []
    for k in classes:
        so_far = np.concatenate([[0.0], np.cumsum(labels == k)])
        gain = best - so_far
        running = np.maximum.accumulate(gain)
        starts.append(_last_maxima(gain, running))
        best = np.where(may_cut, running + so_far, -np.inf)
    place, borders = len(numbers), []
    for start in reversed(starts[1:]):
        place = int(start[place])
        low, high = numbers[max(0, place - 1)], numbers[min(place, len(numbers) - 1)]
        borders.append((low + high) / 2)
    return float(best[-1] / len(numbers)), np.array(borders[::-1])


def _last_maxima(gain: FloatVector, running: FloatVector) -> IntVector:
    """Return for each place where the running maximum was reached."""
    places = np.where(gain == running, np.arange(len(gain)), 0)
    return np.maximum.accumulate(places)


def is_tight(numbers: FloatVector, labels: IntVector, share: float) -> bool:
    """Whether classes explain this share of the variance: the column takes nearly one value for each."""
    total = float(numbers.var())
    counts = np.bincount(labels)
    means = np.bincount(labels, weights=numbers) / np.maximum(counts, 1)
    within = float(((numbers - means[labels]) ** 2).mean())
    return total > 0 and within <= (1 - share) * total


def is_sharp(numbers: FloatVector, borders: FloatVector) -> bool:
    """Whether rows lie densely on both sides of a border, as where the label was made from the numbers.

    On either side of a border, 1 % of the rows or more (at least five) lie closer to it than 5 % of the
    distance between the first and the last tenth of the numbers. Between groups that merely differ there is
    a gap, or few rows.
    """
    low, high = np.quantile(numbers, [0.1, 0.9])
    near = 0.05 * (high - low)
    needed = max(10, 0.02 * len(numbers))
    for border in borders.tolist():
        n_below = float(np.count_nonzero((numbers > border - near) & (numbers <= border)))
        n_above = float(np.count_nonzero((numbers > border) & (numbers <= border + near)))
        if 2 * min(n_below, n_above) >= needed:
            return True
    return False


def rank_correlation(one: FloatVector, other: FloatVector) -> float:
    """Spearman's rank correlation; 0 where a column is constant."""
    ranks = [_ranks(column) for column in (one, other)]
    first, second = (column - column.mean() for column in ranks)
    length = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum() / length) if length else 0.0


def _ranks(numbers: FloatVector) -> FloatVector:
    """Rank numbers; equal ones share the mean of their ranks."""
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: FloatVector = ends - (counts - 1) / 2
    return means[places]


def means_tell(codes: IntVector, numbers: FloatVector) -> float:
    """Share of the variance of numbers that the means of all other rows of the same value explain."""
    counts = np.bincount(codes)
    sums = np.bincount(codes, weights=numbers)
    others = np.maximum(counts[codes] - 1, 1)
    guesses = np.where(counts[codes] > 1, (sums[codes] - numbers) / others, numbers.mean())
    total = float(((numbers - numbers.mean()) ** 2).sum())
    return 1 - float(((numbers - guesses) ** 2).sum()) / total if total else 0.0
