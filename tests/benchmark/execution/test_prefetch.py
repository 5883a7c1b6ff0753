"""The next model's files come while the current one runs."""

from __future__ import annotations

import threading

import pytest

from ptmrank_core.benchmark.execution.prefetch import FetchAhead
from ptmrank_core.errors import CancelledError, ModelNotFoundError
from ptmrank_core.events import CancelToken, Event, Sink, StageStarted, raise_if_cancelled
from ptmrank_core.records import ModelSpec, Stage
from tests.waiting import PATIENCE_SECONDS

SPECS = [ModelSpec(id=name, source="hub", modality="image") for name in "abc"]


class Hub:
    """A fetch that tells what it was asked for; ``b`` does not exist."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.arrived = {spec.id: threading.Event() for spec in SPECS}

    def __call__(self, spec: ModelSpec, *, sink: Sink, cancel: CancelToken) -> ModelSpec:
        """Bring a model."""
        raise_if_cancelled(cancel)
        self.asked.append(spec.id)
        sink(StageStarted(spec.id, Stage.DOWNLOAD))
        self.arrived[spec.id].set()
        if spec.id == "b":
            raise ModelNotFoundError("There is no model 'b'.")
        return spec


def test_one_model_ahead_and_each_error_with_its_own_model() -> None:
    """While ``a`` is worked with ``b`` is fetched, and no further; its error waits for its turn."""
    hub, heard = Hub(), list[Event]()
    with FetchAhead(SPECS, hub, sink=heard.append, cancel=lambda: False) as files:
        assert files.take(SPECS[0]) is SPECS[0]
        assert hub.arrived["b"].wait(PATIENCE_SECONDS)
        assert hub.asked == ["a", "b"]
        with pytest.raises(ModelNotFoundError, match="no model 'b'"):
            files.take(SPECS[1])
        assert files.stage_of("b") is Stage.DOWNLOAD
        assert files.take(SPECS[2]) is SPECS[2]
    assert [event.model for event in heard if isinstance(event, StageStarted)] == ["a", "b", "c"]


def test_leaving_early_stops_what_is_under_way() -> None:
    """A run that ends in an error does not wait for a download that nobody needs."""
    started, ended = threading.Event(), threading.Event()

    def slow(spec: ModelSpec, *, sink: Sink, cancel: CancelToken) -> ModelSpec:  # noqa: ARG001
        if spec.id == "a":
            return spec
        started.set()
        while not cancel():
            ended.wait(0.01)
        ended.set()
        raise CancelledError("stopped")

    with FetchAhead(SPECS, slow, sink=lambda _event: None, cancel=lambda: False) as files:
        files.take(SPECS[0])
        assert started.wait(PATIENCE_SECONDS)
    assert ended.is_set()
