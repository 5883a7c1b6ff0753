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
from ptmrank_core.errors import InputError, StoreError
from ptmrank_core.records import (
    RESULT_KINDS,
    Cell,
    Failure,
    Finding,
    ModelOutcome,
    RunPlan,
    SamplesSummary,
    Score,
    Skipped,
    decode,
)

__all__ = [
    "cell_from_json",
    "facts_from_json",
    "finding_from_json",
    "outcome_from_json",
    "plan_from_json",
    "summary_from_json",
    "to_json",
]


def to_json(record: Any) -> str:
    """Encode a record; cells include their kind. NaN is refused: it is neither JSON nor a score."""
    fields = dataclasses.asdict(record)
    if isinstance(record, Score | Failure | Skipped):
        fields["kind"] = type(record).__name__
    return json.dumps(fields, allow_nan=False, default=dict)


UNREADABLE = "The run cannot be read any more, and can be deleted; `ptmrank doctor` lists such runs."


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say that a stored record is damaged, whatever its decoding meets.

    Raises
    ------
    StoreError
        In the place of every error that a text of our own cannot cause.
    """
    try:
        yield
    except (InputError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        said = error.message if isinstance(error, InputError) else f"{type(error).__name__} {error}"
        hint = error.hint if isinstance(error, InputError) else ""
        raise StoreError(
            f"The stored {what} of a run is damaged: {said.rstrip('.')}.", hint=hint or UNREADABLE
        ) from error


def plan_from_json(text: str) -> RunPlan:
    """Decode a plan."""
    with _told("plan"):
        return decode(RunPlan, plan_with_controls(json.loads(text)), "plan")


def cell_from_json(text: str) -> Cell:
    """Decode a cell."""
    with _told("score"):
        cell: Cell = decode(Score | Failure | Skipped, json.loads(text), "cell")
    return cell


def facts_from_json(text: str) -> dict[str, str]:
    """Decode the environment of a run."""
    with _told("environment"):
        return {str(name): str(value) for name, value in json.loads(text).items()}


def finding_from_json(text: str) -> Finding:
    """Decode a finding of an analysis."""
    with _told("finding"):
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
    with _told("outcome"):
        return decode(ModelOutcome, json.loads(text), "outcome")


def summary_from_json(text: str) -> SamplesSummary:
    """Decode the summary of a run's samples."""
    with _told("summary of the samples"):
        return decode(SamplesSummary, json.loads(text), "samples")
