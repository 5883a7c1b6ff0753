"""How JSON of earlier versions becomes that of this one, for the store and for run cards."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

__all__ = ["outcome_with_report", "with_report"]


def with_report(fields: dict[str, Any], *, kept: Collection[str]) -> dict[str, Any]:
    """Move what is known of an extraction into a report of its own.

    Parameters
    ----------
    fields
        Of a model, all side by side.
    kept
        Those that stay beside the report.
    """
    beside = {name: value for name, value in fields.items() if name in kept}
    return beside | {"report": {name: value for name, value in fields.items() if name not in kept}}


def outcome_with_report(outcome: dict[str, Any]) -> dict[str, Any]:
    """Bring a model's outcome up to version 6 of the tables: the extraction has a report of its own.

    Parameters
    ----------
    outcome
        As an earlier version kept it; one of this version stays as it is.
    """
    if "report" in outcome:
        return outcome
    seconds = dict(outcome["seconds"])
    score_seconds = seconds.pop("score", 0.0)
    fields = outcome | {"seconds": seconds, "score_seconds": score_seconds}
    return with_report(fields, kept=("spec", "n_features", "n_layers", "score_seconds"))
