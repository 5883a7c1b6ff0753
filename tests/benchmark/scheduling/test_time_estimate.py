"""How long candidates would run here, by what earlier runs have measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, expected_time
from ptmrank_core.benchmark.scheduling import processor_speed
from ptmrank_core.config import Settings
from ptmrank_core.records import ExtractionReport, ModelOutcome, ModelSpec
from tests.benchmark.runs import stored_plan

IMAGE = ModelSpec("a", "hub", "image", n_parameters=1_000)


def outcome(spec: ModelSpec, seconds: float, n_run: int) -> ModelOutcome:
    """A model that took so long to prepare and run so many samples."""
    spent = {"load": 9.0, "preprocess": seconds / 4, "forward": 3 * seconds / 4, "score": 9.0}
    return ModelOutcome(spec, ExtractionReport("float32", "cpu", spent, 0, n_run, n_run), 8)


def test_time_is_measured_guessed_from_the_size_or_unknown(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """What ran counts as measured, others by their parameters, and nothing is made up for the rest."""
    store = RunStore(settings)
    first, second = (stored_plan(settings, picture_zip, zoo).run_id for _ in range(2))
    assert expected_time(store, [replace(IMAGE, n_parameters=None)], 100, {}).n_unknown == 1
    assert expected_time(store, [IMAGE], 100, {}).n_rough == 1
    store.add_outcome(first, outcome(IMAGE, 50.0, 10))  # slow once
    store.add_outcome(second, outcome(IMAGE, 2.0, 20))  # the newest counts: 0.1 s a sample
    store.add_outcome(second, outcome(replace(IMAGE, id="cached"), 0.0, 0))
    large = replace(IMAGE, id="large", n_parameters=3_000)
    told = replace(IMAGE, id="told", n_parameters=None)
    text = replace(IMAGE, id="text", modality="text", n_parameters=None)
    columns = replace(IMAGE, id="columns", source="columns")
    found = expected_time(store, [IMAGE, large, told, text, columns], 100, {"told": 500})
    assert (found.n_measured, found.n_guessed, found.n_unknown) == (1, 2, 1)
    assert found.seconds == pytest.approx(100 * (0.1 + 0.3 + 0.05))


def test_before_anything_ran_the_time_is_guessed_from_the_processor(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three seconds to load, 10 ms to prepare a sample, and twice the operations that the size asks for."""
    monkeypatch.setattr(processor_speed, "measured_flops", lambda: 100e9)
    picture = replace(IMAGE, n_parameters=86_000_000)
    forward = 2 * 2 * 86e6 * 200 / 100e9
    found = expected_time(RunStore(settings), [picture], 50, {})
    assert found.seconds == pytest.approx(3.0 + 50 * (0.01 + forward))
    assert (found.n_measured, found.n_guessed, found.n_rough, found.n_unknown) == (0, 0, 1, 0)


def test_the_speed_of_the_processor_is_measured() -> None:
    """Between a pocket calculator and a supercomputer."""
    assert 1e6 < processor_speed.measured_flops() < 1e16
