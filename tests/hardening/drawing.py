"""Values of hypothesis' strategies, drawn from bytes.

Its own ways to draw depend on its database, and on constants that it collects from whatever is imported.
"""

from __future__ import annotations

import random
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

__all__ = ["draw"]

T = TypeVar("T")
PLAIN = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
N_BYTES = 4096


def draw(strategy: SearchStrategy[T], rng: random.Random) -> T:
    """Draw a value; the same value for the same state of the random numbers, whatever else is imported."""
    drawn: list[Any] = []

    @PLAIN
    @given(strategy)
    def note(value: T) -> None:
        drawn.append(value)

    while not drawn:  # the bytes may make no value, or not suffice
        note.hypothesis.fuzz_one_input(rng.randbytes(N_BYTES))
    return drawn[-1]
