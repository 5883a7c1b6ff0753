"""The vote, the agreement of the metrics and the probes as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import ModelScores, rank_correlations
from ptmrank_core.records import ProbeResult, Ranking, RunResult
from ptmrank_core.results.votes import probes_of

__all__ = ["agreement_payload", "probe_payload", "vote_payload"]


def vote_payload(ranking: Ranking) -> dict[str, Any]:
    """Build ``votes`` and ``consensus``: who voted and why, and how the order depends on it."""
    votes = {name: {"weight": vote.weight, "reason": vote.reason} for name, vote in ranking.votes.items()}
    facts: dict[str, Any] = {"method": "weighted mean rank", "notes": list(ranking.vote_notes)}
    sensitivity = ranking.sensitivity
    if sensitivity is not None:
        facts["kemeny"] = {"order": list(sensitivity.kemeny), "exact": sensitivity.kemeny_is_exact}
        facts["without"] = {
            name: {
                "order": list(change.order),
                "tau": change.tau,
                "moved": change.moved,
                "places": change.n_places,
            }
            for name, change in sensitivity.without.items()
        }
    return {"votes": votes, "consensus": facts}


def agreement_payload(scores: Mapping[str, ModelScores]) -> dict[str, Any]:
    """Build the correlations of the metrics, ordered by clustering; ``None`` where one is not defined."""
    agreement = rank_correlations(
        scores, higher_is_better={name: METRICS[name].higher_is_better for name in scores}
    ).clustered()
    return {
        "metrics": list(agreement.metrics),
        "n_models": agreement.n_models.tolist(),
        "interval": "90 %, Fisher's z with variance 0.437 / (n_models - 4)",
        **{
            name: _rows(getattr(agreement, part))
            for name, part in (
                ("kendall_tau_b", "tau"),
                ("weighted_tau", "weighted"),
                ("spearman", "spearman"),
                ("tau_low", "low"),
                ("tau_high", "high"),
            )
        },
    }


def _rows(values: NDArray[np.float64]) -> list[list[float | None]]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in values]


def probe_payload(result: RunResult) -> dict[str, Any]:
    """Build what the linear probe and k-NN reached, candidate by candidate; a problem where there is one.

    The predictions of single samples stay with the run.
    """
    of_candidates = result.of_candidates().problems(ProbeResult)
    problems = {model: {"problem": why} for model, why in of_candidates.items()}
    return problems | {
        model: {
            "measure": probe.measure,
            probe.measure: probe.value,
            "folds": list(probe.folds),
            "knn": probe.knn,
            "notes": list(probe.notes),
        }
        for model, probe in probes_of(result).items()
    }
