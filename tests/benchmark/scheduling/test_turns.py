"""The order of the queue: owners take turns, and each one's runs go as they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from ptmrank_core.benchmark import RunStore, new_run_id
from ptmrank_core.benchmark.scheduling.turns import fair_order
from ptmrank_core.benchmark.store.queue import QueuePosition
from ptmrank_core.config import Quotas, Settings
from ptmrank_core.records import LOCAL_OWNER, RunState

OWNERS = (LOCAL_OWNER, "ada", "bo", "cy")


def position(owner: str, ticket: int) -> QueuePosition:
    """A run that waits."""
    return QueuePosition(f"run-{ticket}", RunState.QUEUED, owner, "cpu", ticket, awaits_worker=True)


@st.composite
def queues(draw: st.DrawFn) -> tuple[list[QueuePosition], dict[str, int | None]]:
    """Runs that wait, and when some owners gave up the device; one of them may be at it."""
    tickets = draw(st.lists(st.integers(1, 60), unique=True, max_size=20))
    waiting = [position(draw(st.sampled_from(OWNERS)), ticket) for ticket in tickets]
    turns: dict[str, int | None] = dict(
        draw(st.dictionaries(st.sampled_from(OWNERS), st.integers(1, 60), max_size=4))
    )
    last = draw(st.sampled_from([None, *OWNERS]))
    return waiting, turns if last is None else turns | {last: None}


@given(queues())
def test_every_run_gets_a_turn_and_nobody_two_in_a_row(
    queue: tuple[list[QueuePosition], dict[str, int | None]],
) -> None:
    """Nothing is lost, each owner's runs keep their order, and between two others have one at most."""
    waiting, turns = queue
    order = fair_order(waiting, turns)
    assert sorted(order, key=lambda run: run.ticket) == sorted(waiting, key=lambda run: run.ticket)
    for owner in OWNERS:
        own = [place for place, run in enumerate(order) if run.owner == owner]
        tickets = [order[place].ticket for place in own]
        assert tickets == sorted(tickets)
        # Before the first one the run at the device counts too: its owner is the last to come.
        for first, second in pairwise([-1, *own]):
            between = Counter(run.owner for run in order[first + 1 : second])
            assert set(between.values()) <= {1}
        if own and turns.get(owner, 0) is not None:
            last = [run.owner for run in order[: own[0]] if turns.get(run.owner, 0) is None]
            assert last == []


@pytest.mark.parametrize(
    ("waiting", "turns", "expected"),
    [
        ([("ada", 1), ("ada", 2), ("ada", 3), ("bo", 4)], {}, [1, 4, 2, 3]),
        ([("ada", 2), ("ada", 3), ("bo", 4)], {"ada": None}, [4, 2, 3]),
        ([("ada", 2), ("bo", 4), ("cy", 6)], {"ada": 5, "cy": None}, [4, 2, 6]),
        ([("ada", 7)], {"ada": None}, [7]),
        ([], {"ada": 3}, []),
    ],
)
def test_an_order_by_hand(
    waiting: list[tuple[str, int]], turns: Mapping[str, int | None], expected: list[int]
) -> None:
    """The owner at work is the last; one who gave up the device is behind whoever had come by then."""
    order = fair_order([position(owner, ticket) for owner, ticket in waiting], turns)
    assert [run.ticket for run in order] == expected


class Queue:
    """A store whose runs are queued, get the device, end and are deleted without being computed."""

    def __init__(self, home: Path) -> None:
        self.store = RunStore(Settings(home=home, quotas=Quotas(n_runs=100)))
        self.waiting: dict[str, str] = {}
        self.at_work: tuple[str, str] | None = None
        self.seen: dict[str, Counter[str]] = {}

    def join(self, owner: str) -> None:
        """Queue a run; from now on the turns of others are counted for it, that at work included."""
        run_id = new_run_id()
        with self.store._open() as db:
            db.execute(
                "INSERT INTO runs (run_id, created_at, state, plan, samples, owner) "
                "VALUES (?, '', ?, '', '', ?)",
                (run_id, RunState.QUEUED, owner),
            )
        self.store.queue(run_id, "cpu", awaits_worker=True)
        is_first = owner not in self.waiting.values()
        self.waiting[run_id] = owner
        if is_first:
            self.seen[owner] = Counter([self.at_work[1]] if self.at_work else [])

    def next(self) -> None:
        """End the run at work, and give the device to the one whose turn it is."""
        if self.at_work is not None:
            self.store.finish(self.at_work[0], RunState.FINISHED, seconds=0.0)
            self.at_work = None
        queued = [run for run in self.store.unfinished("cpu") if run.state is RunState.QUEUED]
        if not queued:
            return
        run = fair_order(queued, self.store.turns("cpu"))[0]
        self.store.take_turn(run)
        self.at_work = (run.run_id, self.waiting.pop(run.run_id))
        for owner, seen in self.seen.items():
            if owner == run.owner:
                seen.clear()
                seen[owner] += 1
            elif owner in self.waiting.values():
                seen[run.owner] += 1
                assert seen[run.owner] <= 1, f"{owner} waits for two runs of {run.owner}"

    def delete(self) -> None:
        """Delete the run that had the device last, as its owner may when it has ended."""
        if self.at_work is not None:
            self.store.delete(self.at_work[0])
            self.at_work = None


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.sampled_from([*OWNERS, "next", "next", "next", "delete"]), max_size=30))
def test_nobody_waits_for_two_runs_of_another(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Before my first run and between two of mine others have one at most, whatever joins or is deleted."""
    queue = Queue(tmp_path_factory.mktemp("queue"))
    for step in steps:
        if step in OWNERS:
            queue.join(step)
        else:
            getattr(queue, step)()
    while queue.waiting:
        queue.next()
    assert len(queue.store.turns("cpu")) <= 1 + len(OWNERS)
