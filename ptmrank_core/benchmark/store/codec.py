"""Records of a run <-> the JSON text in the store and the run card."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from typing import Any

from ptmrank_core.benchmark.store.former import plan_with_controls
from ptmrank_core.benchmark.store.former_findings import upgrade_finding
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


def plan_from_json(text: str) -> RunPlan:
    """Decode a plan."""
    return decode(RunPlan, plan_with_controls(json.loads(text)), "plan")


def cell_from_json(text: str) -> Cell:
    """Decode a cell."""
    cell: Cell = decode(Score | Failure | Skipped, json.loads(text), "cell")
    return cell


def finding_from_json(text: str) -> Finding:
    """Decode a finding of an analysis."""
    fields = json.loads(text)
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
    return decode(ModelOutcome, json.loads(text), "outcome")


def summary_from_json(text: str) -> SamplesSummary:
    """Decode the summary of a run's samples."""
    return decode(SamplesSummary, json.loads(text), "samples")
