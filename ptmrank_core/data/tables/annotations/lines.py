"""doccano and Prodigy: one JSON object for each annotated sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ptmrank_core.data.tables.annotations.rows import Annotated, refuse_spans, settle_lists

__all__ = ["is_doccano", "is_prodigy", "read_doccano", "read_prodigy"]

DOCCANO_LABELS = ("label", "labels", "cats")
DOCCANO_KEYS = frozenset(
    {"id", "text", "data", "filename", "label", "labels", "cats", "entities", "relations", "meta"}
    | {"comments", "annotation_approver", "username", "user", "approver", "upload_name"}
)
PRODIGY_HASHES = frozenset({"_input_hash", "_task_hash"})
PRODIGY_WORK = frozenset(
    {"answer", "accept", "options", "meta", "config", "style", "priority", "spans", "tokens", "relations"}
)


def is_doccano(row: Mapping[str, Any]) -> bool:
    """Whether an object is a text or a file with the list of its labels, and nothing that doccano lacks."""
    labels = next((row[key] for key in DOCCANO_LABELS if key in row), None)
    has_subject = bool({"text", "data", "filename"} & set(row))
    return has_subject and isinstance(labels, list) and {key.lower() for key in row} <= DOCCANO_KEYS


def read_doccano(values: Sequence[tuple[int, Any]], name: str) -> Annotated:
    """Read texts or files with lists of labels.

    Parameters
    ----------
    values
        Line and value of each sample.
    name
        Name of the file, for messages.

    Raises
    ------
    SamplesError
        If the labels belong to spans of the text.
    """
    annotated = Annotated("doccano")
    for line, row in values:
        if not isinstance(row, dict):
            annotated.leave_out(line, "not a JSON object")
            continue
        given = next((row[key] for key in DOCCANO_LABELS if key in row), None) or []
        if row.get("entities") or any(isinstance(label, list | dict) for label in given):
            raise refuse_spans(name, "doccano", "spans of text (entities)")
        subject = {key: row[key] for key in ("text", "data", "filename") if key in row}
        if "data" in subject:
            subject["text"] = subject.pop("data")
        annotated.rows.append((line, {**subject, "label": [str(label) for label in given]}))
    settle_lists(annotated, ["label"])
    return annotated


def is_prodigy(row: Mapping[str, Any]) -> bool:
    """Whether an object is a task with its answer, marked by Prodigy's hashes or options."""
    return "answer" in row and bool(PRODIGY_HASHES & set(row) or "accept" in row or "options" in row)


def read_prodigy(values: Sequence[tuple[int, Any]], name: str) -> Annotated:
    """Read tasks with their answers.

    Rejected and ignored tasks are left out. Where a single label was accepted or rejected, both answers are
    classes: the label, and ``"not LABEL"``.

    Parameters
    ----------
    values
        Line and value of each task.
    name
        Name of the file, for messages.

    Raises
    ------
    SamplesError
        If the labels belong to spans of the text.
    """
    annotated = Annotated("Prodigy")
    named = {row.get("label") for _, row in values if isinstance(row, dict)} - {None}
    is_binary = len(named) == 1 and not any("accept" in row for _, row in values if isinstance(row, dict))
    for line, row in values:
        if not isinstance(row, dict) or "answer" not in row:
            annotated.leave_out(line, "not a task with an answer")
            continue
        subject = {k: v for k, v in row.items() if not k.startswith("_") and k not in PRODIGY_WORK}
        is_accepted = row["answer"] == "accept"
        if "accept" in row:
            labels = [str(choice) for choice in row["accept"] or ()]
        elif "label" in row:
            labels = [str(row["label"]) if is_accepted else f"not {row['label']}"]
        elif row.get("spans"):
            raise refuse_spans(name, "Prodigy", "spans of text (entities)")
        else:
            labels = []
        if is_accepted or (is_binary and row["answer"] == "reject"):
            annotated.rows.append((line, {**subject, "label": labels}))
        else:
            annotated.leave_out(line, f"the answer was {row['answer']!r}")
    settle_lists(annotated, ["label"])
    return annotated
