"""Evidence for the ranking, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptmrank_core.ranking import CORRELATIONS, Estimate, Evidence
from ptmrank_core.records import RunResult
from ptmrank_core.reports.json.plain import plain_json
from ptmrank_core.results.evidence import truth_problems, truths_of

__all__ = ["evidence_payload", "truths_payload"]


def _estimate(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def evidence_payload(by_truth: Mapping[str, Mapping[str, Evidence]]) -> dict[str, Any]:
    """Evidence as JSON: truth -> contender -> numbers; what is not defined is null."""
    return {
        truth: {
            contender: {
                "n_models": evidence.n_models,
                **{name: _estimate(evidence.correlations[name]) for name in CORRELATIONS},
                "regret": {str(k): _estimate(estimate) for k, estimate in evidence.regret.items()},
                "hit": {str(k): _estimate(estimate) for k, estimate in evidence.hit.items()},
            }
            for contender, evidence in by_contender.items()
        }
        for truth, by_contender in by_truth.items()
    }


def truths_payload(result: RunResult) -> dict[str, Any]:
    """Truths as JSON: what each model reached, by the truth's name, and what could not be shown and why."""
    shown = {name: plain_json(truth) for name, truth in truths_of(result).items()}
    return shown | {name: {"problem": why} for name, why in truth_problems(result).items()}
