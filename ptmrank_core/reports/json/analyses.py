"""Results of the analyses after the first ranking, as JSON."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import FineTuning, Ranking, RunResult
from ptmrank_core.reports.json.controls import controls_payload
from ptmrank_core.reports.json.cost import cost_payload
from ptmrank_core.reports.json.evidence import evidence_payload, truths_payload
from ptmrank_core.reports.json.learning_curve import curves_payload
from ptmrank_core.reports.json.plain import plain_json
from ptmrank_core.results.evidence import evidence_of
from ptmrank_core.results.learning_curve import curves_of

__all__ = ["analyses_payload"]


def analyses_payload(result: RunResult, ranking: Ranking) -> dict[str, Any]:
    """Build the keys that the analyses of a run add to its JSON.

    Returns
    -------
    dict
        ``truths`` and ``evidence`` by truth, ``sample_sizes``, ``fine_tuning`` by model, ``controls``,
        ``cost``; empty where an analysis was not done.
    """
    return {
        "truths": truths_payload(result),
        "evidence": evidence_payload(evidence_of(result, ranking)),
        "sample_sizes": curves_payload(curves_of(result, ranking), result.samples.n_samples),
        "fine_tuning": fine_tuning_payload(result),
        "controls": controls_payload(result, ranking),
        "cost": cost_payload(result, ranking),
    }


def fine_tuning_payload(result: RunResult) -> dict[str, Any]:
    """Build the results of short fine-tuning by model: its measure under that name too, or the problem."""
    trained = {
        model: {
            tuning.training.measure: tuning.training.value,
            **plain_json(tuning.training),
            "seed": tuning.seed,
            "note": tuning.note,
        }
        for model, tuning in result.contents(FineTuning).items()
    }
    return trained | {model: {"problem": why} for model, why in result.problems(FineTuning).items()}
