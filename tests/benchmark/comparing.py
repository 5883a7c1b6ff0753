"""What a run gave, without what tells only of the work: seconds, and what came from the cache."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ptmrank_core.benchmark import RunStore, new_run_id, run_here
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.config import Settings
from ptmrank_core.records import ReferenceResult, RunState, Score
from ptmrank_core.worker import SOURCES

__all__ = ["given", "undisturbed_twin", "without_late"]


def given(store: RunStore, run_id: str) -> dict[str, Any]:
    """Cells, what was learned of the models, and findings of a run, to be held against another run's."""
    result = store.result(run_id)
    cells = [
        replace(cell, seconds=0.0, kept_seconds=0.0) if isinstance(cell, Score) else cell
        for cell in (*result.cells, *result.layer_cells)
    ]
    return {
        "cells": {(cell.model, cell.metric, cell.layer): cell for cell in cells},
        "outcomes": {
            model: (
                outcome.spec,
                outcome.n_features,
                outcome.report.dtype,
                outcome.n_layers,
                outcome.report.notes,
            )
            for model, outcome in result.outcomes.items()
        },
        "findings": {
            (found.kind, found.subject): replace(found, seconds=0.0, kept_seconds=0.0)
            for found in result.findings
        },
    }


def without_late(*runs: dict[str, Any]) -> list[dict[str, Any]]:
    """What runs gave, without the references that one of them had no time for: that tells of the machine."""
    late = {
        key
        for own in runs
        for key, found in own["findings"].items()
        if isinstance(found.content, ReferenceResult) and found.content.left_out
    }
    return [
        own | {"findings": {key: found for key, found in own["findings"].items() if key not in late}}
        for own in runs
    ]


def undisturbed_twin(store: RunStore, settings: Settings, run_id: str) -> str:
    """Do the same plan once more, in this process and without a stop; return the id of that run.

    What the first has kept is forgotten before, so that every result is computed anew.
    """
    with KeptResults(settings) as kept:
        kept.clear()
    twin = replace(store.plan(run_id), run_id=new_run_id())
    store.create(twin, store.result(run_id).samples)
    assert run_here(twin.run_id, settings, sources=SOURCES) is RunState.FINISHED
    return twin.run_id
