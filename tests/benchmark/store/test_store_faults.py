"""A run whose store fails ends with the reason, and is resumed where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, list_runs, run_here
from ptmrank_core.config import Settings
from ptmrank_core.errors import StoreError
from ptmrank_core.records import Cell, RunState, Score
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features


@pytest.mark.parametrize("can_say_so", [True, False], ids=["once", "to-the-end"])
def test_a_disk_that_is_full_within_a_run_loses_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_say_so: bool
) -> None:
    """No model is blamed; the cells so far stay, and the rest is computed once there is room again."""
    for name in ("one", "two"):
        save_features(tmp_path / "features" / f"{name}.npz", 2.0)
    run = stored_features_plan(settings, tmp_path / "features", ["logme", "hscore"]).run_id
    add_cell, kept = RunStore.add_cell, []

    def full(store: RunStore, run_id: str, cell: Cell) -> None:
        if len(kept) == 2:
            raise StoreError("The run store cannot be used: there is no room left on the disk.")
        kept.append(cell)
        add_cell(store, run_id, cell)

    def full_too(*_: object, **__: object) -> None:
        raise StoreError("The run store cannot be used: there is no room left on the disk.")

    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "add_cell", full)
        if can_say_so:
            assert run_here(run, settings, sources=SOURCES) is RunState.FAILED
        else:
            patch.setattr(RunStore, "finish", full_too)
            with pytest.raises(StoreError, match="no room left"):
                run_here(run, settings, sources=SOURCES)
    store = RunStore(settings)
    [entry] = list_runs(store, settings)
    assert entry.can_resume
    assert entry.status == ("failed" if can_say_so else "interrupted")
    assert list(store.cells(run)) == kept
    assert run_here(run, settings, sources=SOURCES) is RunState.FINISHED
    cells = store.cells(run)
    assert len(cells) == 4
    assert all(isinstance(cell, Score) for cell in cells)
    assert list(cells[:2]) == kept
