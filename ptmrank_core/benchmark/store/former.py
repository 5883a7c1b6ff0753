"""Upgrading JSON of earlier versions, for the store and for run cards."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

__all__ = ["outcome_with_report", "with_report"]


def with_report(fields: dict[str, Any], *, kept: Collection[str]) -> dict[str, Any]:
    """Move the facts of an extraction into a report of its own.

    Parameters
    ----------
    fields
        The fields of a model, without nesting.
    kept
        Names of the fields that stay outside the report.
    """
    outside = {name: value for name, value in fields.items() if name in kept}
    return outside | {"report": {name: value for name, value in fields.items() if name not in kept}}


def outcome_with_report(outcome: dict[str, Any]) -> dict[str, Any]:
    """Upgrade a model's outcome to version 6 of the tables, in which the extraction has a report of its own.

    Parameters
    ----------
    outcome
        An outcome of an earlier version; one of this version is returned unchanged.
    """
    if "report" in outcome:
        return outcome
    seconds = dict(outcome["seconds"])
    score_seconds = seconds.pop("score", 0.0)
    fields = outcome | {"seconds": seconds, "score_seconds": score_seconds}
    return with_report(fields, kept=("spec", "n_features", "n_layers", "score_seconds"))
