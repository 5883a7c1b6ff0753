"""Upgrading JSON of earlier versions, for the store and for run cards."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

__all__ = ["outcome_with_report", "plan_with_controls", "with_report"]

# Ending of the id of a demo model -> why it is a control; plans up to 0.1.0 did not say so.
DEMO_CONTROLS = {"-untrained": "untrained weights", "-shuffled": "shuffled labels"}


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


def plan_with_controls(plan: Any) -> Any:
    """Upgrade a plan of versions up to 0.1.0, in which the demo's controls were candidates.

    Parameters
    ----------
    plan
        The JSON of a plan; what is malformed is left to the decoder, which names it.
    """
    models = plan.get("models") if isinstance(plan, dict) else None
    return plan | {"models": [_with_control(spec) for spec in models]} if isinstance(models, list) else plan


def _with_control(spec: Any) -> Any:
    if not isinstance(spec, dict) or spec.get("source") != "demo" or "control" in spec:
        return spec
    model = str(spec.get("id"))
    why = next((why for ending, why in DEMO_CONTROLS.items() if model.endswith(ending)), None)
    return spec | {"control": why}
