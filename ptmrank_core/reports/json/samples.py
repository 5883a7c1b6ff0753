"""How samples were read, as JSON and as text."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import ColumnRoles, Samples, SamplesSummary

__all__ = ["reading_payload", "samples_payload"]


def samples_payload(samples: SamplesSummary) -> dict[str, Any]:
    """Build the JSON of the samples of a run."""
    return {
        "n": samples.n_samples,
        "classes": dict(samples.class_counts),
        "left_out": [{"name": entry.name, "reason": entry.reason} for entry in samples.left_out],
        "notes": list(samples.notes),
        "warnings": list(samples.warnings),
    }


def reading_payload(samples: Samples) -> dict[str, Any]:
    """Build the JSON of a reading report: what the samples are, and what was left out and why.

    Parameters
    ----------
    samples
        As they were read, before any model.

    Returns
    -------
    dict
        ``modality``, ``target_kind``, ``n``, ``classes``, ``parts``, ``roles`` of the columns, ``notes``,
        ``warnings``, ``left_out``.
    """
    summary = samples.summary()
    columns = summary.columns or ColumnRoles()
    return {
        "modality": summary.modality,
        "target_kind": summary.target_kind,
        **samples_payload(summary),
        "parts": dict(summary.parts),
        "roles": {
            "features": list(columns.features),
            "text": list(columns.text),
            "label": list(columns.label),
            "group": columns.group,
            "file": columns.file,
            "ignored": dict(columns.ignored),
        },
    }
