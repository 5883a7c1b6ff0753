"""What a search among many candidates did, for a terminal."""

from __future__ import annotations

from ptmrank_core.records import RunResult
from ptmrank_core.results.search import search_of, search_sentence

__all__ = ["budget_text"]


def budget_text(result: RunResult) -> list[str]:
    """Write the rounds of a search for a terminal, and why models went; nothing where there was none."""
    report = search_of(result)
    if report is None:
        return []
    lines = [search_sentence(report)]
    for number, played in enumerate(report.rounds, start=1):
        lines.append(
            f"round {number}: {played.models} models on {played.samples} samples, {played.kept} go on"
        )
        lines += [f"  {own.model} goes: {own.reason}" for own in played.decisions if not own.kept]
    return ["\n".join(lines)]
