"""The run store: what is kept comes back, to any process and thread."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ptmrank_core.benchmark import RunStore, list_runs, new_run_id, read_progress
from ptmrank_core.benchmark.scheduling.progress import store_sink
from ptmrank_core.benchmark.store.codec import cell_from_json, to_json
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunNotFoundError, StoreError
from ptmrank_core.events import BatchDone, CellDone, Downloaded, Event, ModelStarted, StageStarted
from ptmrank_core.records import (
    LOCAL_OWNER,
    Cell,
    ExtractionReport,
    Failure,
    Finding,
    ModelOutcome,
    RunPlan,
    RunState,
    Score,
    Skipped,
    Stage,
)
from tests.benchmark.runs import stored_plan

CELLS: list[Cell] = [
    Score("a", "logme", -0.25, 0.01, {"alpha": 1.5}, ("not converged",)),
    Failure("b", "logme", Stage.DOWNLOAD, "GatedModelError", "gated", "log in"),
    Skipped("c", "leep", "needs a head"),
]
OF_LAYERS: list[Cell] = [replace(cell, layer=3) for cell in CELLS]


@pytest.mark.parametrize("cell", CELLS + OF_LAYERS)
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
    report = ExtractionReport("float32", "cpu", {"load": 1.0}, 1, 2, notes=("odd",))
    outcome = ModelOutcome(plan.models[0], report, 16, n_layers=3, score_seconds=0.5)
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


def test_cells_of_layers_are_kept_apart(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A model and each of its layers have a cell of their own under one metric."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store = RunStore(settings)
    own = Score("a", "logme", 1.0, 0.0)
    layers = (replace(own, layer=0), Skipped("a", "logme", "no", layer=1))
    for cell in (layers[0], own, layers[1]):
        store.add_cell(run_id, cell)
    assert store.cells(run_id) == (own,)
    assert store.layer_cells(run_id) == layers
    assert store.result(run_id).layer_cells == layers


def flat_outcome(plan: RunPlan) -> dict[str, Any]:
    """Outcome of the first model of a plan as versions before the sixth kept it."""
    return {
        "spec": asdict(plan.models[0]),
        "seconds": {"load": 1.0, "preprocess": 2.0, "forward": 6.0, "score": 0.5},
        "cache_hits": 1,
        "cache_misses": 2,
        "n_features": 16,
        "device": "cpu",
        "dtype": "bfloat16",
        "peak_memory_bytes": 1_000,
        "n_layers": 3,
        "notes": ["odd"],
        "batch_size": 8,
        "n_run": 4,
    }


FIRST_OUTCOME = {
    *("spec", "seconds", "cache_hits", "cache_misses", "n_features"),
    *("device", "dtype", "peak_memory_bytes"),
}


def test_an_outcome_of_the_fifth_version_is_taken_over(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """What was kept of an extraction side by side is its report now, and tells how fast models ran."""
    plan = stored_plan(settings, picture_zip, zoo)
    spec = plan.models[0]
    with closing(sqlite3.connect(settings.runs_dir / "runs.sqlite")) as db:
        row = (plan.run_id, spec.id, json.dumps(flat_outcome(plan)))
        db.execute("INSERT INTO outcomes VALUES (?, ?, ?)", row)
        db.execute("PRAGMA user_version = 5")
        db.commit()
    seconds = {"load": 1.0, "preprocess": 2.0, "forward": 6.0}
    report = ExtractionReport("bfloat16", "cpu", seconds, 1, 2, 4, 8, 1_000, notes=("odd",))
    for _ in range(2):
        store = RunStore(settings)
        assert store.outcomes(plan.run_id) == {spec.id: ModelOutcome(spec, report, 16, 3, 0.5)}
        assert store.speeds()[spec.id].seconds == 2.0


OLD_CELLS = """
DROP TABLE cells;
CREATE TABLE cells (run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, model TEXT NOT NULL,
    metric TEXT NOT NULL, cell TEXT NOT NULL, PRIMARY KEY (run_id, model, metric));
