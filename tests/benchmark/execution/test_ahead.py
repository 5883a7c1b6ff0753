"""Extracting ahead: which model is begun when, and what becomes of one that is begun and not finished."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ptmrank_core.benchmark.execution import ahead as stage
from ptmrank_core.benchmark.execution.ahead import WorkAhead
from ptmrank_core.config import Settings
from ptmrank_core.errors import StoreError
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import ModelSpec
from tests.waiting import wait_until

MAIN = threading.main_thread().name


def spec(name: str, source: str = "local") -> ModelSpec:
    """A model of this name."""
    return ModelSpec(id=name, source=source, modality="image")  # type: ignore[arg-type]


class Work:
    """The work on one model, which notes where it was begun and whether it was put down."""

    n_bytes = 2**20

    def __init__(self, own: ModelSpec, begun: dict[str, str]) -> None:
        if own.id == "broken":
            raise StoreError("full")
        self.name, self.is_put_down = own.id, False
        begun[own.id] = threading.current_thread().name

    def put_down(self) -> None:
        """End it."""
        self.is_put_down = True


@pytest.fixture
def begun() -> dict[str, str]:
    """Model -> the thread that it was begun in."""
    return {}


def ahead(settings: Settings, begun: dict[str, str]) -> WorkAhead:
    """Begin works in the order of the models, with a process that is never started."""
    return WorkAhead(ModelProcess(settings), lambda own: Work(own, begun))  # type: ignore[arg-type, return-value]


def test_a_checkpoint_is_begun_while_the_one_before_it_is_scored(
    settings: Settings, begun: dict[str, str]
) -> None:
    """In another thread; a function of the user waits for its turn in this one."""
    specs = [spec("a"), spec("b"), spec("f", "function"), spec("c")]
    with ahead(settings, begun) as works:
        names = [work.name for work in works.each(specs)]  # type: ignore[attr-defined]
    assert names == ["a", "b", "f", "c"]
    assert begun["a"] == begun["f"] == MAIN
    assert begun["b"] != MAIN != begun["c"]


@pytest.mark.parametrize(
    ("n_bytes", "n_ahead"), [(0, 4), (2**20, 4), (stage.HELD_BYTES // 2, 2), (2 * stage.HELD_BYTES, 1)]
)
def test_no_more_models_are_begun_than_memory_holds(
    settings: Settings, begun: dict[str, str], monkeypatch: pytest.MonkeyPatch, n_bytes: int, n_ahead: int
) -> None:
    """Their arrays wait until they are scored: some models ahead, or the next one alone where it is large."""
    monkeypatch.setattr(Work, "n_bytes", n_bytes)
    names = [str(number) for number in range(9)]
    with ahead(settings, begun) as works:
        for number, _ in enumerate(works.each([spec(name) for name in names])):
            last = min(8, number + n_ahead)
            wait_until(lambda last=last: names[last] in begun)  # type: ignore[misc]
            assert len(begun) == last + 1
    assert list(begun) == names


def test_something_is_done_while_features_are_waited_for(settings: Settings) -> None:
    """In this thread, until there is nothing left to do or the features are there."""
    has_begun, may_end = threading.Event(), threading.Event()
    done: list[str] = []

    def begin(own: ModelSpec) -> Work:
        if own.id == "b":
            has_begun.set()
            assert may_end.wait(60)
        return Work(own, {})

    def meanwhile() -> bool:
        done.append(threading.current_thread().name)
        if len(done) == 3:
            may_end.set()
        return len(done) < 3

    works = WorkAhead(ModelProcess(settings), begin, meanwhile)  # type: ignore[arg-type]
    with works:
        names = [work.name for work in works.each([spec("a"), spec("b")])]  # type: ignore[attr-defined]
    assert has_begun.is_set()
    assert names == ["a", "b"]
    assert done == [MAIN] * 3


def test_work_that_was_begun_and_is_not_finished_is_put_down(
    settings: Settings, begun: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where scoring stops the run, the next model is waited for, and its attempt is forgotten."""
    put_down: list[Any] = []
    monkeypatch.setattr(Work, "n_bytes", stage.HELD_BYTES)
    monkeypatch.setattr(Work, "put_down", lambda work: put_down.append(work.name))

    def stop_at_first() -> None:
        with ahead(settings, begun) as works:
            for _ in works.each([spec("a"), spec("b"), spec("c")]):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_at_first()
    assert put_down == ["b"]
    assert "c" not in begun


def test_an_error_that_ends_the_run_comes_at_its_model(settings: Settings, begun: dict[str, str]) -> None:
    """The models before it are finished first."""
    finished: list[str] = []

    def finish_all() -> None:
        with ahead(settings, begun) as works:
            for work in works.each([spec("a"), spec("broken"), spec("c")]):
                finished.append(work.name)  # type: ignore[attr-defined]  # noqa: PERF401

    with pytest.raises(StoreError, match="full"):
        finish_all()
    assert finished == ["a"]
