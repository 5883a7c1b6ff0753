"""What a search among many candidates did, for a terminal."""

from __future__ import annotations

from ptmrank_core.records import RunResult
from ptmrank_core.results.search import search_of, search_sentence

__all__ = ["budget_text"]


def budget_text(result: RunResult) -> list[str]:
    """Write the rounds of a search, and why models were dropped; nothing where there was no search."""
    report = search_of(result)
    if report is None:
        return []
    lines = [search_sentence(report)]
    for number, halving in enumerate(report.rounds, start=1):
        lines.append(
            f"round {number}: {halving.models} models on {halving.samples} samples, {halving.kept} kept"
        )
        lines += [
            f"  {decision.model} dropped: {decision.reason}"
            for decision in halving.decisions
            if not decision.kept
        ]
    return ["\n".join(lines)]