PRAGMA user_version = 0;
"""


def test_a_file_of_the_first_version_is_taken_over(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Runs that were kept before layers had cells come back whole, and can go on."""
    plan = stored_plan(settings, picture_zip, zoo)
    with closing(sqlite3.connect(settings.runs_dir / "runs.sqlite")) as db:
        db.executescript(OLD_CELLS)
        for cell in CELLS:
            fields = json.loads(to_json(cell))
            del fields["layer"]
            row = (plan.run_id, cell.model, cell.metric, json.dumps(fields))
            db.execute("INSERT INTO cells VALUES (?, ?, ?, ?)", row)
        outcome = {name: value for name, value in flat_outcome(plan).items() if name in FIRST_OUTCOME}
        db.execute(
            "INSERT INTO outcomes VALUES (?, ?, ?)", (plan.run_id, plan.models[0].id, json.dumps(outcome))
        )
        db.commit()
    for _ in range(2):
        store = RunStore(settings)
        assert list(store.cells(plan.run_id)) == CELLS
        assert store.layer_cells(plan.run_id) == ()
        assert store.outcomes(plan.run_id)[plan.models[0].id].report.notes == ()
    store.add_cell(plan.run_id, replace(CELLS[0], layer=2))
    assert len(store.layer_cells(plan.run_id)) == 1


THIRD = """
DROP TABLE events;
CREATE TABLE events (number INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    kind TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX events_of_run ON events (run_id, number);
ALTER TABLE runs DROP COLUMN device;
ALTER TABLE runs DROP COLUMN ticket;
ALTER TABLE cells DROP COLUMN kind;
ALTER TABLE findings DROP COLUMN has_problem;
PRAGMA user_version = 3;
"""


