"""Records of a run <-> JSON, for the store and the run card. One place for both directions."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from ptmrank_core.benchmark.cards.decoding import decode
from ptmrank_core.benchmark.store.former_findings import upgrade_finding
from ptmrank_core.records import (
    RESULT_KINDS,
    Analyses,
    Cell,
    ExtractionOptions,
    ExtractionReport,
    Failure,
    Finding,
    LeftOut,
    ModelOutcome,
    ModelSpec,
    Reading,
    RunPlan,
    SamplesSummary,
    Score,
    Skipped,
    Stage,
)

__all__ = [
    "cell_from_json",
    "finding_from_json",
    "outcome_from_json",
    "plan_from_json",
    "summary_from_json",
    "to_json",
]

_CELLS: Mapping[str, type[Score | Failure | Skipped]] = {
    "Score": Score,
    "Failure": Failure,
    "Skipped": Skipped,
}


def to_json(record: Any) -> str:
    """Encode a record; cells carry their kind. NaN is refused: it is not JSON and no score."""
    fields = dataclasses.asdict(record)
    if isinstance(record, Score | Failure | Skipped):
        fields["kind"] = type(record).__name__
    return json.dumps(fields, allow_nan=False, default=dict)


def _spec(fields: dict[str, Any]) -> ModelSpec:
    return ModelSpec(**(fields | {"tasks": tuple(fields["tasks"])}))


def _reading(fields: dict[str, Any]) -> Reading:
    columns = {name: tuple(fields[name]) for name in ("text_columns", "label_columns")}
    return Reading(**(fields | columns))


def _report(fields: dict[str, Any]) -> ExtractionReport:
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in fields.items()}
    return ExtractionReport(**values)


def plan_from_json(text: str) -> RunPlan:
    """Decode a plan."""
    fields = json.loads(text)
    return RunPlan(
        **(
            fields
            | {
                "models": tuple(_spec(model) for model in fields["models"]),
                "metrics": tuple(fields["metrics"]),
                "options": ExtractionOptions(**fields["options"]),
                "reading": _reading(fields["reading"]),
                "label_encoder": _spec(fields["label_encoder"]) if fields["label_encoder"] else None,
                "analyses": Analyses(**fields.get("analyses", {})),
            }
        )
    )


def cell_from_json(text: str) -> Cell:
    """Decode a cell."""
    fields = json.loads(text)
    kind = _CELLS[fields.pop("kind")]
    if kind is Score:
        fields["warnings"] = tuple(fields["warnings"])
    if kind is Failure:
        fields["stage"] = Stage(fields["stage"])
    cell: Cell = kind(**fields)
    return cell


def finding_from_json(text: str) -> Finding:
    """Decode what an analysis found."""
    fields = json.loads(text)
    if "payload" in fields:
        fields = upgrade_finding(fields)
    kind = RESULT_KINDS.get(fields["kind"])
    content = None
    if kind is not None and fields["content"] is not None:
        content = decode(kind, fields["content"], fields["kind"])
    return Finding(**(fields | {"content": content}))


def outcome_from_json(text: str) -> ModelOutcome:
    """Decode what a run learned of a model."""
    fields = json.loads(text)
    return ModelOutcome(**(fields | {"spec": _spec(fields["spec"]), "report": _report(fields["report"])}))


def summary_from_json(text: str) -> SamplesSummary:
    """Decode the summary of a run's samples."""
    fields = json.loads(text)
    return SamplesSummary(
        n_samples=fields["n_samples"],
        class_counts=fields["class_counts"],
        left_out=tuple(LeftOut(**entry) for entry in fields["left_out"]),
        notes=tuple(fields["notes"]),
        modality=fields["modality"],
        target_kind=fields["target_kind"],
        n_groups=fields["n_groups"],
        warnings=tuple(fields.get("warnings", ())),
    )
