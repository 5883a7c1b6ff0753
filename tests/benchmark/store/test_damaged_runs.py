"""Tests of runs whose rows are damaged, or of a later version."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ptmrank_core.benchmark.scheduling.history import delete_run, list_runs, read_entry, run_sizes
from ptmrank_core.benchmark.scheduling.progress import read_progress
from ptmrank_core.benchmark.store.codec import to_json
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import PTMRankError, RunError
from ptmrank_core.records import ModelSpec, RunPlan, RunState, SamplesSummary
from tests.plans import plan_of

SUMMARY = SamplesSummary(4, {"a": 2, "b": 2}, (), ())
DEEP = "[" * 5000 + "]" * 5000
# What is damaged -> the column, and what stands there then.
DAMAGE = {
    "a plan that is cut off": ("plan", '{"run_id": "a", "models": [{"id'),
    "an empty plan": ("plan", ""),
    "a plan that is a list": ("plan", "[1, 2]"),
    "a plan of bytes": ("plan", b"\xff\xfe\x00{"),
    "a plan that is nested deeply": ("plan", DEEP),
    "a plan without models": ("plan", '{"task": "t", "samples_source": "s", "metrics": [], "models": 5}'),
    "a plan with odd models": ("plan", '{"task": "t", "models": [1, null, "x", {"id": [1]}]}'),
    "a plan with a task that is a number": ("plan", '{"task": 3, "samples_source": "s", "models": []}'),
    "a plan that is no UTF-8": ("plan", b'{"task": "caf\xe9"'),
    "samples that are cut off": ("samples", '{"n_samples": '),
    "samples that are a text": ("samples", '"many"'),
    "an unknown number of samples": ("samples", '{"n_samples": "many"}'),
    "an unknown state": ("state", "paused"),
    "a state with a control character": ("state", "\x1b[31m"),
    "a date of bytes": ("created_at", b"\x00\xff"),
    "an error of bytes": ("error", b"\xff"),
}


def plan(**fields: str) -> RunPlan:
    """A plan of one model."""
    return plan_of([ModelSpec("m", "demo", "image")], ["logme"], **fields)


@pytest.fixture
def store(home: Path) -> RunStore:
    """A store with two runs: one of them to be damaged."""
    store = RunStore(Settings(home=home))
    for name in ("a" * 32, "b" * 32):
        store.create(plan(run_id=name), SUMMARY)
        store.finish(name, RunState.FINISHED, seconds=1.0)
    return store


def damage(store: RunStore, column: str, value: object, *, as_text: bool = True) -> None:
    """Write something into a column of the first run, bytes as a text that is none."""
    place = "CAST(? AS TEXT)" if isinstance(value, bytes) and as_text else "?"
    with sqlite3.connect(store.settings.runs_dir / "runs.sqlite") as db:
        db.execute(f"UPDATE runs SET {column} = {place} WHERE run_id = ?", (value, "a" * 32))  # noqa: S608


@pytest.mark.parametrize("as_text", [True, False], ids=["as text", "as it is"])
@pytest.mark.parametrize(("column", "value"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_run_is_one_row_that_can_be_deleted(
    store: RunStore, column: str, value: object, *, as_text: bool
) -> None:
    """The other run is listed as ever; the damaged one is a row that says so, and deleting it works."""
    damage(store, column, value, as_text=as_text)
    entries = {entry.run_id[0]: entry for entry in list_runs(store, store.settings)}
    assert entries["b"].status == "finished"
    found = entries["a"]
    assert found == read_entry(store, store.settings, "a" * 32)
    if found.status == "unreadable":
        assert "can only be deleted" in found.outline.error
        assert not found.can_resume
        assert not found.can_retry
    found.outline.error.encode()
    assert found.outline.error.isprintable()
    read_progress(store, store.settings, "a" * 32)
    assert set(run_sizes(store, store.settings)) == {"a" * 32, "b" * 32}
    assert "b" * 32 in {plan.run_id for plan, _ in store.recent()}
    store.speeds()
    delete_run(store, store.settings, "a" * 32)
    assert [entry.run_id for entry in list_runs(store, store.settings)] == ["b" * 32]


PLANS = {name: value for name, (column, value) in DAMAGE.items() if column == "plan"}


@pytest.mark.parametrize("value", PLANS.values(), ids=PLANS)
def test_using_a_damaged_run_is_refused_in_a_sentence(store: RunStore, value: object) -> None:
    """Whoever needs the plan of a damaged run gets the error of a run that cannot be used."""
    damage(store, "plan", value)
    reason = r"^The plan of this run cannot be read: .*deleting the run always works\.$"
    with pytest.raises(RunError, match=reason):
        store.result("a" * 32)


def test_a_plan_of_a_later_version_says_so(store: RunStore) -> None:
    """A field that this version does not know makes a run that cannot be used here; it is listed as ever."""
    later = json.loads(to_json(store.plan("a" * 32))) | {"temperature": 1}
    damage(store, "plan", json.dumps(later))
    assert {outline.is_readable for outline in store.outlines()} == {True}
    with pytest.raises(RunError, match=r"plan\.temperature is unknown to this version"):
        store.plan("a" * 32)


def test_a_source_that_is_no_text_is_listed_and_opened_again(home: Path) -> None:
    """A path with bytes that are no text is kept as it is opened, and shown with escapes."""
    store, source = RunStore(Settings(home=home)), f"{home}/caf\udce9"
    store.create(plan(run_id="c" * 32, samples_source=source), SUMMARY)
    (outline,) = store.outlines()
    assert outline.is_readable
    assert outline.samples_source == f"{home}/caf\\xe9"
    assert store.plan("c" * 32).samples_source == source


def test_an_error_of_a_damaged_cell_is_one_of_a_run(store: RunStore) -> None:
    """A score that cannot be read ends in a sentence, not in an error of the parser."""
    with sqlite3.connect(store.settings.runs_dir / "runs.sqlite") as db:
        db.execute(
            "INSERT INTO cells (run_id, model, metric, layer, kind, cell) "
            "VALUES (?, 'm', 'logme', -1, 'Score', '{')",
            ("a" * 32,),
        )
    with pytest.raises(PTMRankError, match="The score of this run cannot be read: "):
        store.result("a" * 32)
