"""Work that a page does not wait for."""

from __future__ import annotations

import threading
import time

import pytest

from dashboard.views.learn.scenes.later import Later, Stage
from tests.waiting import PATIENCE_SECONDS, wait_until


class Worker:
    """Does jobs once it may, and remembers in which order."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.begun: list[str] = []

    def __call__(self, job: str) -> str:
        """Turn a job round; a bad one raises."""
        self.begun.append(job)
        assert self.may.wait(PATIENCE_SECONDS)
        if job.startswith("bad"):
            raise ValueError(job)
        return job[::-1]


def waited_for(later: Later[str], *names: str) -> dict[str, str]:
    """What is found of jobs that are asked for, once all of them are done."""
    jobs = list(names)
    later.ask(jobs)
    wait_until(lambda: later.has_all(jobs))
    return later.ask(jobs)


def test_what_is_done_is_not_done_twice() -> None:
    """Whoever asks again gets what was found; whoever only looks has nothing done."""
    worker = Worker()
    worker.may.set()
    later: Later[str] = Later(worker)
    assert waited_for(later, "ab", "cd") == {"ab": "ba", "cd": "dc"}
    assert later.ask(["cd"]) == {"cd": "dc"}
    assert later.found(["cd", "ef"]) == {"cd": "dc"}
    assert sorted(worker.begun) == ["ab", "cd"]


def test_what_is_not_done_is_missing_and_comes() -> None:
    """Nothing is waited for; a stage is done when all of it is."""
    worker = Worker()
    later: Later[str] = Later(worker)
    jobs = ["ab", "cd"]
    stage = Stage(later, jobs, {"ab"})
    assert later.ask(jobs) == {}
    assert not stage.is_done
    worker.may.set()
    wait_until(lambda: stage.is_done)
    assert later.ask(jobs) == {"ab": "ba", "cd": "dc"}
    assert not stage.is_drawn
    assert stage._replace(drawn=["cd", "ab"]).is_drawn


def test_the_newest_is_done_first_and_the_oldest_is_dropped() -> None:
    """What was asked for last is done next; of more than may wait, the first is dropped until asked again."""
    worker = Worker()
    later: Later[str] = Later(worker, most_waiting=2)
    later.ask(["now"])
    wait_until(lambda: worker.begun == ["now"])
    for job in ("one", "two", "three", "two"):
        later.ask([job])
    worker.may.set()
    wait_until(lambda: later.has_all(["two", "three"]))
    assert worker.begun == ["now", "two", "three"]
    assert waited_for(later, "one") == {"one": "eno"}


def test_a_fault_is_raised_where_it_is_asked_for_and_work_goes_on() -> None:
    """It stops no other job, and the same job is tried anew."""
    worker = Worker()
    worker.may.set()
    later: Later[str] = Later(worker)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"^bad$"):
            waited_for(later, "bad")
    assert waited_for(later, "good") == {"good": "doog"}
    assert worker.begun == ["bad", "bad", "good"]


def test_only_so_much_is_kept() -> None:
    """What nobody asked for longest is forgotten."""
    worker = Worker()
    worker.may.set()
    later: Later[str] = Later(worker, most_kept=2)
    for job in ("one", "two", "one", "three"):
        waited_for(later, job)
    assert later.has_all(["one", "three"])
    assert not later.has_all(["two"])


def test_work_rests_until_nothing_new_is_asked_for() -> None:
    """A job is not begun while others follow; asked for again it waits no longer, and then all are done."""
    worker = Worker()
    worker.may.set()
    later: Later[str] = Later(worker, rest_seconds=0.5)
    start = time.monotonic()
    for job in ("ab", "cd", "ef"):
        assert later.ask([job]) == {}
        time.sleep(0.05)
    wait_until(lambda: len(later.ask(["ab", "cd", "ef"])) == 3)
    assert time.monotonic() - start >= 0.6
    assert sorted(worker.begun) == ["ab", "cd", "ef"]
