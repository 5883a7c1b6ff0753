"""The run store: what is kept comes back, to any process and thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest

from ptmrank_core.benchmark import RunStore
from ptmrank_core.benchmark.codec import cell_from_json, to_json
from ptmrank_core.benchmark.progress import store_sink
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunNotFoundError
from ptmrank_core.events import BatchDone, CellDone, Downloaded, Event, StageStarted
from ptmrank_core.records import Cell, Failure, ModelOutcome, RunState, Score, Skipped, Stage
from tests.benchmark.runs import stored_plan

CELLS: list[Cell] = [
    Score("a", "logme", -0.25, 0.01, {"alpha": 1.5}, ("not converged",)),
    Failure("b", "logme", Stage.DOWNLOAD, "GatedModelError", "gated", "log in"),
    Skipped("c", "leep", "needs a head"),
]


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_comes_back_as_it_was(cell: Cell) -> None:
    """Encoding and decoding lose nothing."""
    assert cell_from_json(to_json(cell)) == cell


def test_a_score_that_is_not_a_number_is_never_kept() -> None:
    """NaN is a failure; the codec refuses it as a value."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(Score("a", "logme", float("nan"), 0.0))


def test_a_run_comes_back_whole(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Plan, samples, cells and outcomes of a run are read back equal, by another store object."""
    plan = stored_plan(settings, picture_zip, zoo)
    store = RunStore(settings)
    for cell in CELLS:
        store.add_cell(plan.run_id, cell)
    outcome = ModelOutcome(plan.models[0], {"load": 1.0}, 1, 2, 16, "cpu", "float32")
    store.add_outcome(plan.run_id, outcome)
    store.finish(plan.run_id, RunState.FINISHED, seconds=1.5)
    result = RunStore(settings).result(plan.run_id)
    assert result.plan == plan
    assert list(result.cells) == CELLS
    assert result.outcomes == {plan.models[0].id: outcome}
    assert result.samples.n_samples == 18
    assert (result.state, result.seconds) == (RunState.FINISHED, 1.5)


def test_a_cell_decided_again_replaces_the_old_one(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A run holds one cell for each model and metric."""
    plan = stored_plan(settings, picture_zip, zoo)
    store = RunStore(settings)
    store.add_cell(plan.run_id, Score("a", "logme", 1.0, 0.0))
    store.add_cell(plan.run_id, Score("a", "logme", 2.0, 0.0))
    assert store.cells(plan.run_id) == (Score("a", "logme", 2.0, 0.0),)


def test_the_last_event_of_each_kind_is_found(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A reader sees the newest batch and stage of each model."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store = RunStore(settings)
    store.add_event(run_id, StageStarted("a", Stage.LOAD))
    store.add_event(run_id, BatchDone("a", 4, 18))
    store.add_event(run_id, BatchDone("a", 8, 18))
    store.add_event(run_id, BatchDone("b", 2, 18))
    store.add_event(run_id, CellDone(CELLS[0]))
    events = store.last_events(run_id)
    assert '"done": 8' in events["a", "BatchDone"]
    assert '"done": 2' in events["b", "BatchDone"]
    assert '"stage": "load"' in events["a", "StageStarted"]


def test_events_are_thinned_out_for_each_model_and_the_last_is_kept(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Of quick events in a row the first and the last are kept, though another model's come in between."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store, kept = RunStore(settings), list[Event]()
    with mock.patch.object(store, "add_event", lambda _run_id, event: kept.append(event)):
        sink = store_sink(store, run_id)
        for done in (10, 20, 30):
            sink(Downloaded("next", done, 30))
            sink(BatchDone("current", done, 30))
    assert [event.done_bytes for event in kept if isinstance(event, Downloaded)] == [10, 30]
    assert [event.done for event in kept if isinstance(event, BatchDone)] == [10, 30]


def test_many_threads_write_and_nothing_is_lost(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Pages and a worker use the file at the same time."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store = RunStore(settings)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: store.add_cell(run_id, Score("m", f"metric-{i}", i, 0.0)), range(40)))
    assert {cell.metric for cell in store.cells(run_id)} == {f"metric-{i}" for i in range(40)}


def test_an_unknown_run_is_told(settings: Settings) -> None:
    """A wrong link says so."""
    with pytest.raises(RunNotFoundError, match="There is no run 'nope' here"):
        RunStore(settings).state("nope")
