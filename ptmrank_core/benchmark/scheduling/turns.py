"""The order of the runs that wait for one device: their owners take turns.

An owner that joins the queue, or gives up the device, goes behind all other owners that wait. So nobody waits
for more than one run of each other owner, the one at work included.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import chain, zip_longest

from ptmrank_core.benchmark.store.queue import QueuePosition

__all__ = ["fair_order"]


def fair_order(waiting: Iterable[QueuePosition], turns: Mapping[str, int | None]) -> list[QueuePosition]:
    """Order runs that wait for one device, as far as nobody joins or leaves.

    Parameters
    ----------
    waiting
        The runs; each owner's are taken in the order of their tickets.
    turns
        When owners last gave up the device, on the counter of tickets; ``None`` for the owner of the run that
        is at work or was the last.

    Returns
    -------
    list of QueuePosition
        One run of each owner in turn, again and again.
    """
    runs: dict[str, list[QueuePosition]] = {}
    for position in sorted(waiting, key=lambda position: position.ticket):
        runs.setdefault(position.owner, []).append(position)

    def since(owner: str) -> float:
        """When the owner came to its place among the owners."""
        turn = turns.get(owner, 0)
        return math.inf if turn is None else max(turn, runs[owner][0].ticket)

    rounds = zip_longest(*(runs[owner] for owner in sorted(runs, key=since)))
    return [position for position in chain.from_iterable(rounds) if position is not None]
