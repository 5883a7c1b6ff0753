"""Records of a run <-> the JSON text in the store and the run card."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ptmrank_core.benchmark.store.former import plan_with_controls
from ptmrank_core.benchmark.store.former_findings import upgrade_finding
from ptmrank_core.errors import InputError, RunError
from ptmrank_core.records import (
    RESULT_KINDS,
    Cell,
    Failure,
    Finding,
    ModelOutcome,
    RunPlan,
    RunState,
    SamplesSummary,
    Score,
    Skipped,
    decode,
)
from ptmrank_core.records.names import reason_of

__all__ = [
    "cell_from_json",
    "facts_from_json",
    "finding_from_json",
    "outcome_from_json",
    "plan_from_json",
    "state_from_text",
    "summary_from_json",
    "to_json",
]


DAMAGED = "It may have been written by a newer version, or be damaged: deleting the run always works."


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Turn whatever is wrong with the JSON of the store into the error of a run that cannot be used.

    Parameters
    ----------
    what
        What of the run is read: ``"plan"``.

    Raises
    ------
    RunError
        If it is of a later version, or damaged.
    """
    try:
        yield
    except InputError as error:
        raise RunError(f"The {what} of this run cannot be read: {error.message}", hint=DAMAGED) from error
    except (ValueError, RecursionError, TypeError, LookupError, AttributeError) as error:
        reason = reason_of(error, f"reading the {what}")
        raise RunError(f"The {what} of this run cannot be read: {reason}.", hint=DAMAGED) from error


def to_json(record: Any) -> str:
    """Encode a record; cells include their kind. NaN is refused: it is neither JSON nor a score."""
    fields = dataclasses.asdict(record)
    if isinstance(record, Score | Failure | Skipped):
        fields["kind"] = type(record).__name__
    return json.dumps(fields, allow_nan=False, default=dict)


def plan_from_json(text: str) -> RunPlan:
    """Decode a plan."""
    with _reading("plan"):
        return decode(RunPlan, plan_with_controls(json.loads(text)), "plan")


def cell_from_json(text: str) -> Cell:
    """Decode a cell."""
    with _reading("score"):
        cell: Cell = decode(Score | Failure | Skipped, json.loads(text), "cell")
    return cell


def state_from_text(text: str) -> RunState:
    """Decode the state of a run."""
    with _reading("state"):
        return RunState(text)


def facts_from_json(text: str) -> dict[str, str]:
    """Decode the environment of a run."""
    with _reading("environment"):
        return {str(name): str(value) for name, value in json.loads(text).items()}


def finding_from_json(text: str) -> Finding:
    """Decode a finding of an analysis."""
    with _reading("finding"):
        return _finding(json.loads(text))


def _finding(fields: Any) -> Finding:
    if "payload" in fields:
        fields = upgrade_finding(fields)
    finding = decode(Finding, fields | {"content": None}, "finding")
    kind, content = RESULT_KINDS.get(finding.kind), fields["content"]
    if kind is None or content is None:
        return finding
    result: Any = decode(kind, content, finding.kind)
    return replace(finding, content=result)


def outcome_from_json(text: str) -> ModelOutcome:
    """Decode the outcome of a model."""
    with _reading("outcome of a model"):
        return decode(ModelOutcome, json.loads(text), "outcome")


def summary_from_json(text: str) -> SamplesSummary:
    """Decode the summary of a run's samples."""
    with _reading("summary of the samples"):
        return decode(SamplesSummary, json.loads(text), "samples")
