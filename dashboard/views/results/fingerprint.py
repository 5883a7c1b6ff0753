"""A key for each state of a run, for results that are computed once for each state."""

from __future__ import annotations

import json

from ptmrank_core.records import Race, Ranking, RunResult, Score
from ptmrank_core.reports.json.evidence import truths_payload

__all__ = ["fingerprint"]


def fingerprint(result: RunResult, ranking: Ranking) -> str:
    """Write down all that the evidence, the agreement and the curves of a run depend on."""
    scores = [(cell.model, cell.metric, cell.value) for cell in result.cells if isinstance(cell, Score)]
    found = [(own.kind, own.subject, own.seconds, own.problem) for own in result.findings]
    # A race is one finding, which is replaced after each of its steps.
    race = repr(result.contents(Race))
    parts = (result.plan.run_id, scores, found, race, dict(ranking.mean_ranks), truths_payload(result))
    return json.dumps(parts, default=dict)
