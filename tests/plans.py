"""Plans of made-up runs: what a test does not care about has a value here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ptmrank_core.records import ExtractionOptions, ModelSpec, RunPlan

__all__ = ["plan_of"]


def plan_of(models: Iterable[ModelSpec], metrics: Iterable[str], **fields: Any) -> RunPlan:
    """A plan of these models and metrics; any other field can be given."""
    known: dict[str, Any] = {
        "run_id": "run",
        "created_at": "2026-01-01T00:00:00+00:00",
        "task": "image-classification",
        "samples_source": "x.zip",
        "samples_fingerprint": "f",
        "options": ExtractionOptions(),
        "seed": 0,
    }
    return RunPlan(models=tuple(models), metrics=tuple(metrics), **known | fields)
