"""The search that found a run's models, in one sentence."""

from __future__ import annotations

from ptmrank_core.records import RunResult, SearchReport

__all__ = ["search_of", "search_sentence"]


def search_of(result: RunResult) -> SearchReport | None:
    """Read the report of the search that found a run's models; ``None`` where there was none."""
    return result.contents(SearchReport).get("")


def search_sentence(report: SearchReport) -> str:
    """Say what a search cost, and what it saved."""
    sentence = (
        f"budget of {report.budget} models: {report.samples_run:,} samples run in place of "
        f"{report.samples_without:,}, {report.saved:.0%} saved"
    )
    if report.forced:
        sentence += (
            f"; {report.forced} models were dropped for the budget alone, a larger one would have kept them"
        )
    return sentence