def test_a_file_of_the_third_version_is_taken_over(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Runs of before the queue keep their cells, findings and newest events, and can be queued."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    events = [ModelStarted("a", 1, 3), BatchDone("a", 4, 18), BatchDone("a", 8, 18), BatchDone("b", 2, 18)]
    findings = [Finding("test", "fine", None, 0.1), Finding("test", "bad", None, 0.1, "it broke")]
    with closing(sqlite3.connect(settings.runs_dir / "runs.sqlite")) as db:
        db.executescript(THIRD)
        for cell in CELLS:
            row = (run_id, cell.model, cell.metric, -1, to_json(cell))
            db.execute("INSERT INTO cells VALUES (?, ?, ?, ?, ?)", row)
        for finding in findings:
            row = (run_id, finding.kind, finding.subject, to_json(finding))
            db.execute("INSERT INTO findings VALUES (?, ?, ?, ?)", row)
        for event in events:
            row = (run_id, type(event).__name__, to_json(event))
            db.execute("INSERT INTO events (run_id, kind, event) VALUES (?, ?, ?)", row)
        db.commit()
    for _ in range(2):
        store = RunStore(settings)
        assert list(store.cells(run_id)) == CELLS
        assert list(store.findings(run_id)) == findings
        assert store.cell_counts(run_id) == {("a", "Score"): 1, ("b", "Failure"): 1, ("c", "Skipped"): 1}
        assert (store.outline(run_id).n_failed, store.outline(run_id).n_problems) == (1, 1)
        newest = {key: json.loads(text) for key, text in store.last_events(run_id).items()}
        assert newest["a", "BatchDone"]["done"] == 8
        assert set(newest) == {("a", "ModelStarted"), ("a", "BatchDone"), ("b", "BatchDone")}
    store.queue(run_id, "cpu")
    assert store.position(run_id).ticket == 1


FOURTH = """
DROP TABLE revisions;
DROP TRIGGER runs_insert;
DROP TRIGGER runs_update;
DROP TRIGGER cells_insert;
DROP TRIGGER cells_delete;
DROP TRIGGER outcomes_insert;
DROP TRIGGER outcomes_delete;
DROP TRIGGER findings_insert;
DROP TRIGGER findings_delete;
ALTER TABLE runs DROP COLUMN owner;
PRAGMA user_version = 4;
"""


def test_a_file_of_the_fourth_version_is_taken_over(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Runs of before owners belong to whoever is at the machine; their changes are counted from now on."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    with closing(sqlite3.connect(settings.runs_dir / "runs.sqlite")) as db:
        db.executescript(FOURTH)
    for _ in range(2):
        store = RunStore(settings)
        assert store.owner(run_id) == LOCAL_OWNER
        assert store.revision(run_id) == (0, 0.0)
    store.add_cell(run_id, CELLS[0])
    assert store.revision(run_id) == (1, 0.0)


SIXTH = """
DROP TABLE turns;
ALTER TABLE runs DROP COLUMN awaits_worker;
PRAGMA user_version = 6;
"""


def test_a_file_of_the_sixth_version_is_taken_over(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A run that waited in a process of its own awaits no worker; from now on owners have turns."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    RunStore(settings).queue(run_id, "cpu", awaits_worker=True)
    with closing(sqlite3.connect(settings.runs_dir / "runs.sqlite")) as db:
        db.executescript(SIXTH)
    for _ in range(2):
        store = RunStore(settings)
        assert not store.position(run_id).awaits_worker
        assert store.position(run_id).ticket == 1
        assert (store.awaited_devices(), store.turns("cpu")) == ([], {})
    store.take_turn(store.position(run_id))
    assert store.turns("cpu") == {LOCAL_OWNER: None}
    assert store.state(run_id) is RunState.RUNNING


def test_every_change_of_a_result_is_counted(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Whatever a result holds: a new one, another in its place, and one that is taken away."""
    plan = stored_plan(settings, picture_zip, zoo)
    run_id, store = plan.run_id, RunStore(settings)
    outcome = ModelOutcome(plan.models[0], ExtractionReport("float32"), 16)
    finding = Finding("test", "fine", None, 0.1)
    changes = [
        lambda: store.queue(run_id, "cpu"),
        lambda: store.start(run_id, "{}"),
        lambda: store.add_environment(run_id, {"torch": "2"}),
        lambda: store.extend(run_id, [replace(plan.models[0], id="another")]),
        lambda: store.add_cell(run_id, CELLS[1]),
        lambda: store.add_cell(run_id, CELLS[1]),
        lambda: store.clear_failures(run_id),
        lambda: store.add_outcome(run_id, outcome),
        lambda: store.add_outcome(run_id, replace(outcome, n_layers=2)),
        lambda: store.add_finding(run_id, finding),
        lambda: store.add_finding(run_id, replace(finding, problem="it broke")),
        lambda: store.drop_findings(run_id, "test"),
        lambda: store.finish(run_id, RunState.FAILED, seconds=2.0, error="no"),
    ]
    for change in changes:
        before = store.revision(run_id)[0]
        change()
        after, seconds = store.revision(run_id)
        assert after > before
        assert store.result(run_id).seconds == seconds
    store.add_event(run_id, BatchDone("a", 4, 18))
    assert store.revision(run_id) == (after, seconds)


def test_what_is_read_at_once_is_read_over_one_connection(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Pages ask how far a run is several times a second; what is written meanwhile is seen all the same."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store, other = RunStore(settings), RunStore(settings)
    with mock.patch("sqlite3.connect", wraps=sqlite3.connect) as connect:
        read_progress(store, settings, run_id)
        store.result(run_id)
        assert connect.call_count == 2
    with store.shared_connection():
        assert store.cells(run_id) == ()
        other.add_cell(run_id, CELLS[0])
        with store.shared_connection():
            assert store.cells(run_id) == (CELLS[0],)
        store.add_cell(run_id, CELLS[1])
        assert store.cells(run_id) == tuple(CELLS[:2])


def test_runs_are_listed_for_their_owner(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Whose a run is stands in the store; without a question about it, all are listed."""
    mine = stored_plan(settings, picture_zip, zoo).run_id
    store = RunStore(settings)
    theirs = [replace(store.plan(mine), run_id=new_run_id()) for _ in range(3)]
    for plan in theirs:
        store.create(plan, store.result(mine).samples, owner="somebody")
    assert store.owner(theirs[0].run_id) == "somebody"
    assert [entry.run_id for entry in list_runs(store, settings, owner=LOCAL_OWNER)] == [mine]
    newest = [plan.run_id for plan in reversed(theirs)]
    assert [entry.run_id for entry in list_runs(store, settings, owner="somebody")] == newest
    assert [entry.run_id for entry in list_runs(store, settings, 2, owner="somebody")] == newest[:2]
    assert len(list_runs(store, settings)) == 4


def test_a_file_of_a_later_version_is_refused(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """What this version cannot read it does not touch."""
    stored_plan(settings, picture_zip, zoo)
    with closing(sqlite3.connect(settings.runs_dir / "runs.sqlite")) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="a later version of PTMRank"):
        RunStore(settings)
