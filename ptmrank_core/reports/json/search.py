"""The search that found a run's models, as JSON."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import RunResult
from ptmrank_core.reports.json.plain import plain_json
from ptmrank_core.results.search import search_of

__all__ = ["search_payload"]


def search_payload(result: RunResult) -> dict[str, Any] | None:
    """Build the fields of :class:`~ptmrank_core.records.SearchReport`, and ``computed``.

    These are the samples that models really ran on, in the search and in the finalists' run; what was in the
    cache is not counted. ``None`` where there was no search.
    """
    report = search_of(result)
    if report is None:
        return None
    n_computed = sum(outcome.report.cache_misses for outcome in result.outcomes.values())
    return {**plain_json(report), "computed": report.computed_in_rounds + n_computed}
