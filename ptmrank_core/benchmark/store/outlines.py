"""Outlines of runs: what a list of them shows, read from the store without decoding a record.

A run may be damaged, or of a later version. It is a row like any other then: it says so, and can be deleted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptmrank_core.benchmark.store.schema import NO_LAYER
from ptmrank_core.records import RunState
from ptmrank_core.records.names import printable, printable_lines

__all__ = ["MAX_NAME", "MAX_NOTE", "OUTLINE", "SECONDS", "Outline", "outline_of", "state_of"]

MAX_NAME, MAX_NOTE = 80, 1000
"""Letters of the name of a run, and of a note."""
# How long the worker of a run has been running, by its events: a worker that was killed cannot record it.
WORKED_SECONDS = """
    MAX(0, COALESCE((SELECT MAX(at) FROM events WHERE events.run_id = runs.run_id) - (
        SELECT at FROM events WHERE events.run_id = runs.run_id AND kind = 'RunStarted'), 0))"""
# What an outline holds of a run, its plan and its samples: where it is of another type, it is damaged.
PLANNED: Mapping[str, type] = {
    "created_at": str,
    "error": str,
    "task": str,
    "samples_source": str,
    "n_samples": int,
    "n_metrics": int,
}
NAMES: Mapping[str, str] = {
    "created_at": "date",
    "samples_source": "source of samples",
    "n_samples": "number of samples",
    "n_metrics": "list of metrics",
}
SECONDS = f"seconds + CASE WHEN state = '{RunState.RUNNING}' THEN {WORKED_SECONDS} ELSE 0 END"


@dataclass(frozen=True, slots=True)
class Outline:
    """A run and its state, without its results.

    Parameters
    ----------
    run_id, created_at, state, error
        As in its plan and result; an error says what cannot be read of a run that is damaged.
    task, samples_source, n_samples
        Task category, source and number of the samples.
    models
        Ids of its models, in the plan's order.
    n_metrics
        Number of its metrics.
    n_decided, n_failed
        Decided cells of its models, and how many of them failed.
    n_findings, n_problems
        Findings of its analyses, and how many of them are failures.
    seconds
        Of all workers together, including one that is running or was killed.
    name, note, is_starred
        What its owner calls it, has noted of it, and whether it was marked with a star; as it was written.
    is_readable
        Whether its plan and samples can be read here: if not, all that can be done is to delete it.
    """

    run_id: str
    created_at: str
    state: RunState
    error: str
    task: str
    samples_source: str
    n_samples: int
    models: tuple[str, ...]
    n_metrics: int
    n_decided: int
    n_failed: int
    n_findings: int
    n_problems: int
    seconds: float
    name: str = ""
    note: str = ""
    is_starred: bool = False
    is_readable: bool = True


# The JSON of a column, or none where it is damaged: SQLite would refuse the whole query.
PLAN, SAMPLES = (
    f"CASE WHEN json_valid({column}) THEN {column} ELSE '{{}}' END" for column in ("plan", "samples")
)
# One column for each field of an outline but the last, in order. SQLite reads the JSON; no record is decoded.
OUTLINE = f"""
    SELECT run_id, created_at, state, error,
        json_extract({PLAN}, '$.task'), json_extract({PLAN}, '$.samples_source'),
        json_extract({SAMPLES}, '$.n_samples'),
        (SELECT json_group_array(json_extract(model.value, '$.id'))
            FROM json_each({PLAN}, '$.models') AS model WHERE model.type = 'object'),
        json_array_length({PLAN}, '$.metrics'),
        (SELECT COUNT(*) FROM cells WHERE cells.run_id = runs.run_id AND layer = {NO_LAYER}),
        (SELECT COUNT(*) FROM cells WHERE cells.run_id = runs.run_id AND kind = 'Failure'),
        (SELECT COUNT(*) FROM findings WHERE findings.run_id = runs.run_id),
        (SELECT COUNT(*) FROM findings WHERE findings.run_id = runs.run_id AND has_problem),
        {SECONDS}, CAST(name AS TEXT), CAST(note AS TEXT), starred
    FROM runs"""  # noqa: S608 - our own text


def outline_of(row: tuple[Any, ...]) -> Outline:
    """Make an outline; what is damaged in it is unknown, and the error says so."""
    fields = dict(zip(Outline.__slots__, row, strict=False))
    models = tuple(printable(str(model)) for model in json.loads(fields.pop("models")))
    problem = _problem(fields)
    if problem:
        fields |= {name: kind() for name, kind in PLANNED.items() if not isinstance(fields[name], kind)}
        fields["error"] = f"{problem} {fields['error']}".strip()
    shown = {name: printable(fields[name]) for name in ("created_at", "error", "task", "samples_source")}
    state = state_of(fields["state"]) or RunState.FAILED
    own = {
        "name": printable(fields["name"])[:MAX_NAME],
        "note": printable_lines(fields["note"])[:MAX_NOTE],
        "is_starred": bool(fields["is_starred"]),
    }
    return Outline(**(fields | shown | own | {"state": state, "models": models, "is_readable": not problem}))


def _problem(fields: dict[str, Any]) -> str:
    """Say what cannot be read of a run; empty where all of it can."""
    damaged = [name for name, kind in PLANNED.items() if not isinstance(fields[name], kind)]
    if damaged:
        name = NAMES.get(damaged[0], damaged[0])
        return f"This run is damaged: its {name} cannot be read. It can only be deleted."
    if state_of(fields["state"]) is None:
        state = printable(str(fields["state"]))
        return f"This run has the state {state!r}, which this version does not know. It can only be deleted."
    return ""


def state_of(text: Any) -> RunState | None:
    """Read the state of a run; ``None`` for one that this version does not know."""
    return RunState(text) if text in tuple(RunState) else None
