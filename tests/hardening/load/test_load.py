"""A small crowd on a shared server: pages answer without an error, and nobody waits longer than is fair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.hardening.load.crowd import Crowd, measure
from tests.hardening.load.fairness import Waited, unfair

SMALL = Crowd(n_viewers=5, n_owners=4, upload_bytes=(5_000_000,), seconds=10.0)
# Ada queues three runs at once, Bo and Cy one each while the first is at work.
FAIR = (
    Waited("a1", "ada", 0.0, 0.0, 10.0),
    Waited("b1", "bo", 1.0, 10.0, 20.0),
    Waited("c1", "cy", 2.0, 20.0, 30.0),
    Waited("a2", "ada", 0.0, 30.0, 40.0),
    Waited("a3", "ada", 0.0, 40.0, 50.0),
)


def test_what_is_unfair_is_found() -> None:
    """In turn is fair; all of one owner's first is not, and each who waited too long is named."""
    assert list(unfair(FAIR)) == []
    greedy = [replace(FAIR[3], begun_at=10.0, ended_at=20.0), replace(FAIR[1], begun_at=20.0, ended_at=30.0)]
    found = list(unfair([FAIR[0], *greedy]))
    assert found == ["b1 of bo waited for 2 runs of ada: ['a1', 'a2']"]


@pytest.mark.slow
def test_a_small_crowd_is_served(tmp_path: Path) -> None:
    """Viewers read, owners' runs all end and take turns, and an upload is read: without one error."""
    seen = measure(SMALL, tmp_path)
    assert seen.errors == []
    assert len(seen.runs) == 6
    assert list(unfair(seen.runs)) == []
    assert len(seen.reruns) > SMALL.n_viewers
    assert [upload["MB"] >= 5 for upload in seen.uploads] == [True]
