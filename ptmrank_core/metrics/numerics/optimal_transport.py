"""Optimal transport between two clouds of points: exact, or refused."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricError, NotApplicableError

__all__ = ["TransportPlan", "plan_transport", "squared_wasserstein"]

Array: TypeAlias = NDArray[np.float64]

# Above this number of pairs HiGHS takes minutes and gigabytes.
MAX_PAIRS = 500_000
# Up to this number of pairs of distinct points (hard labels) the linear programme takes milliseconds.
FEW_PAIRS = 20_000
POT_ROUNDS = 10_000_000


@dataclass(frozen=True, eq=False)
class TransportPlan:
    """How one cloud is moved onto the other at the least cost.

    Parameters
    ----------
    cost
        W_2^2, at least 0, in the unit squared.
    left, right
        The points between which the plan moves mass, shapes (n, d) and (m, d): equal ones may be merged.
    sources, targets
        For each part of the plan the row of ``left`` and of ``right``, both of shape (n_parts,).
    masses
        What share of all is moved there, shape (n_parts,), sum 1.
    """

    cost: float
    left: Array
    right: Array
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    masses: Array


def plan_transport(left: Array, right: Array) -> TransportPlan:
    """Find the least mean squared distance by which one cloud can be moved onto the other.

    Parameters
    ----------
    left, right
        Arrays of shape (n, d) and (m, d); every row of a cloud weighs the same.

    Returns
    -------
    TransportPlan
        Its cost is exact.

    Raises
    ------
    NotApplicableError
        More than 500,000 pairs of clouds of unequal sizes, and the package POT is not installed.
    MetricError
        The solver gave up.

    Notes
    -----
    Clouds of equal sizes: an assignment, since uniform weights have an optimal plan that is a permutation.
    Unequal sizes, or many equal points: the linear programme over the distinct points. Nothing is ever
    approximated or left out.
    """
    left_counts, right_counts = _merge(left), _merge(right)
    n_pairs = len(left_counts) * len(right_counts)
    if n_pairs > FEW_PAIRS and len(left) == len(right):
        return _assign(left, right)
    left_points, left_weights = _distinct(left, left_counts)
    right_points, right_weights = _distinct(right, right_counts)
    costs = _squared_distances(left_points, right_points)
    solve = _solve_programme if n_pairs <= MAX_PAIRS else _solve_network
    cost, plan = solve(costs, left_weights, right_weights)
    sources, targets = np.nonzero(plan)
    return TransportPlan(cost, left_points, right_points, sources, targets, plan[sources, targets])


def squared_wasserstein(left: Array, right: Array) -> float:
    """Return the cost of :func:`plan_transport` alone."""
    return plan_transport(left, right).cost


def _merge(points: Array) -> dict[int, int]:
    """Merge equal points: the row of the first of each -> how many there are.

    Rows are compared by their bytes: to sort them as numbers takes ten times as long.
    """
    firsts: dict[bytes, int] = {}
    counts: dict[int, int] = {}
    for place, row in enumerate(np.ascontiguousarray(points) + 0.0):  # the two zeros get the same bytes
        first = firsts.setdefault(row.tobytes(), place)
        counts[first] = counts.get(first, 0) + 1
    return counts


def _distinct(points: Array, counts: Mapping[int, int]) -> tuple[Array, Array]:
    """Return the distinct points in ascending order, with their weights, which sum to 1."""
    different, order = np.unique(points[list(counts)], axis=0, return_index=True)
    return different, np.array(list(counts.values()))[order] / len(points)


def _squared_distances(left: Array, right: Array) -> Array:
    """Squared distances, shape (n, m), without the cancellation of |a|^2 + |b|^2 - 2 a'b."""
    from scipy.spatial.distance import cdist  # noqa: PLC0415 - keeps the package's import light

    return np.asarray(cdist(left, right, "sqeuclidean"))


def _assign(left: Array, right: Array) -> TransportPlan:
    """Best permutation of clouds of equal sizes."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    # |a|^2 and |b|^2 are the same for every permutation: the products choose, and cost a tenth of distances.
    # Around the mean they keep their digits; the distances that count are then taken themselves.
    mean = right.mean(axis=0)
    rows, columns = linear_sum_assignment((left - mean) @ (right - mean).T, maximize=True)
    moves = left[rows] - right[columns]
    cost = float(np.vdot(moves, moves)) / len(left)
    masses = np.full(len(left), 1 / len(left))
    return TransportPlan(cost, left, right, rows.astype(np.int64), columns.astype(np.int64), masses)


def _solve_programme(costs: Array, left_weights: Array, right_weights: Array) -> tuple[float, Array]:
    """Minimise <costs, T> over T >= 0 with the given row and column sums; return the minimum and T."""
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import eye_array, kron, vstack  # noqa: PLC0415

    n, m = costs.shape
    if 1 in (n, m):  # one plan only
        return float(left_weights @ costs @ right_weights), np.outer(left_weights, right_weights)
    sums: Any = vstack(
        [kron(eye_array(n), np.ones((1, m))), kron(np.ones((1, n)), eye_array(m))], format="csr"
    )
    # What every plan pays is taken out, and the rest measured in its largest: the solver's tolerances are
    # absolute numbers, and costs of 1e18 (targets of 1e9) are beyond them.
    row_least = costs.min(axis=1)
    extra = costs - row_least[:, None]
    column_least = extra.min(axis=0)
    extra -= column_least
    unit = float(extra.max())
    least = float(left_weights @ row_least + right_weights @ column_least)
    if unit == 0:
        return least, np.outer(left_weights, right_weights)
    # The last sum follows from the others; left in, round-off can make the programme infeasible.
    weights = np.concatenate([left_weights, right_weights])[:-1]
    solution: Any = linprog((extra / unit).ravel(), A_eq=sums[:-1], b_eq=weights, method="highs")
    if solution.status != 0:
        raise MetricError(f"The transport plan of {n} x {m} points was not found: {solution.message}")
    return max(0.0, least + unit * float(solution.fun)), np.asarray(solution.x).reshape(n, m)


def _solve_network(costs: Array, left_weights: Array, right_weights: Array) -> tuple[float, Array]:
    """Solve a large programme by the network simplex of the package POT."""
    n, m = costs.shape
    try:
        ot: Any = importlib.import_module("ot")
    except ImportError:
        raise NotApplicableError(
            f"An exact transport plan of {n} x {m} points, more than {MAX_PAIRS:,} pairs of clouds of unequal"
            " sizes, needs the package POT.",
            hint="Install the extra: pip install 'ptmrank[ot]'; or give as many source samples as samples.",
        ) from None
    value, log = ot.emd2(
        left_weights, right_weights, costs, numItermax=POT_ROUNDS, log=True, return_matrix=True
    )
    if log["warning"] is not None:
        raise MetricError(f"The transport plan of {n} x {m} points was not found: {log['warning']}")
    return max(0.0, float(value)), np.asarray(log["G"])
