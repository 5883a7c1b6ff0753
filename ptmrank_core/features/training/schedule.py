"""Learning rates and the time for training. Imports no torch."""

from __future__ import annotations

import math
import time

__all__ = ["CONSTANT_SHARE", "Clock", "constant_rate", "peak_rate", "rate_at"]

MIN_RATE, MAX_RATE = 1e-5, 1e-3
WARM_UP = 0.1
# Of a training whose length is not known when it begins.
WARM_UP_STEPS = 20
# The mean of a one-cycle rate as a share of its peak.
CONSTANT_SHARE = 0.5
# Share of the time for training; a sample of the test takes a third as long as one of a step.
TRAINING_SHARE = 0.9


def peak_rate(n_parameters: int) -> float:
    """Peak learning rate of the weights of a model: higher for a smaller model."""
    return min(MAX_RATE, max(MIN_RATE, 5e-4 * math.sqrt(1e6 / max(1, n_parameters))))


def rate_at(progress: float) -> float:
    """Learning rate as a share of its peak, by the share of steps done: warm-up, then cosine decay."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


def constant_rate(n_steps: int) -> float:
    """Learning rate as a share of its peak, by the number of steps done: warm-up, then constant."""
    return CONSTANT_SHARE * min(1.0, (n_steps + 1) / WARM_UP_STEPS)


class Clock:
    """The time that a training may take, loading and testing included.

    Parameters
    ----------
    seconds
        The limit; infinite for none.
    """

    def __init__(self, seconds: float) -> None:
        self._start = time.perf_counter()
        self._limit = seconds

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._start

    @property
    def share(self) -> float:
        """Share of the time for training that is used up; 0 without a limit."""
        return self.seconds / (TRAINING_SHARE * self._limit) if self._limit > 0 else math.inf
