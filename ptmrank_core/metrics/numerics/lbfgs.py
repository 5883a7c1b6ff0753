"""Limited-memory BFGS for convex problems whose curvature is roughly known wherever they are evaluated."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Descent", "Evaluation", "minimise"]

Array: TypeAlias = NDArray[np.float64]

# Pairs of steps and changes of the gradient that are remembered.
MEMORY = 10
# Part of the decrease promised by the gradient that a step has to keep (Armijo).
KEPT_DECREASE = 1e-4
# Round-off of the loss, relative: near the optimum a step's decrease is below it.
ROUND_OFF = 1e-15
SHORTEST_STEP = 1e-8


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What is known of a problem at one point; arrays have the point's shape.

    Parameters
    ----------
    loss
        The function's value.
    gradient
        Its gradient.
    curvature
        Positive estimates of its second derivatives along each coordinate.
    """

    loss: float
    gradient: Array
    curvature: Array

    @property
    def steepness(self) -> float:
        """Largest entry of the gradient in units of the loss, or 0 where both are 0."""
        largest = float(np.abs(self.gradient).max())
        return largest / self.loss if largest > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Descent:
    """Where a descent ended, what is known there, and how many evaluations it took."""

    point: Array
    last: Evaluation
    n_evaluations: int


def minimise(
    evaluate: Callable[[Array], Evaluation], start: Array, *, goal: float, most_evaluations: int
) -> Descent:
    """Go down to where the gradient is small beside the loss.

    Parameters
    ----------
    evaluate
        The problem.
    start
        Where to begin, an array of any shape.
    goal
        Steepness at which to stop.
    most_evaluations
        Evaluations after which to stop in any case.

    Returns
    -------
    Descent
        Its steepness is above ``goal`` where evaluations, or the digits of the loss, ran out.

    References
    ----------
    .. [1] Nocedal, Wright: Numerical Optimization, 2nd edition, algorithms 7.4 and 3.1.
       doi:10.1007/978-0-387-40065-5
    """
    point, now, n_evaluations = start, evaluate(start), 1
    pairs: deque[tuple[Array, Array]] = deque(maxlen=MEMORY)
    while now.steepness > goal and n_evaluations < most_evaluations:
        direction = _direction(now, pairs)
        slope = float(np.vdot(now.gradient, direction))
        length = 1.0
        while True:
            ahead = evaluate(point + length * direction)
            n_evaluations += 1
            if ahead.loss <= now.loss * (1 + ROUND_OFF) + KEPT_DECREASE * length * slope:
                break
            length *= _shorten(slope, float(np.vdot(ahead.gradient, direction)))
            if length < SHORTEST_STEP or n_evaluations >= most_evaluations:
                return Descent(point, now, n_evaluations)
        step, change = length * direction, ahead.gradient - now.gradient
        # Positive for convex problems; round-off can make it anything near the optimum.
        if np.vdot(step, change) > 0:
            pairs.append((step, change))
        point, now = point + step, ahead
    return Descent(point, now, n_evaluations)


def _direction(now: Evaluation, pairs: deque[tuple[Array, Array]]) -> Array:
    """Minus the inverse Hessian, as far as the pairs know it, times the gradient ([1], algorithm 7.4)."""
    direction = -now.gradient
    parts = []
    for step, change in reversed(pairs):
        part = np.vdot(step, direction) / np.vdot(step, change)
        parts.append(part)
        direction -= part * change
    direction /= now.curvature
    if pairs:
        step, change = pairs[-1]
        direction *= np.vdot(step, change) / np.vdot(change, change / now.curvature)
    for (step, change), part in zip(pairs, reversed(parts), strict=True):
        direction += (part - np.vdot(change, direction) / np.vdot(step, change)) * step
    return direction


def _shorten(slope: float, slope_ahead: float) -> float:
    """Factor for a step that was too long: to where the slope, taken as linear, would be 0."""
    return min(max(slope / (slope - slope_ahead), 0.1), 0.7) if slope_ahead > slope else 0.5
