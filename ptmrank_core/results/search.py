"""A search within a budget, as numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptmrank_core.records import RunResult

__all__ = ["budget_payload", "budget_words"]

BUDGET = "budget"


def budget_payload(result: RunResult) -> dict[str, Any] | None:
    """Read the report of the search that found a run's models; ``None`` where there was none.

    Returns
    -------
    dict or None
        ``budget`` (in models on all samples), ``rounds`` (``samples``, ``models``, ``kept``, ``forced`` and
        one of ``decisions`` for each model: ``model``, ``kept``, ``reason``, ``interval``), ``finalists``,
        ``forced`` (models that went although they might be among the best),
        ``samples_run`` by the search and the finalists together, ``samples_without`` a search, ``saved`` as a
        share, and ``computed``: samples that models really ran on, what was in the cache not counted.
    """
    found = next((own.payload for own in result.findings if own.kind == BUDGET), None)
    if found is None:
        return None
    own = sum(outcome.report.cache_misses for outcome in result.outcomes.values())
    return {**found, "computed": found["computed_in_rounds"] + own}


def budget_words(report: Mapping[str, Any]) -> str:
    """Say in one sentence what a search cost."""
    said = (
        f"budget of {report['budget']} models: {report['samples_run']:,} samples run in place of "
        f"{report['samples_without']:,}, {report['saved']:.0%} saved"
    )
    if report["forced"]:
        said += f"; {report['forced']} models went for the budget alone, a larger one would have kept them"
    return said
