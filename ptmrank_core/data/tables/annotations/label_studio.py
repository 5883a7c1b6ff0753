"""Label Studio: JSON, JSON-MIN, and the cells of its CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ptmrank_core.data.tables.annotations.rows import Annotated, agreed, refuse_spans, settle_lists

__all__ = [
    "BOOKKEEPING",
    "is_label_studio",
    "is_minimal",
    "read_choices",
    "read_label_studio",
    "read_minimal",
]

LAYOUT = "Label Studio"
# What an export says of the work of annotating, rather than of the sample.
BOOKKEEPING = frozenset(
    {"annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "comments"}
)
# Kinds of annotation that say which thing is somewhere in the sample: its name is a label of the whole.
REGIONS = frozenset(
    {"rectanglelabels", "polygonlabels", "ellipselabels", "keypointlabels", "brushlabels", "labels"}
)
SPANS_OF_TEXT = frozenset({"start", "end"})


def is_label_studio(row: Mapping[str, Any]) -> bool:
    """Whether an object is a task with its annotations."""
    return isinstance(row.get("data"), dict) and any(
        isinstance(row.get(key), list) for key in ("annotations", "completions")
    )


def is_minimal(row: Mapping[str, Any]) -> bool:
    """Whether an object, or the row of a table, is a task of a JSON-MIN or CSV export."""
    return "annotation_id" in row and len(BOOKKEEPING & set(row)) >= 3


def read_label_studio(values: Sequence[tuple[int, Any]], name: str) -> Annotated:
    """Read tasks with their annotations: the data of each task, and a column for each question.

    Parameters
    ----------
    values
        Number and value of each task.
    name
        Name of the file, for messages.

    Raises
    ------
    SamplesError
        If all that is annotated is spans of text.
    """
    annotated = Annotated(LAYOUT)
    questions: dict[str, None] = {}
    n_spans = 0
    for line, task in values:
        if not isinstance(task, dict) or not is_label_studio(task):
            annotated.leave_out(line, "not a task with data and annotations")
            continue
        answers, spans = _answers(task)
        n_spans += spans
        if not answers:
            annotated.leave_out(line, "annotated in spans of text" if spans else "not annotated")
            continue
        row = {key: _place(value) for key, value in task["data"].items()}
        reasons = []
        for question, given in answers.items():
            labels, reason = agreed(given)
            reasons += [reason] if labels is None else []
            row[question] = labels or []
            questions[question] = None
        if reasons:
            annotated.leave_out(line, reasons[0])
        else:
            annotated.rows.append((line, row))
    if n_spans and not annotated.rows:
        raise refuse_spans(name, LAYOUT, "spans of text (entities)")
    settle_lists(annotated, list(questions))
    return annotated


def _answers(task: Mapping[str, Any]) -> tuple[dict[str, list[list[str]]], int]:
    """Collect the answers to each question, one for each annotator; count annotated spans of text."""
    answers: dict[str, list[list[str]]] = {}
    n_spans = 0
    for annotation in task.get("annotations") or task.get("completions") or ():
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        own: dict[str, list[str]] = {}
        for result in annotation.get("result") or ():
            value = result.get("value") if isinstance(result, dict) else None
            if not isinstance(value, dict):
                continue
            if "labels" in value and set(value) >= SPANS_OF_TEXT and "text" in value:
                n_spans += 1
                continue
            own.setdefault(str(result.get("from_name") or "label"), []).extend(_labels(value))
        for question, labels in own.items():
            answers.setdefault(question, []).append(list(dict.fromkeys(labels)))
    return answers, n_spans


def _labels(value: Mapping[str, Any]) -> list[str]:
    """Return the labels that one result gives."""
    if "taxonomy" in value:
        paths = value["taxonomy"] if isinstance(value["taxonomy"], list) else []
        return ["/".join(map(str, path)) for path in paths if isinstance(path, list)]
    for key in ("choices", *sorted(REGIONS), "rating", "number", "text"):
        if key in value:
            given = value[key]
            return [str(one) for one in given] if isinstance(given, list) else [str(given)]
    return []


def _place(value: Any) -> Any:
    """Return where a file lies, without the address of the server that showed it."""
    if not isinstance(value, str) or not value.startswith(("/data/", "http://", "https://")):
        return value
    parts = urlsplit(value)
    return parse_qs(parts.query).get("d", [parts.path])[0].lstrip("/")


def read_minimal(values: Sequence[tuple[int, Any]]) -> Annotated:
    """Read flat tasks: the data and a column for each question, without what is said of the work."""
    annotated = Annotated(LAYOUT)
    questions: dict[str, None] = {}
    for line, task in values:
        if not isinstance(task, dict):
            annotated.leave_out(line, "not a JSON object")
            continue
        row = {key: _place(value) for key, value in task.items() if key not in BOOKKEEPING}
        for key, value in row.items():
            labels = read_choices(value)
            if labels is not None:
                row[key] = labels
                questions[key] = None
        annotated.rows.append((line, row))
    for _, row in annotated.rows:  # one choice is exported as a word, several as an object
        for question in questions:
            given = row.get(question)
            row[question] = given if isinstance(given, list) else [given] if given else []
    settle_lists(annotated, list(questions))
    return annotated


def read_choices(value: Any) -> list[str] | None:
    """Read a cell that holds several choices: ``{"choices": ["a", "b"]}``; ``None`` for any other."""
    if isinstance(value, str) and value.startswith('{"choices"'):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, dict) and set(value) == {"choices"} and isinstance(value["choices"], list):
        return [str(choice) for choice in value["choices"]]
    return None
